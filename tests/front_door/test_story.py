"""The whole story, on both databases and through both doors: from a bad night to a draft that somebody can finish."""

import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.postgres import fresh_database
from tests.stage import Stage, open_stage


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(
    params=[
        pytest.param(("sqlite", "socket"), id="sqlite-socket"),
        pytest.param(("sqlite", "http"), id="sqlite-http"),
        pytest.param(("postgres", "socket"), id="postgres-socket", marks=pytest.mark.postgres),
        pytest.param(("postgres", "http"), id="postgres-http", marks=pytest.mark.postgres),
    ]
)
async def anywhere(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stage]:
    """A stage on this database, reached through this door."""
    database, door = request.param
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(fresh_database()) if database == "postgres" else ""
        port = free_port() if door == "http" else 0
        yield await stack.enter_async_context(open_stage(tmp_path, database_url=url, http_port=port))


async def test_the_story(anywhere: Stage) -> None:
    stage = anywhere
    anna, bilal, chen = stage.anna, stage.bilal, stage.chen

    # Anna declares, and is in a channel whose card says everything.
    channel = await stage.declare("sev1 Checkout is failing @bilal @chen")
    assert channel.name == "incident-2026-11-21-checkout-is-failing"
    [card] = channel.pinned
    assert "SEV1 Major degradation" in card.shown
    assert "Incident commander @Anna Keller" in card.shown
    assert "Next update due: 03:30" in card.shown

    # People talk; what matters is marked.
    stage.clock.advance(minutes=4)
    blamed = await chen.says("Deploy 42 doubled the pool wait time", in_=channel)
    await bilal.says("Confirmed on three nodes", in_=channel, thread=blamed)
    typo = await bilal.says("Rolling bakc to 41", in_=channel)
    await bilal.edits(typo, "Rolling back to 41")
    wrong = await chen.says("It is the CDN", in_=channel)
    await chen.deletes(wrong)
    await anna.reacts("mag", to=blamed)
    await anna.reacts("zap", to=typo)
    await stage.settle()

    # Half an hour without an update: one line asks for it, and an update answers.
    await stage.pass_time(minutes=27)
    nag = next(one for one in channel.messages if "Nothing new" in one.buttons)
    assert "@Anna Keller" in nag.shown
    await anna.types("/incident update Rolled back; error rate is falling", in_=channel)
    await stage.settle()
    assert any("[UPDATE 03:31] Rolled back; error rate is falling" in one.shown for one in channel.messages)
    assert not any("Nothing new" in one.buttons for one in channel.messages)

    # Anna goes home.
    await anna.types("/incident handoff @bilal pool size still to be raised", in_=channel)
    await stage.settle()
    assert "Incident commander @Anna Keller" in channel.pinned[0].shown
    await bilal.presses("Accept", in_=channel)
    await stage.settle()
    assert "Incident commander @Bilal Aydin" in channel.pinned[0].shown
    assert "IC Bilal Aydin" in channel.topic
    assert "@Bilal Aydin" in stage.workspace.channel("incidents").messages[-1].shown

    # It ends.
    await bilal.types("/incident action @chen raise the pool limit by 2026-12-01", in_=channel)
    await bilal.types("/incident mitigated rolled back to 41", in_=channel)
    stage.clock.advance(minutes=10)
    await bilal.types("/incident resolved no errors for ten minutes", in_=channel)
    await stage.pass_time(minutes=31)
    assert not any("Nothing new" in one.buttons for one in channel.messages)
    await bilal.presses("Close", in_=channel)
    await bilal.submits({"Summary": "A deploy halved the pool", "Customer impact": "1 in 5 payments failed"})
    await stage.settle()

    # The draft is in the channel and on disk, and has what was said and done.
    [file] = [one for one in stage.workspace.files if one.name == "postmortem-INC-1.md"]
    draft = (stage.settings.data_folder / "postmortem-INC-1.md").read_text()
    assert (file.content or b"").decode() == draft
    for expected in (
        "Checkout is failing",
        "A deploy halved the pool",
        "1 in 5 payments failed",
        "Deploy 42 doubled the pool wait time",
        "Rolling back to 41",
        "Rolled back; error rate is falling",
        "raise the pool limit",
        "2026-12-01",
        "Bilal Aydin",
    ):
        assert expected in draft
    assert "It is the CDN" not in draft.partition("## Timeline")[2].partition("## ")[0]
    assert "closed" in channel.topic
