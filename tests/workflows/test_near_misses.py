"""A near miss in a line."""

from datetime import UTC, datetime

from storage.models import NearMiss
from workflows.near_misses import line


def test_a_service_in_the_line_pings_nobody() -> None:
    at = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
    one = NearMiss(id=1, press="p", text="x", service="R&D <!here>", reported_by="U1", reported_at=at)
    assert " · R&amp;D &lt;!here&gt; · " in line(one)
