"""Tornado."""
