"""A lesson, a timeline and a graded quiz about peaceful coexistence, taught inside the course page."""
