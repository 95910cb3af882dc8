"""What a message says to the bot."""

from typing import Any

import pytest

from bot import door
from commands.mention import split, words_for

ME = "U0SITREP1"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"<@{ME}>", ""),
        (f"<@{ME}> update rolled back", "update rolled back"),
        (f"<@{ME}|sitrep>: update rolled back", "update rolled back"),
        (f"Hey <@{ME}>, please declare sev1 x", "declare sev1 x"),
        (f"  <@{ME}> – /incident status INC-7", "status INC-7"),
        (f"<@{ME}>\nupdate a\nb", "update a\nb"),
        (f"I asked <@{ME}> close this", ""),
        (f"is <@{ME}> awake?", ""),
        ("<@U0SOMEBODY> close this", ""),
        (f"<@U0SOMEBODY> <@{ME}> close", ""),
        (f"hi-res images <@{ME}> close", ""),
    ],
)
def test_only_who_addresses_the_bot_asks_it_for_something(text: str, words: str) -> None:
    assert words_for(text, ME, direct=False) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [("hello", ""), ("status INC-7", "status INC-7"), (f"<@{ME}> list", "list"), ("ok thanks", "thanks")],
)
def test_directly_everything_is_said_to_the_bot(text: str, words: str) -> None:
    assert words_for(text, ME, direct=True) == words


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", ("", "")),
        ("Update, rolled back", ("update", "rolled back")),
        ("status?", ("status", "")),
        ("INC-7", ("status", "INC-7")),
        ("inc-7 update rolled back", ("update", "inc-7 rolled back")),
        ("`list`", ("list", "")),
        ("update\n• one\n• two", ("update", "• one\n• two")),
    ],
)
def test_the_first_word_is_the_word(words: str, found: tuple[str, str]) -> None:
    assert split(words) == found


def mention(shared: bool = False, **fields: Any) -> Any:
    event = {"type": "app_mention", "user": "U1", "text": f"<@{ME}> list", "channel": "C1", "ts": "1.2", "team": "T1"}
    return door.mention(event | fields, {"team_id": "T1", "is_ext_shared_channel": shared}, ME)


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "message", "channel_type": "channel"},
        {"type": "reaction_added"},
        {"bot_id": "B1"},
        {"user": ME},
        {"user": None},
        {"subtype": "bot_message"},
        {"subtype": "message_changed"},
        {"type": "message", "channel_type": "im", "subtype": "channel_topic"},
        {"shared": True, "team": "T2"},
        {"shared": True, "user_team": "T2"},
    ],
)
def test_apps_edits_and_people_of_other_organisations_are_not_answered(fields: dict[str, Any]) -> None:
    assert mention(**fields) is None


@pytest.mark.parametrize(
    "fields",
    [{}, {"shared": True}, {"subtype": "file_share"}, {"type": "message", "channel_type": "im"}, {"thread_ts": "1.1"}],
)
def test_people_are_answered(fields: dict[str, Any]) -> None:
    heard = mention(**fields)
    assert (heard.words, heard.thread_ts) == ("list", fields.get("thread_ts", ""))
    assert heard.press == "mention:C1:1.2"
