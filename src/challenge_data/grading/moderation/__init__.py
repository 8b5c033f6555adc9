"""Two people and one rubric: a sample is marked a second time without seeing the first points, compared, and settled."""
