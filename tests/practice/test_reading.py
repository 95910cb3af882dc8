"""What people read, and what becomes of what they type."""

import html
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.practice.driver.person import Person
from bot.practice.driver.prose import Prose
from bot.practice.reading import pings_in, read_blocks, read_mrkdwn
from bot.practice.workspace import Workspace
from tests.practice.example import Json


class Nobody:
    """Names for a workspace with one of each."""

    def user_name(self, user_id: str) -> str:
        return {"U1": "Anna Keller"}.get(user_id, user_id)

    def channel_name(self, channel_id: str) -> str:
        return {"C1": "general"}.get(channel_id, channel_id)

    def usergroup_handle(self, usergroup_id: str) -> str:
        return {"S1": "oncall"}.get(usergroup_id, usergroup_id)


NAMES = Nobody()
MOMENT = int(datetime(2026, 11, 21, 3, 5, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("plain", "plain"),
        ("<@U1> and <@U1|anna>", "@Anna Keller and @Anna Keller"),
        ("<#C1> <#C1|x>", "#general #general"),
        ("<!subteam^S1> <!here> <!channel>", "@oncall @here @channel"),
        (f"due <!date^{MOMENT}^{{time}}|later>", "due 03:05 UTC"),
        (f"<!date^{MOMENT}^{{date_short_pretty}} at {{time}}^https://x.test|later>", "2026-11-21 at 03:05 UTC"),
        ("<https://x.test|the runbook> <https://y.test>", "the runbook https://y.test"),
        ("*bold* _it_ ~gone~ snake_case_name 2*3*4", "bold it gone snake_case_name 2*3*4"),
        ("`*raw* &lt;b&gt;` ```x_y```", "*raw* <b> x_y"),
        ("&lt;!channel&gt; &amp;amp;", "<!channel> &amp;"),
    ],
)
def test_mrkdwn_reads_as_people_see_it(text: str, read: str) -> None:
    assert read_mrkdwn(text, NAMES) == read


def test_blocks_read_line_by_line() -> None:
    def plain(text: str) -> Json:
        return {"type": "plain_text", "text": text}

    blocks: list[Json] = [
        {"type": "header", "text": plain("INC-1")},
        {"type": "section", "fields": [{"type": "mrkdwn", "text": "*IC*"}, {"type": "mrkdwn", "text": "<@U1>"}]},
        {"type": "divider"},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "since 03:05"}]},
        {"type": "actions", "elements": [{"type": "button", "text": plain("Update")}]},
        {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}, {"type": "raw_text", "text": "b"}]]},
    ]
    assert read_blocks(blocks, NAMES) == "INC-1\nIC\n@Anna Keller\nsince 03:05\n[Update]\na | b"


@pytest.mark.parametrize(
    ("text", "blocks", "pings"),
    [
        ("&lt;!channel&gt; @channel", [], []),
        ("<!channel> <@U1>", [], ["@channel", "@Anna Keller"]),
        ("", [{"type": "section", "text": {"type": "mrkdwn", "text": "prod @here is down"}}], ["@here"]),
        ("", [{"type": "section", "text": {"type": "mrkdwn", "text": "@here", "verbatim": True}}], []),
        ("", [{"type": "header", "text": {"type": "plain_text", "text": "<!channel>"}}], []),
    ],
)
def test_pings_are_what_really_notifies(text: str, blocks: list[Json], pings: list[str]) -> None:
    assert pings_in(text, blocks, NAMES) == pings


@given(st.text(alphabet=st.characters(exclude_characters="@#:`*_~", exclude_categories=["Cs"])))
def test_escaping_and_reading_give_back_what_was_typed(typed: str) -> None:
    escaped = typed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert read_mrkdwn(escaped, NAMES) == typed == html.unescape(html.escape(typed, quote=False))


async def test_typed_text_is_recognised_and_escaped(workspace: Workspace, anna: Person) -> None:
    workspace.add_usergroup("payments-oncall", [anna])
    secret = workspace.add_channel("secret", members=[anna], private=True)
    typed = "@anna, @payments-oncall: see #general #secret #nowhere https://x.test/?a=1&b=2. a@b.c <b> @nobody @here"
    prose = Prose(workspace.state, typed)
    group = next(iter(workspace.state.usergroups))
    general = workspace.channel("general").id
    assert prose.as_command() == (
        f"<@{anna.id}|anna>, <!subteam^{group}|@payments-oncall>: see <#{general}|general> <#{secret.id}|> #nowhere "
        "<https://x.test/?a=1&amp;b=2>. a@b.c &lt;b&gt; @nobody <!here>"
    )
    text, blocks = prose.as_message()
    assert text.startswith(f"<@{anna.id}>, <!subteam^{group}>")
    shown = (
        "@Anna Keller, @payments-oncall: see #general #secret #nowhere https://x.test/?a=1&b=2. a@b.c <b> @nobody @here"
    )
    assert read_blocks(blocks, workspace.state) == read_mrkdwn(text, workspace.state) == shown
