"""Language that must never break: whatever people write, it stays whole, short enough and harmless."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import audit_cli
from bot.export_cli import which_there_are
from bot.incident_cli import for_terminal
from tests.workflows.records import incident
from workflows import channel_names, words

CHANNEL_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
TOKEN = re.compile(r"<[^<>]*>|&(?:amp|lt|gt);|.", re.DOTALL)
PING = re.compile(r"<!(?!date\^)[^<>]*>")

anything = st.text(max_size=200)
# Pieces of what Slack sends, and of what somebody would try.
pieces = st.sampled_from(
    [
        "<!channel>",
        "<!here|here>",
        "<!everyone>",
        "<!subteam^S0123|@payments>",
        "<@U0ANNA>",
        "<@U0ANNA|anna>",
        "<#C0ROOM|room>",
        "<https://example.com/a?b=1&amp;c=2|the graph>",
        f"<https://example.com/{'x' * 400}>",
        "<!date^1795230000^{time}|03:00 UTC>",
        "&amp;",
        "&lt;!channel&gt;",
        "<",
        ">",
        "<!",
        "<!channel|",
        "!channel",
        "|",
        "@channel",
        "wörld 世界 🔥",
        " ",
        "\n",
    ]
)
encoded = st.lists(pieces | st.text(max_size=5), max_size=12).map("".join)


@given(anything)
def test_escaped_text_says_the_same_and_can_do_nothing(text: str) -> None:
    assert not set("<>") & set(words.escape(text))
    assert words.plain(words.escape(text)) == text
    assert words.safe(words.escape(text)) == words.escape(text)


@given(encoded)
def test_no_ping_survives(text: str) -> None:
    assert not PING.search(words.safe(text))


@given(encoded)
def test_making_text_safe_twice_changes_nothing_more(text: str) -> None:
    assert words.safe(words.safe(text)) == words.safe(text)


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [
        ("<!channel> look", "@channel look"),
        ("<!subteam^S0123|@payments> look", "@payments look"),
        ("<@U0ANNA> in <#C0ROOM|room>", "<@U0ANNA> in <#C0ROOM|room>"),
        ("<https://example.com|graph>", "<https://example.com|graph>"),
        ("<!channel|<x>>", "&lt;!channel|&lt;x&gt;&gt;"),
        ("5 &lt; 6 and 7 > 6", "5 &lt; 6 and 7 &gt; 6"),
        ("<script>", "&lt;script&gt;"),
    ],
)
def test_people_channels_and_links_stay_and_pings_do_not(given_text: str, kept: str) -> None:
    assert words.safe(given_text) == kept


@given(encoded)
def test_plain_text_names_people(text: str) -> None:
    assert "<@U0ANNA>" not in words.plain(text, {"U0ANNA": "Anna Keller"})


@pytest.mark.parametrize(
    ("given_text", "read"),
    [
        ("<@U0ANNA> said &lt;b&gt;", "@Anna Keller said <b>"),
        ("<@U0BILAL|bilal>", "@bilal"),
        ("<@U0NOBODY>", "@U0NOBODY"),
        ("<#C0ROOM|room>", "#room"),
        ("<https://example.com|graph> <https://example.com>", "graph https://example.com"),
        ("<mailto:a@example.com|a@example.com>", "a@example.com"),
        ("<!here> <!subteam^S0123>", "@here @S0123"),
    ],
)
def test_slacks_text_is_read_as_people_see_it(given_text: str, read: str) -> None:
    assert words.plain(given_text, {"U0ANNA": "Anna Keller"}) == read


@given(encoded, st.integers(1, 600))
def test_clipped_text_fits_and_is_never_cut_inside_an_entity(text: str, limit: int) -> None:
    clipped = words.clipped(text, limit)
    assert len(clipped) <= limit
    if clipped != text:
        kept = clipped.removesuffix("…")
        ends = [match.end() for match in TOKEN.finditer(text)]
        assert text.startswith(kept)
        assert len(kept) in [0, *ends]


@given(anything, st.integers(1, 80))
def test_one_line_is_one_line_and_fits(text: str, limit: int) -> None:
    line = words.one_line(text, limit)
    assert len(line) <= limit
    assert len(line.splitlines()) <= 1
    assert line == " ".join(line.split())


def test_one_line_is_cut_at_a_word() -> None:
    assert words.one_line("Checkout is failing in Europe", 22) == "Checkout is failing…"
    assert words.one_line("Checkout\n is  failing", 22) == "Checkout is failing"


@given(anything)
def test_a_topic_is_a_part_of_a_valid_channel_name(title: str) -> None:
    slug = words.topic_slug(title)
    assert CHANNEL_NAME.fullmatch(slug)
    assert len(slug) <= words.TOPIC_LIMIT
    assert words.topic_slug(slug) == slug


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Checkout is failing", "checkout-is-failing"),
        ("  Can't log in!  ", "cant-log-in"),
        ("Größe & Übermaß", "grosse-ubermass"),
        ("数据库宕机", "shujukudangji"),
        ("🔥🔥", "fire-fire"),
        ("!!!", "untitled"),
        ("", "untitled"),
        ("x" * 300, "x" * 60),
        ("word " * 60, "-".join(["word"] * 12)),
    ],
)
def test_topics_are_readable(title: str, slug: str) -> None:
    assert words.topic_slug(title) == slug


@given(st.lists(st.sampled_from(["a", "incident", "checkout-is-failing", "x" * 30]), min_size=1, max_size=4))
def test_the_next_free_name_is_free_valid_and_not_too_long(parts: list[str]) -> None:
    base, taken = "-".join(parts)[:80].rstrip("-"), set[str]()
    for _ in range(12):
        name = channel_names.next_free(base, frozenset(taken))
        assert name not in taken
        assert len(name) <= 80
        assert CHANNEL_NAME.fullmatch(name)
        taken.add(name)


@given(encoded)
def test_everybody_who_is_mentioned_is_named_once(text: str) -> None:
    found = words.mentioned(text)
    assert len(found) == len(set(found))
    assert ("U0ANNA" in found) == ("<@U0ANNA>" in text or "<@U0ANNA|" in text)


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(seconds=-5), "0 s"),
        (timedelta(seconds=45), "45 s"),
        (timedelta(minutes=12, seconds=59), "12 min"),
        (timedelta(hours=1, minutes=5), "1 h 05 min"),
        (timedelta(hours=3), "3 h"),
        (timedelta(days=2, hours=3), "2 d 3 h"),
        (timedelta(days=2), "2 d"),
    ],
)
def test_durations_are_short(length: timedelta, said: str) -> None:
    assert words.duration(length) == said


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(minutes=20), "20 min"),
        (timedelta(minutes=19, seconds=59), "20 min"),
        (timedelta(minutes=19, seconds=20), "19 min"),
        (timedelta(hours=1, seconds=-1), "1 h"),
        (timedelta(seconds=20), "20 s"),
    ],
)
def test_what_is_left_of_a_time_is_the_same_a_moment_later(length: timedelta, said: str) -> None:
    assert words.time_left(length) == said


@given(st.integers(0, 4_000_000_000), st.integers(0, 999_999))
def test_an_instant_survives_being_written_as_slack_does(seconds: int, microseconds: int) -> None:
    at = datetime.fromtimestamp(seconds, UTC) + timedelta(microseconds=microseconds)
    assert words.ts_time(words.as_ts(at)) == at


STEERING = "Checkout \x1b]0;owned\x07 \x1b[2Jis\x9b1A failing\r\x7f"
ROW = {
    "name": STEERING,
    "by": "U1",
    "how": "form",
    "verb": "note",
    "at": "now",
    "incident": "",
    "outcome": "",
    "text": STEERING,
}


@pytest.mark.parametrize(
    "shown",
    [
        words.printable(STEERING),
        for_terminal(STEERING),
        audit_cli.line(ROW, named=False),
        which_there_are([incident(title=STEERING)]),
    ],
)
def test_nothing_that_people_write_steers_the_terminal_in_which_it_is_printed(shown: str) -> None:
    assert "failing" in shown
    assert shown.isprintable()


def test_what_is_printed_keeps_its_lines_and_its_script() -> None:
    assert words.printable("two\n\tlines, 数据库 🔥") == "two\n\tlines, 数据库 🔥"
