"""Sanic."""
