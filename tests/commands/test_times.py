"""What people type to put the times of an incident right."""

from datetime import UTC, datetime

import pytest

from commands.times import parse

NOW = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
BEGAN = datetime(2026, 11, 21, 13, 40, tzinfo=UTC)


@pytest.mark.parametrize("text", ["began 13:40", "impact began 13:40", "impact  began   13:40", "start: 13:40"])
def test_a_beginning_is_understood_however_it_is_typed(text: str) -> None:
    assert parse(text, NOW, UTC) == {"began": BEGAN}
