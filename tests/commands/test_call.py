"""Which link people mean, and what an address of the team becomes for an incident."""

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.call import address_in
from storage.models import Incident
from workflows.errors import UserError
from workflows.war_room import PLACEHOLDERS, link_of, marker_of, shown, topic_of, unknown_placeholders


def incident(**fields: Any) -> Incident:
    given = {"title": "Checkout & <search>", "severity": "SEV 1", "channel_name": "incident-x", **fields}
    return Incident(id=7, press="press-1", declared_by="U1", declared_at=datetime(2026, 11, 21, tzinfo=UTC), **given)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("https://meet.example.com/x", "https://meet.example.com/x"),
        ("<https://meet.example.com/x?a=1&amp;b=2>", "https://meet.example.com/x?a=1&b=2"),
        ("<https://meet.example.com/x|our room>".replace(" ", "_"), "https://meet.example.com/x"),
        ("https://meet.example.com/x?a=1&amp;b=2", "https://meet.example.com/x?a=1&b=2"),
        ("http://10.0.0.1:8443/room", "http://10.0.0.1:8443/room"),
    ],
)
def test_a_link_is_understood_however_slack_encodes_it(typed: str, expected: str) -> None:
    assert address_in([typed]) == expected


@pytest.mark.parametrize(
    "typed", ["meet.example.com/x", "javascript:alert(1)", "https://", "<!channel>", "https://a/" + "x" * 2000]
)
def test_what_is_no_link_gets_a_sentence(typed: str) -> None:
    with pytest.raises(UserError, match="is not a link that people can open"):
        address_in([typed])


@pytest.mark.parametrize("typed", ["<@U012AB3CD>", "<@U012AB3CD|bilal>", "<!subteam^S012AB3CD|@payments>"])
def test_who_wants_to_call_people_is_told_how(typed: str) -> None:
    with pytest.raises(UserError, match="incident escalate @somebody"):
        address_in([typed, "please"])


@given(st.text(max_size=80), st.text(max_size=12))
def test_whatever_the_title_is_the_address_stays_one(title: str, severity: str) -> None:
    template = "https://meet.example.com/" + "/".join(f"{{{name}}}" for name in PLACEHOLDERS)
    url = link_of(template, incident(title=title, severity=severity))
    parts = urlsplit(url)
    assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("https", "meet.example.com", "", "")
    assert parts.path.count("/") == len(PLACEHOLDERS)
    assert re.fullmatch(r"<[^<>|]*\|[^<>|]*>", shown(url))


def test_a_private_title_reaches_no_vendor() -> None:
    secret = incident(title="Stolen laptop", private=True, channel_name="incident-2026-11-21-stolen-laptop")
    assert link_of("https://x.example/{topic}/{channel}", secret) == "https://x.example/incident/inc-7"
    assert topic_of(secret) == "INC-7"
    assert "laptop" not in marker_of(secret)
    assert topic_of(incident()) == "INC-7 Checkout & <search>"


def test_two_links_with_a_random_part_differ() -> None:
    assert len({link_of("https://x.example/{random}", incident()) for _ in range(5)}) == 5
    assert unknown_placeholders("https://x.example/{ref}/{reff}") == ["reff"]
