"""What SQLAlchemy has compiled for one test serves the next: each starts a bot of its own, which knows none of it."""

from typing import Any

from sqlalchemy import Connection, Dialect, Engine, event


def share_compiled() -> None:
    """Let all SQLite engines of this process use one store of compiled statements, and the dialect that they are for.

    SQLAlchemy page: SQL compilation caching, `compiled_cache`.
    """
    compiled: dict[Any, Any] = {}
    dialects: dict[str, Dialect] = {}

    @event.listens_for(Engine, "engine_connect")
    def connected(connection: Connection) -> None:
        if connection.dialect.driver == "aiosqlite":
            connection.dialect = dialects.setdefault(connection.dialect.driver, connection.dialect)
            connection.execution_options(compiled_cache=compiled)
