"""The memory of the destinations: PostgreSQL by URL or SQLite by path, through SQLAlchemy Core."""
