"""The timeline as one person reads it."""

from commands.timeline import texts
from tests.workflows.records import line


def test_the_day_stands_where_it_changes_and_the_time_everywhere() -> None:
    lines = [line(0, "note", "began"), line(1, "note", "went on"), line(12 * 60, "note", "next day")]
    assert texts([("", one) for one in lines]) == [
        "<!date^1795266000^{date_short_pretty} at {time}|2026-11-21 13:00 UTC> 📝 began – <@U1>",
        "<!date^1795266060^{time}|13:01 UTC> 📝 went on – <@U1>",
        "<!date^1795309200^{date_short_pretty} at {time}|2026-11-22 01:00 UTC> 📝 next day – <@U1>",
    ]
    assert texts([]) == []
