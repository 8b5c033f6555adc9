"""Pages of a challenge: one a team, and an overview for the people who help them. Made from what grading wrote, never the other way."""
