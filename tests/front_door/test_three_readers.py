"""One incident, read by those it is told to: who is in its channel, who is not, and guests inside and outside of it.

Slack shows a guest no channel that they are not in. So a guest inside may do what members do, and a guest outside
reads of it what they would read of a number that was never given out.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import commands
from bot.practice.driver.person import Person
from bot.practice.state.channels import Channel
from tests.front_door.asking import Asking
from tests.stage import Stage, open_stage
from workflows.policy import Hook, Service, WarRoomPolicy, default_policy

TITLE: Final = "Carts are empty"
SECRET: Final = "Payroll was read"
UNKNOWN: Final = r"^There is no INC-1\. `/incident list` shows the open ones\.$"
JOIN_FIRST: Final = r"^For INC-1 that is for people in its channel\. Join <#C\w+> and do it there\. Nothing was changed"
SAME: Final = "as inside"


def form(callback: str) -> str:
    return f"'callback_id': '{callback}'"


@dataclass(frozen=True, kw_only=True)
class Word:
    """What is read after `/incident <word> <typed>`, as patterns: `inside` the channel, also by a guest; by a member
    of the workspace who is `outside`; by a `guest` outside. `INC-1` stands before `typed` for those outside."""

    inside: str
    outside: str = SAME
    guest: str = UNKNOWN
    typed: str = ""
    named: bool = True


# A word that is not here fails the walk: somebody has to say who reads what.
WORDS: Final[Mapping[str, Word]] = {
    "declare": Word(inside=form("declare"), guest=SAME, named=False),
    "update": Word(inside=form("update"), outside=JOIN_FIRST),
    "comms": Word(inside="What shall be said about INC-1", outside=JOIN_FIRST[1:]),
    "promise": Word(inside="a fix by"),
    "clocks": Word(inside="Duties to report of INC-1"),
    "severity": Word(inside=form("severity"), outside=JOIN_FIRST),
    "classify": Word(inside=form("classify"), outside=JOIN_FIRST),
    "role": Word(inside="Roles of INC-1"),
    "call": Word(inside="https://meet.example.com/inc-1"),
    "handoff": Word(inside="is incident commander, so only they can hand over INC-1"),
    "escalate": Word(inside=form("escalate")),
    "service": Word(inside="INC-1 is about Checkout"),
    "identified": Word(inside="INC-1 is identified now|is marked as identified already", outside=JOIN_FIRST),
    "mitigated": Word(inside="INC-1 is mitigated now|is marked as mitigated already", outside=JOIN_FIRST),
    "resolved": Word(inside="INC-1 is resolved now|is resolved already", outside=JOIN_FIRST),
    "close": Word(inside="so closing it is for them and for admins"),
    "reopen": Word(inside="INC-1 is investigating now|so there is nothing to reopen", outside=JOIN_FIRST),
    "triage": Word(typed="accept", inside="INC-1 is not in triage", outside=JOIN_FIRST),
    "cancel": Word(typed="a test", inside="that is for the incident commander and admins"),
    "merge": Word(typed="into INC-2", inside="There is no INC-2", guest=SAME),
    "note": Word(typed="we saw it", inside="On the timeline of INC-1", outside=JOIN_FIRST),
    "timeline": Word(inside=f"Declared SEV1: {TITLE}"),
    "times": Word(inside="Times of INC-1"),
    "action": Word(inside="restart the workers"),
    "runbook": Word(inside="Database failover"),
    "remediate": Word(inside="Approved for INC-1", outside=JOIN_FIRST[1:]),
    "rename": Word(typed=TITLE, inside="already", outside=JOIN_FIRST),
    "access": Word(inside="everybody in the workspace but guests may see it"),
    "security": Word(inside="What makes it one"),
    "near-miss": Word(typed="list", inside="nearly (full|fell)|No near miss", guest=SAME, named=False),
    "drill": Word(typed="list", inside="Scenarios for a drill", guest=SAME, named=False),
    "catchup": Word(inside=f"INC-1 · {TITLE}"),
    "status": Word(inside=f"INC-1 · {TITLE}"),
    "list": Word(inside=TITLE, guest="^Post\\(text='You are in no open incident", named=False),
}


@dataclass(frozen=True, kw_only=True)
class Town:
    """INC-1 is public, INC-2 is not. Bilal and the guest Gus are in the channel, Dora and the guest Gil are not."""

    stage: Stage
    channel: Channel
    gus: Person
    gil: Person

    def asking(self, who: Person) -> Asking:
        inside = who.id in self.channel.members
        place = self.channel if inside else self.stage.workspace.channel("general")
        return Asking(stage=self.stage, who=who, channel=place)


def test_every_word_says_who_reads_what() -> None:
    assert sorted(WORDS) == sorted(commands.SUBCOMMANDS)


async def test_members_outsiders_and_guests_read_what_is_theirs_wherever_they_look(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        town = await built(stage)
        await a_guest_who_declares_is_not_pointed_at_others(town)
        await joining_tells_how_it_stands(town)
        await home_tabs_show_what_is_theirs(town)
        await questions_in_a_channel_are_answered_by_who_asks(town)
        await only_those_inside_see_channel_and_announcement(town)
        await near_misses_are_no_business_of_guests(town)
        await runbooks_are_read_by_guests_in_incidents_alone(town)
        await buttons_of_the_card_work_for_guests_inside(town)
        for word, expected in WORDS.items():
            await word_is_read(town, word, expected)
        await nothing_works_for_guests_outside(town)
        await guests_become_members(town)
        assert SECRET not in "".join(everything(one) for one in (stage.bilal, stage.dora, town.gus, town.gil))


async def built(stage: Stage) -> Town:
    workspace = stage.workspace
    await stage.stop()
    policy = replace(
        default_policy(),
        services=(Service(name="Checkout", owner=(stage.anna.id,)),),
        hooks=(Hook(name="Roll back", url="https://deploy.example.com/"),),
        war_room=WarRoomPolicy(via="link", link="https://meet.example.com/{ref}", severities=("SEV1",)),
    )
    stage.settings = replace(stage.settings, policy=policy)
    await stage.start()
    gil = workspace.add_person("Gil Guest", guest=True)
    gus = workspace.add_person("Gus Guest", guest=True, one_channel=True)
    await stage.dora.invites(workspace.bot_user_id, "general")
    await stage.dora.invites(gil, "general")
    channel = await stage.declare(f"sev1 {TITLE} service:checkout")
    await stage.declare(f"sev1 {SECRET} --private", by=stage.chen)
    for line in (
        "update Rolled back, watching",
        "action @anna restart the workers",
        "runbook start database",
        "clocks start gdpr 3:30",
        "promise a fix by 9:00 to customers",
        "near-miss the disk was nearly full",
    ):
        await stage.anna.types(f"/incident {line}", in_=channel)
    await stage.settle()
    return Town(stage=stage, channel=channel, gus=gus, gil=gil)


async def a_guest_who_declares_is_not_pointed_at_others(town: Town) -> None:
    """Nothing is known of them yet when they declare, and declaring does not wait for it to be asked."""
    stage, general = town.stage, town.stage.workspace.channel("general")
    new = stage.workspace.add_person("Ada Guest", guest=True)
    await stage.dora.invites(new, general)
    answer = await new.types(f"/incident declare sev3 {TITLE} again", in_=general)
    await stage.settle()
    assert str(answer).startswith("INC-3 SEV3 declared")
    assert "INC-1" not in str(answer)
    assert not any("INC-1" in one.shown for one in stage.workspace.channels[-1].messages)
    assert any(f"INC-3 “{TITLE} again” looks alike" in one.shown for one in town.channel.messages)


async def joining_tells_how_it_stands(town: Town) -> None:
    stage = town.stage
    await stage.pass_time(minutes=10)
    await stage.bilal.joins(town.channel)
    await stage.anna.invites(town.gus, town.channel)
    await stage.settle()
    assert f"INC-1 · {TITLE}" in stage.bilal.ephemerals()[-1].shown
    assert f"INC-1 · {TITLE}" in town.gus.dm.messages[-1].shown


async def home_tabs_show_what_is_theirs(town: Town) -> None:
    inside, outside = (town.stage.bilal, town.gus, town.stage.dora), town.gil
    for one in (*inside, outside):
        await one.opens_home()
    await town.stage.settle()
    assert [f"INC-1 · SEV1 · {TITLE}" in one.home for one in inside] == [True, True, True]
    assert "You are in no open incident" in outside.home


async def questions_in_a_channel_are_answered_by_who_asks(town: Town) -> None:
    """The bot is in #general. A guest who names an incident learns nothing; a member who does tells them of it."""
    for one, answer in ((town.gil, "There is no INC-1."), (town.stage.dora, TITLE)):
        said = await one.says("@sitrep status INC-1", in_="general")
        await town.stage.settle()
        assert answer in one.ephemerals()[-1].shown
        named = await one.says("Is it INC-1 again?", in_="general")
        await town.stage.settle()
        assert said.replies == []
        assert [TITLE in reply.shown for reply in named.replies] == [True] * (one is town.stage.dora)


async def only_those_inside_see_channel_and_announcement(town: Town) -> None:
    """Slack shows public channels to members of the workspace; guests see those they are in."""
    workspace = town.stage.workspace
    assert town.gil.channels() == ["general"]
    assert town.gus.channels() == [town.channel.name]
    assert TITLE in town.stage.dora.sees(town.channel)
    assert TITLE in town.stage.dora.sees("incidents")
    assert not any(SECRET in one.shown for one in workspace.channel("incidents").messages)


async def near_misses_are_no_business_of_guests(town: Town) -> None:
    """But for those that they have reported themselves."""
    assert "nearly full" in await town.asking(town.stage.dora).typing("near-miss", "list ")
    for guest in (town.gus, town.gil):
        asks = town.asking(guest)
        assert "No near miss is on record" in await asks.typing("near-miss", "list  ")
        for text in ("review NM-1", "review NM-1 it is fine"):
            assert (await asks.typing("near-miss", text)).startswith("There is no NM-1.")
        assert (await asks.pressing("near_miss_review", "1")).startswith("There is no NM-1.")
    assert "NM-2 is on record" in await town.asking(town.gil).typing("near-miss", "I nearly fell")
    assert "I nearly fell" in await town.asking(town.gil).typing("near-miss", "list")


async def runbooks_are_read_by_guests_in_incidents_alone(town: Town) -> None:
    assert "Database failover" in await town.asking(town.gus).typing("runbook", "list")
    assert "Database failover" in await town.asking(town.stage.dora).typing("runbook", "list")
    for text in ("", "list", "database"):
        assert (await town.asking(town.gil).typing("runbook", text)).startswith("This is not an incident channel")


async def buttons_of_the_card_work_for_guests_inside(town: Town) -> None:
    for one in (town.gus, town.stage.bilal):
        await one.presses("Post update", in_=town.channel)
        assert await one.submits({"What changed?": f"{one.name} looked"}) == {}
        await town.stage.settle()
        assert f"{one.name} looked" in town.channel.pinned[0].shown


async def word_is_read(town: Town, word: str, expected: Word) -> None:
    stage = town.stage
    here = f"INC-1 {expected.typed}".strip() if expected.named else expected.typed
    outside = expected.inside if expected.outside is SAME else expected.outside
    guest = expected.inside if expected.guest is SAME else expected.guest
    for who, typed, pattern in (
        (stage.bilal, expected.typed, expected.inside),
        (town.gus, expected.typed, expected.inside),
        (stage.dora, here, outside),
        (town.gil, here, guest),
    ):
        read = await town.asking(who).typing(word, typed)
        assert re.search(pattern, read), f"{who.name} reads after /incident {word} {typed}:\n{read}"
        assert SECRET not in read
    if guest == UNKNOWN:
        nothing = await town.asking(town.gil).typing(word, here.replace("INC-1", "INC-999"))
        assert re.search(UNKNOWN, nothing), f"a number that was never given out is told apart: {nothing}"


async def nothing_works_for_guests_outside(town: Town) -> None:
    """Whatever a guest's Slack could be made to send."""
    gil = town.asking(town.gil)
    for action in commands.BUTTONS:
        for value in ("{n}", "{n}.1", "{n}:{n}"):
            pressed = [await gil.pressing(action, value.format(n=n)) for n in (1, 999)]
            assert pressed[0] == pressed[1] or re.search(UNKNOWN, pressed[0]), f"{action} {value}: {pressed}"
            assert TITLE not in pressed[0], action
    for callback in set(commands.FORMS) - {"declare"}:
        said = [await gil.submitting(callback, n) for n in (1, 999)]
        assert said[0] == said[1] or re.search(UNKNOWN, said[0]), f"{callback}: {said}"
    for callback in commands.SHORTCUTS:
        assert TITLE not in await gil.using(callback), callback


async def guests_become_members(town: Town) -> None:
    """Slack is asked once a day who is one."""
    town.gil.user.is_guest = False
    assert re.search(UNKNOWN, await town.asking(town.gil).typing("status", "INC-1 "))
    town.stage.clock.advance(days=1, seconds=1)
    assert TITLE in await town.asking(town.gil).typing("status", "INC-1  ")


def everything(who: Person) -> str:
    return "".join([who.home, *(one.shown for one in who.ephemerals()), *(one.shown for one in who.dm.messages)])
