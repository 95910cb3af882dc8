"""Kinds of columns that several tables have."""

from typing import Any

from sqlalchemy import JSON, Column


def json_column() -> Any:
    return Column(JSON, nullable=False)
