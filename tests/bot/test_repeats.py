"""The log in an outage: the first complaint whole, then one a minute with a count."""

import logging
import sys

from bot.repeats import EVERY, Repeats


def complaint(line: int = 1, **fields: object) -> logging.LogRecord:
    try:
        raise ConnectionError("gone")
    except ConnectionError:
        record = logging.LogRecord("bot", logging.ERROR, "bot/ticker.py", line, "tick failed", (), sys.exc_info())
    vars(record).update(fields)
    return record


def test_the_same_complaint_is_let_through_once_a_minute_with_how_often_it_came() -> None:
    now = [100.0]
    repeats = Repeats(lambda: now[0])
    assert [repeats.filter(complaint()) for _ in range(60)] == [True] + [False] * 59
    now[0] += EVERY
    again = complaint()
    assert repeats.filter(again)
    assert vars(again)["times_more"] == 59


def test_other_places_other_runs_and_plain_lines_are_not_kept_back() -> None:
    repeats = Repeats(lambda: 0.0)
    assert all(repeats.filter(complaint(line)) for line in range(5))
    assert all(repeats.filter(complaint(run=f"declare:{number}")) for number in range(5))
    plain = logging.LogRecord("bot", logging.INFO, "bot/app.py", 1, "run done", (), None)
    assert all(repeats.filter(plain) for _ in range(5))
