"""Bytes to trees, and nothing else: Python, SQL and comments."""
