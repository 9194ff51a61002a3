"""SQLAlchemy, SQLModel and Flask-SQLAlchemy: tables and queries."""
