"""Tortoise ORM: models, queries and the migrations that Aerich writes for it."""
