"""Reading what people type holds nobody up: the longest message that Slack takes is read while others wait."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from commands import about_service, speech
from workflows import actions
from workflows.masking import mask
from workflows.policy import default_policy

LONGEST = 40_000  # characters of a message. Slack page: chat.postMessage
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.timeout(10)  # each took a minute and more
@pytest.mark.parametrize("piece", [" ", ", ", "<@U1> ", "-", "```", "password:"])
def test_the_longest_message_is_read_at_once_whatever_it_repeats(piece: str) -> None:
    text = f"word {(piece * LONGEST)[:LONGEST]} <@U1> end"
    assert speech.without_companions(text) == text
    assert about_service.find_service(text, default_policy()) == (None, text)
    assert actions.read(text, NOW.date(), now=NOW, zone=ZoneInfo("UTC")).due is None
    assert mask(text).text.startswith("word ")


def test_who_is_listed_after_a_title_is_no_part_of_it() -> None:
    assert speech.without_companions("Checkout is down, with <@U1> and <@U2>,<!subteam^S1>") == "Checkout is down"
    assert speech.without_companions("Ask <@U1> why it is down") == "Ask <@U1> why it is down"
