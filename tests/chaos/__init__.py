"""Everything fails at once, and no grade is lost: ``python -m tests.chaos --seed 7 --submissions 2000``."""
