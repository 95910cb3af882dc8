"""Which conflicts of the database mean that a press has had its effect."""

import pytest
from sqlalchemy.exc import IntegrityError

from workflows.change import is_press_conflict


@pytest.mark.parametrize(
    ("words", "press"),
    [
        ("UNIQUE constraint failed: press.id", True),
        ('duplicate key value violates unique constraint "press_pkey"\nDETAIL:  Key (id)=(1) already exists.', True),
        ('duplicate key value violates unique constraint "one_role"\nDETAIL:  Key (name)=(Press room) exists.', False),
    ],
)
def test_only_a_constraint_about_presses_means_that_a_press_came_twice(words: str, press: bool) -> None:
    assert is_press_conflict(IntegrityError("INSERT", None, Exception(words))) is press
