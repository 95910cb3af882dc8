"""Whatever is typed, filled in or sent: people get a sentence, nothing half is recorded, and nothing dies."""

import logging
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import door
from bot.events import EVENTS
from bot.practice.delivery.envelopes import Answered, Envelope, EnvelopeKind
from bot.shapes import Malformed, reading, well_formed
from bot.slack_messages import heard_event, reaction_event
from tests.soak.payloads import genuine_ones, spoilt
from tests.stage import Stage

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = (
    *("type", "subtype", "channel", "user", "text", "ts", "thread_ts", "event_ts", "deleted_ts", "message", "item"),
    *("previous_message", "files", "reactions", "edited", "bot_id", "bot_profile", "reaction", "tab", "channel_id"),
    "pinned_to",
)
ENVELOPES: dict[str, EnvelopeKind] = {
    "/incident": "slash_commands",
    "block_actions": "interactive",
    "view_submission": "interactive",
    "message_action": "interactive",
}


@given(st.dictionaries(st.sampled_from(FIELDS), ANYTHING, max_size=8), st.sampled_from(sorted(EVENTS)))
def test_any_event_is_read_or_refused_as_malformed(fields: dict[str, Any], kind: str) -> None:
    try:
        event = well_formed(fields | {"type": kind})
    except Malformed:
        return
    if kind == "message":
        heard_event(event)
    if kind.startswith("reaction"):
        reaction_event(event)


@given(st.dictionaries(st.sampled_from(("user", "user_id", "actions", "view", "message", "text", "channel")), ANYTHING))
def test_any_interaction_is_read_or_refused_as_malformed(body: dict[str, Any]) -> None:
    for read in (door.slash_request, door.button_press, door.form_submission, door.shortcut):
        try:
            reading(read, body)
        except Malformed:
            continue


async def test_spoilt_payloads_are_all_answered_and_the_bot_works_as_before(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    channel = await stage.declare()
    genuine = await genuine_ones(stage.workspace, stage.anna, channel)
    assert {*ENVELOPES, "message", "reaction_added"} <= genuine.keys()
    dice, unanswered = random.Random(7), 0
    caplog.clear()
    for name, payloads in genuine.items():
        for _ in range(10):
            payload = dice.choice(payloads)
            kind = ENVELOPES.get(name, "events_api")
            payload = (
                payload | {"event": spoilt(payload["event"], dice)} if "event" in payload else spoilt(payload, dice)
            )
            outcome = await stage.workspace.delivery.transport.send(
                Envelope(kind=kind, name=name, payload=payload, takes_answer=name != "block_actions"), within=3
            )
            unanswered += not isinstance(outcome, Answered)
    failed = [record for record in caplog.records if record.levelno >= logging.ERROR]
    # What Bolt itself cannot read, such as a user that is a number, reaches no code of ours; Slack never sends it.
    bolts_own = [record for record in failed if record.name.startswith("slack_bolt")]
    assert unanswered == len(bolts_own)
    # A button whose value is nonsense is answered with a sentence; answers to spoilt addresses cannot arrive.
    ours = {record.getMessage() for record in failed if record not in bolts_own}
    assert ours <= {"a command failed", "background work failed"}
    assert "INC-" in (await stage.anna.types("/incident list", in_="general") or "")


async def test_kinds_of_events_that_nobody_deals_with_are_acknowledged(stage: Stage) -> None:
    payload = {"type": "event_callback", "event_id": "Ev1", "team_id": stage.workspace.team_id}
    for kind in ("team_join", "emoji_changed", "made_up", ""):
        envelope = Envelope(kind="events_api", name=kind, payload=payload | {"event": {"type": kind}})
        assert isinstance(await stage.workspace.delivery.transport.send(envelope, within=3), Answered)
