"""bandit's own tests, run on the trees that backlint has parsed."""
