"""Alembic: revisions and their operations."""
