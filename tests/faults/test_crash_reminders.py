"""Whatever dies in the middle of a reminder or a handoff, people end up with one line, and with one commander."""

from pathlib import Path

import pytest

from bot.practice.driver.person import Person
from bot.practice.state.channels import Channel
from bot.practice.state.messages import Message
from tests.bot_process import Town, open_town

NAME = "incident-2026-11-21-checkout-is-failing"


async def declared(town: Town) -> Channel:
    await town.anna.types("/incident declare sev1 Checkout is failing", in_="general")
    await town.settle()
    return town.workspace.channel(NAME)


def asked(channel: Channel) -> list[Message]:
    return [message for message in channel.messages if message.shown.startswith("No update for")]


def announced(town: Town) -> list[Message]:
    return [one for one in town.workspace.channel("incidents").messages if "no update since" in one.shown]


def about_incident(person: Person) -> list[str]:
    return [message.shown for message in person.dm.messages if "INC-1" in message.shown]


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize(("method", "nth"), [("chat.postMessage", 1), ("chat.delete", 1), ("chat.postMessage", 2)])
async def test_killed_at_any_call_of_a_reminder_one_line_stands(
    method: str, nth: int, before: bool, tmp_path: Path
) -> None:
    async with open_town(tmp_path) as town:
        channel = await declared(town)
        town.clock.advance(minutes=30)
        await town.workspace.until(lambda: asked(channel))
        await town.settle()

        town.kill_at(method, nth=nth, before=before)
        town.clock.advance(minutes=15)
        await town.until_dead()
        town.clock.advance(minutes=1)
        await town.start()
        await town.workspace.until(lambda: announced(town))
        await town.settle()

        [line] = asked(channel)
        assert line.shown.startswith("No update for 4")
        assert len(announced(town)) == 1
        await town.anna.types("/incident update Rolled back", in_=channel)
        await town.settle()
        assert asked(channel) == []
        assert announced(town) == []


@pytest.mark.parametrize("method", ["chat.delete", "chat.postMessage"])
async def test_killed_while_an_update_answers_no_reminder_stays(method: str, tmp_path: Path) -> None:
    async with open_town(tmp_path) as town:
        channel = await declared(town)
        town.clock.advance(minutes=50)
        await town.workspace.until(lambda: announced(town))
        await town.settle()

        town.kill_at(method, before=False)
        await town.anna.types("/incident update Rolled back", in_=channel)
        await town.until_dead()
        await town.start()
        await town.settle()

        assert asked(channel) == []
        assert announced(town) == []
        assert sum("Rolled back" in message.shown for message in channel.messages if "[UPDATE" in message.shown) == 1


@pytest.mark.parametrize(
    ("method", "nth"),
    [("conversations.invite", 1), ("conversations.open", 1), ("chat.postMessage", 1), ("chat.postMessage", 2)],
)
async def test_killed_after_any_call_of_an_offer_it_is_made_once(method: str, nth: int, tmp_path: Path) -> None:
    async with open_town(tmp_path) as town:
        channel = await declared(town)
        town.kill_at(method, nth=nth, before=False)
        await town.anna.types("/incident handoff @bilal", in_=channel)
        await town.until_dead()
        await town.start()
        await town.settle()

        assert sum("asks you to take over" in message.shown for message in channel.messages) == 1
        assert len(about_incident(town.bilal)) == 1
        await town.bilal.presses("Accept", in_=channel)
        await town.settle()
        assert "Incident commander @Bilal Aydin" in channel.pinned[0].shown


@pytest.mark.parametrize(("method", "nth"), [("chat.update", 1), ("chat.update", 3), ("chat.postMessage", 1)])
async def test_killed_after_any_call_of_an_answer_everything_agrees_in_the_end(
    method: str, nth: int, tmp_path: Path
) -> None:
    async with open_town(tmp_path) as town:
        channel = await declared(town)
        await town.anna.types("/incident handoff @bilal", in_=channel)
        await town.settle()
        town.kill_at(method, nth=nth, before=False)
        await town.bilal.presses("Accept", in_=channel)
        await town.until_dead()
        await town.start()
        await town.settle()

        assert "Incident commander @Bilal Aydin" in channel.pinned[0].shown
        assert "IC Bilal Aydin" in channel.topic
        assert "IC @Bilal Aydin" in town.workspace.channel("incidents").messages[-1].shown
        assert sum("took over as incident commander" in message.shown for message in channel.messages) == 1
        assert not [message for message in channel.messages if "Accept" in message.buttons]
        assert len(about_incident(town.bilal)) == 1
        assert len(about_incident(town.anna)) == 1
