"""Peewee: its models as tables."""
