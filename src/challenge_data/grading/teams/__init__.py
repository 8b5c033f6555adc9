"""Who is in which team, when it handed in, and the mark of each of its members. Personal data: kept in the grading folder alone."""
