"""backlint: a deterministic linter for backends."""

__version__ = "0.1.0"
