from tests.mailsync.databases import location, new_postgresql, postgresql_server

__all__ = ["location", "new_postgresql", "postgresql_server"]
