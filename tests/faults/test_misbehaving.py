"""Whatever Slack answers, a story ends as if nothing had happened; who asked is told when it takes long."""

import os
import random
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import cycle
from pathlib import Path

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot import pace
from bot.practice.driver.person import Person
from bot.practice.faults.faults import Rule
from bot.slack_calls import Calls
from storage import reminders, runs
from tests.faults.killing import Ending, difference
from tests.faults.picture import picture, recorded
from tests.faults.sampling import sampled
from tests.faults.stories import LINE, STORIES, Story, every_story
from tests.stage import Stage, open_stage
from workflows.ports import Unclear
from workflows.reminders import DUE

LONGEST_PAUSE = 30  # seconds that Slack asks for; `drawn_pause` draws others
# A time-out differs from a reset only in how long it lasts: the last test here is about that.
TROUBLES: dict[str, Callable[[Rule], Rule]] = {
    "reply lost": lambda rule: rule.resets(after_effect=True),
    "reset": lambda rule: rule.resets(),
    "500 after the effect": lambda rule: rule.http_error(500, after_effect=True),
    "500": lambda rule: rule.http_error(500),
    "503": lambda rule: rule.http_error(503),
    "429": lambda rule: rule.answers_429(retry_after=LONGEST_PAUSE),
}
# Its answer is shown to one person alone and cannot be looked for, so a lost reply is answered again or never.
PRIVATE = ("response_url",)


async def told(story: Story, stage: Stage, trouble: Callable[[Stage], None] = lambda _: None) -> Ending:
    """Tell a story on a stage, with trouble in the deed."""
    await story.begin(stage)
    await nothing_due(stage)
    before = len(stage.workspace.calls)
    trouble(stage)
    await story.deed(stage)
    await at_rest(stage)
    calls = tuple(call.method for call in stage.workspace.calls[before:])
    url = stage.settings.database_url
    return Ending(seen=picture(stage.workspace), record=await recorded(url), calls=calls, commits=0)


async def nothing_due(stage: Stage) -> None:
    """Let everything happen that needs no more than a tick."""
    await stage.settle()
    while await something_due(stage):
        await stage.app.ticker.tick()
        await stage.settle()


async def something_due(stage: Stage) -> bool:
    async with stage.app.services.database.read() as session:
        return await reminders.anything_due(session, stage.clock.now(), DUE)


async def at_rest(stage: Stage) -> None:
    """Move on until whatever was put off has been done."""
    for number in range(14):
        await nothing_due(stage)
        async with stage.app.services.database.read() as session:
            left = await runs.unfinished(session)
        if not left:
            return
        await stage.pass_time(seconds=2 ** (number // 2))
    raise AssertionError(f"something is left undone\n{stage.workspace.describe()}")


def once_each(methods: Sequence[str]) -> Callable[[Stage], None]:
    """Every method of a story fails once, each in another way."""

    def trouble(stage: Stage) -> None:
        for method, name in zip(dict.fromkeys(methods), cycle(TROUBLES), strict=False):
            if method not in PRIVATE:
                TROUBLES[name](stage.workspace.faults.on(method))

    return trouble


@pytest.mark.parametrize("name", every_story(ordinary=("declare",)))
async def test_with_every_method_failing_once_a_story_ends_like_undisturbed(name: str, tmp_path: Path) -> None:
    async with open_stage(tmp_path / "calm", paced_by_clock=True) as stage:
        expected = await told(STORIES[name], stage)
    async with open_stage(tmp_path / "rough", paced_by_clock=True) as stage:
        found = await told(STORIES[name], stage, once_each(expected.calls))
    assert difference(expected, found) == ""


def troubles(methods: Sequence[str]) -> list[tuple[str, int, str]]:
    """Everything that can happen to one of these calls: the method, its how-manieth call, the trouble."""
    seen: Counter[str] = Counter()
    found = []
    for method in methods:
        seen[method] += 1
        found += [(method, seen[method], kind) for kind in TROUBLES if method not in PRIVATE]
    return found


def drawn_pause(story: str, method: str, nth: int) -> int:
    """Seconds that Slack asks for in this case, drawn from `SEED`.

    Shorter ones are sat out where they are met, and would wait for a clock that stands still here; a soak has them.
    """
    shortest = int(pace.SHORT) + 1
    return random.Random(f"{os.environ.get('SEED', '')} {story} {method} {nth}").randint(shortest, LONGEST_PAUSE)


@pytest.mark.exhaustive
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", STORIES)
async def test_whatever_slack_answers_to_any_call_a_story_ends_like_undisturbed(
    name: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    async with open_stage(tmp_path / "calm", paced_by_clock=True) as stage:
        expected = await told(STORIES[name], stage)
    wrong: dict[str, str] = {}
    cases = sampled(troubles(expected.calls), name)
    for number, (method, nth, kind) in enumerate(cases):

        def trouble(stage: Stage, method: str = method, nth: int = nth, kind: str = kind) -> None:
            rule = stage.workspace.faults.on(method, nth=nth)
            if kind == "429":
                rule.answers_429(retry_after=drawn_pause(name, method, nth))
            else:
                TROUBLES[kind](rule)

        async with open_stage(tmp_path / str(number), paced_by_clock=True) as stage:
            try:
                different = difference(expected, await told(STORIES[name], stage, trouble))
            except AssertionError as failure:
                different = str(failure)
        if different:
            wrong[f"{method} {nth}: {kind}"] = different
    record_property("cases", len(cases))
    record_property("wrong", len(wrong))
    assert not wrong, "\n\n".join(f"{case}\n{text}" for case, text in wrong.items())


def words_to(person: Person, what: str) -> list[str]:
    private = [line.shown for line in person.ephemerals()] + [line.shown for line in person.dm.messages]
    return [line for line in private if what in line]


async def pass_seconds(stage: Stage, seconds: int) -> None:
    for _ in range(seconds // 2):
        await stage.pass_time(seconds=2)


async def test_who_asked_is_told_when_it_takes_long_and_once_more_when_it_is_done(stage: Stage) -> None:
    channel = await stage.declare()
    fault = stage.workspace.faults.on("chat.postMessage", times=4)
    fault.http_error(503)
    await stage.anna.types("/incident update Rolled back", in_=channel)
    await pass_seconds(stage, 4)
    assert words_to(stage.anna, "Slack is slow") == []
    await pass_seconds(stage, 40)

    assert fault.hits == 4
    [late] = words_to(stage.anna, "Slack is slow to answer just now")
    assert late.startswith("INC-1: it is on record.")
    [done] = words_to(stage.anna, "now it is done")
    assert done.startswith("INC-1: now it is done, ")
    assert sum("[UPDATE" in one.shown for one in channel.messages) == 1


async def test_a_pause_that_slack_asks_for_is_kept_to_the_second_and_told(tmp_path: Path) -> None:
    async with open_stage(tmp_path, paced_by_clock=True) as stage:
        channel = await stage.declare()
        stage.workspace.faults.on("chat.postMessage").answers_429(retry_after=LONGEST_PAUSE)
        before = len(stage.workspace.calls)
        await stage.anna.types("/incident update Rolled back", in_=channel)
        await stage.anna.types("/incident update Watching it", in_=channel)
        await stage.settle()
        for seconds in (6, LONGEST_PAUSE - 7):
            await stage.pass_time(seconds=seconds)
        calls = [one.method for one in stage.workspace.calls[before:]]
        assert calls.count("chat.postMessage") == 1
        assert len(words_to(stage.anna, "Slack is slow to answer just now")) == 2

        for seconds in (1, 15):
            await stage.pass_time(seconds=seconds)
        assert [one.shown.splitlines()[0].split("] ")[1] for one in channel.messages if "[UPDATE" in one.shown] == [
            "Rolled back",
            "Watching it",
        ]
        assert len(words_to(stage.anna, "now it is done")) == 2


async def test_a_declarer_is_told_that_it_takes_long_and_once_that_it_is_set_up(stage: Stage) -> None:
    stage.workspace.faults.on("conversations.create", times=3).http_error(503)
    await stage.anna.types(LINE, in_="general")
    await pass_seconds(stage, 30)
    assert len(words_to(stage.anna, "Slack is slow to answer just now")) == 1
    assert len(words_to(stage.anna, "INC-1 is set up")) == 1
    assert words_to(stage.anna, "now it is done") == []


async def test_what_takes_a_moment_only_is_not_worth_a_word(stage: Stage) -> None:
    channel = await stage.declare()
    stage.workspace.faults.on("chat.postMessage", times=1).http_error(500)
    await stage.anna.types("/incident update Rolled back", in_=channel)
    await pass_seconds(stage, 20)
    assert words_to(stage.anna, "Slack is slow") == []
    assert words_to(stage.anna, "now it is done") == []


async def test_who_filled_in_a_form_is_told_directly(stage: Stage) -> None:
    channel = await stage.declare()
    await stage.anna.presses("Post update", on=channel.pinned[0])
    here = {"channel": channel.id}.items()
    fault = stage.workspace.faults.on("chat.postMessage", times=4, where=lambda args: here <= args.items())
    fault.http_error(503)
    await stage.anna.submits({"What changed?": "Rolled back"})
    await pass_seconds(stage, 40)
    direct = [line.shown for line in stage.anna.dm.messages]
    assert [line.split(".")[0].split(",")[0] for line in direct] == ["INC-1: it is on record", "INC-1: now it is done"]


@pytest.mark.parametrize(
    "trouble", ["reply lost", *(pytest.param(name, marks=pytest.mark.exhaustive) for name in ("503", "429"))]
)
async def test_no_word_is_said_twice_whatever_becomes_of_its_answer(stage: Stage, trouble: str) -> None:
    channel = await stage.declare()
    stage.workspace.faults.on("chat.postMessage", times=4).http_error(503)
    TROUBLES[trouble](stage.workspace.faults.on("response_url"))
    await stage.anna.types("/incident update Rolled back", in_=channel)
    await pass_seconds(stage, 40)
    assert len(words_to(stage.anna, "Slack is slow")) <= 1
    assert len(words_to(stage.anna, "now it is done")) == 1


@pytest.mark.exhaustive
async def test_word_that_it_takes_long_survives_a_restart(stage: Stage) -> None:
    channel = await stage.declare()
    fault = stage.workspace.faults.on("chat.postMessage", times=None)
    fault.http_error(503)
    await stage.anna.types("/incident update Rolled back", in_=channel)
    await stage.restart()
    await pass_seconds(stage, 8)
    assert len(words_to(stage.anna, "Slack is slow")) == 1
    await stage.restart()
    stage.workspace.faults.clear()
    await pass_seconds(stage, 60)
    assert len(words_to(stage.anna, "Slack is slow")) == 1
    assert len(words_to(stage.anna, "now it is done")) == 1


async def test_a_call_that_takes_too_long_is_as_unclear_as_one_that_was_cut(stage: Stage) -> None:
    stage.workspace.faults.on("auth.test").delays(0.3)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.1)) as session:
        client = AsyncWebClient(
            token=stage.workspace.bot_token, base_url=stage.workspace.api_url, session=session, retry_handlers=[]
        )
        with pytest.raises(Unclear, match="TimeoutError"):
            await Calls(client).call("auth.test")
