"""Inserting where another process may have put the same row just now: the statements, in each database's own words."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import ColumnElement, Table
from sqlalchemy.dialects import postgresql, sqlite

INSERTS: Final[Mapping[str, Any]] = MappingProxyType({"sqlite": sqlite.insert, "postgresql": postgresql.insert})


def for_each(statement: Callable[[Any], Any]) -> Mapping[str, Any]:
    """A statement for each database, by the name that `database.dialect` gives; it is handed that one's `insert`."""
    return {name: statement(insert) for name, insert in INSERTS.items()}


def once(table: Table, key: Sequence[str], *also: ColumnElement[Any]) -> Mapping[str, Any]:
    """Insert unless a row with this key is there; gives the new row's id, and what is asked for `also`."""
    return for_each(
        lambda insert: insert(table).on_conflict_do_nothing(index_elements=list(key)).returning(table.c.id, *also)
    )


def replacing(table: Table) -> Mapping[str, Any]:
    """Insert a whole row; one with its primary key that is there takes on what is new."""

    def statement(insert: Any) -> Any:
        new = insert(table)
        fresh = {one.name: new.excluded[one.name] for one in table.columns if not one.primary_key}
        return new.on_conflict_do_update(index_elements=[one.name for one in table.primary_key], set_=fresh)

    return for_each(statement)
