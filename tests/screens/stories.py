"""The stories of the pictures: a night at a shop, a secret, a drill. The bot is the real one."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from bot.practice.driver.person import Person
from bot.practice.state.channels import Channel
from tests.screens.album import Album, said
from tests.stage import Stage, open_stage
from workflows.policy import Hook, Link, Policy, Service, WarRoomPolicy

TITLE: Final = "Database primary is down"


@dataclass(frozen=True, kw_only=True)
class Night:
    """Anna is on call, Bilal owns Checkout, Chen knows the database, Dora is from another team."""

    stage: Stage
    album: Album

    @property
    def channel(self) -> Channel:
        """The channel of the first incident."""
        return next(one for one in self.stage.workspace.channels if one.name.startswith("incident-"))

    async def types(self, who: Person, line: str) -> None:
        """A command in the incident's channel, and all that follows from it."""
        await who.types(line, in_=self.channel)
        await self.stage.settle()

    async def presses(self, who: Person, label: str) -> None:
        await who.presses(label, in_=self.channel)
        await self.stage.settle()


Scene = Callable[[Night], Awaitable[None]]


async def play(folder: Path, story: str) -> dict[str, str]:
    """The pictures of one story, played in a workspace of its own, by the name of their file."""
    async with open_stage(folder) as stage:
        await stage.stop()
        stage.settings = replace(stage.settings, policy=configured(stage))
        await stage.start()
        night = Night(stage=stage, album=Album(stage.workspace))
        for scene in STORIES[story]:
            await scene(night)
        return night.album.pictures


def configured(stage: Stage) -> Policy:
    dashboard = Link(title="Orders a minute", url="https://graphs.example.com/checkout")
    checkout = Service(name="Checkout", owner=(stage.bilal.id,), escalation=(stage.chen.id,), dashboards=(dashboard,))
    call = WarRoomPolicy(via="link", link="https://meet.example.com/{ref}", severities=("SEV0", "SEV1"))
    flag = Hook(name="Turn the new ranking off", url="https://flags.example.com/ranking", severities=("SEV0",))
    return replace(stage.settings.policy, services=(checkout,), war_room=call, hooks=(flag,))


async def declared(night: Night) -> None:
    stage, album, anna = night.stage, night.album, night.stage.anna
    await anna.types("/incident declare", in_="general")
    await anna.chooses("What is failing?", TITLE)
    await anna.chooses("Summary", "Orders stop at the payment step since 02:50. Nothing was deployed tonight.")
    await anna.presses("Help me choose")
    album.modal("classify-question", "One question of the classifier, in a form with Yes and No", anna)
    for one in ("No", "Yes", "Yes"):
        assert anna.modal is not None
        await anna.submits({anna.modal.labels[0]: one})
    album.modal("classify-answer", "The severity that the answers lead to, and why", anna)
    await anna.submits()
    album.modal("declare-form", "The form that declares an incident, filled in", anna)
    await anna.submits()
    await stage.settle()
    album.posts("card", "The card of an incident, pinned in its channel", night.channel.pinned[0], topic=True)
    announced = said(stage.workspace.channel("incidents"), "INC-1")
    album.posts("announcement", "What everybody else reads in #incidents", announced)


async def worked_on(night: Night) -> None:
    stage, album, bilal = night.stage, night.album, night.stage.bilal
    await stage.pass_time(minutes=2)
    await bilal.joins(night.channel)
    await night.presses(bilal, "Start runbook")
    await night.types(bilal, "/incident runbook done 1, 2")
    album.posts("runbook", "A runbook as a checklist, two steps ticked", said(night.channel, "steps done"))
    found = await bilal.says("The primary's disk is full of WAL files: archiving stopped at 02:47.", in_=night.channel)
    await stage.anna.reacts("mag", to=found)
    tried = await bilal.says("Promoting the replica now.", in_=night.channel)
    await stage.anna.reacts("zap", to=tried)
    await stage.settle()
    album.posts("marked", "Messages that were marked with an emoji", found, tried)
    await night.types(stage.anna, "/incident role comms @dora")
    album.posts("role-briefing", "Who gets a role gets a briefing", said(stage.dora, "communications lead"))
    await night.types(stage.anna, "/incident action @bilal free the disk of the old primary by 06:30")
    await night.types(stage.anna, "/incident timeline")
    album.answer("timeline", "The timeline, with what was marked by emoji", stage.anna)


async def informed(night: Night) -> None:
    stage, album, anna = night.stage, night.album, night.stage.anna
    await stage.pass_time(minutes=29)
    album.posts("nag", "The reminder when an update is due", said(night.channel, "No update for"))
    await anna.presses("Post update", in_=night.channel)
    await anna.chooses("What changed?", "The replica is primary now; orders go through again, slowly.")
    album.modal("update-form", "The form for an update", anna)
    await anna.submits()
    await stage.settle()
    album.posts("update", "An update in the channel", said(night.channel, "[UPDATE"))
    await anna.types("/incident comms", in_=night.channel)
    await anna.presses("First notice", on=anna.ephemerals()[-1])
    album.modal("comms-form", "A notice drafted from the record, to be edited", anna)
    await anna.submits()
    album.modal("form-refused", "A form that was refused says why and keeps what was typed", anna)
    await anna.closes()
    await anna.types("/incident promise ETA for the fix by 5:30 to customers", in_=night.channel)
    await night.types(anna, "/incident promises")
    album.answer("promises", "What was promised outside", anna)


async def joined(night: Night) -> None:
    stage, album, anna, chen = night.stage, night.album, night.stage.anna, night.stage.chen
    await night.types(anna, "/incident escalate @chen the new primary is slow")
    album.posts("escalation-line", "What the channel reads of a call for help", said(night.channel, "Escalated to"))
    album.posts("escalation", "A call for help that stands alone", said(chen, "asks for your help"))
    await chen.presses("On my way", on=said(chen, "asks for your help"))
    await night.types(chen, "/incident catchup all")
    album.answer("catch-up", "What somebody missed, for them alone", chen)
    asked = await chen.says("What is going on here, @sitrep?", in_=night.channel)
    await stage.settle()
    album.posts("mention", "What the bot answers when it is mentioned", asked)
    await stage.dora.invites(stage.workspace.bot_user_id, "general")
    linked = await stage.dora.says("Does INC-1 hit the warehouse too?", in_="general")
    await stage.settle()
    album.posts("unfurl", "A number that somebody writes is explained in the thread", linked)
    await night.types(anna, "/incident handoff @bilal Chen looks at the slow queries")
    album.posts("handoff", "The briefing of whoever is asked to take over", said(stage.bilal, "asks you to take over"))
    await stage.bilal.presses("Accept", on=said(stage.bilal, "asks you to take over"))
    await stage.settle()
    await stage.bilal.opens_home()
    await stage.settle()
    album.home("home", "The home tab: what is mine, and what is open", stage.bilal)
    await others_look(night)


async def others_look(night: Night) -> None:
    """Those who do not work on it: somebody from another team, and a guest."""
    stage, album = night.stage, night.album
    emil = stage.workspace.add_person("Emil Novak")
    gil = stage.workspace.add_person("Gil Guest", guest=True)
    for who in (emil, gil):
        await who.opens_home()
    await stage.settle()
    album.home("home-outside", "The home tab of somebody who is in no incident", emil)
    album.home("home-guest", "The home tab of a guest", gil)
    await emil.types("/incident status --stakeholders INC-1", in_="general")
    album.answer("stakeholders", "What concerns those who do not work on it", emil)
    await emil.types("/incident help", in_="general")
    album.answer("help", "Everything that can be typed, by what people look for", emil)
    await emil.types("/incident near-miss", in_="general")
    await emil.chooses("What almost happened?", "The certificate of the shop had two hours left.")
    await emil.chooses("What prevented it?", "A customer wrote to ask about the date")
    album.modal("near-miss-form", "What almost happened, and what prevented it", emil)
    await emil.submits()
    album.modal("near-miss", "A near miss on record, which disturbs nobody", emil)
    await emil.closes()


async def ended(night: Night) -> None:
    stage, album, bilal = night.stage, night.album, night.stage.bilal
    await night.types(bilal, "/incident resolved the replica has taken over, and its caches are warm")
    await night.presses(bilal, "Close")
    await bilal.chooses("Customer impact", "For 33 minutes nobody could pay; about 900 orders were not placed.")
    album.modal("close-form", "What closing asks for", bilal)
    await bilal.submits({"Why can it be closed now?": "Orders are back at their usual rate"})
    await stage.settle()
    album.posts("closed", "What is said when an incident is closed", said(night.channel, "INC-1 is closed"))
    draft = next(one for one in night.channel.messages if one.files)
    album.posts("postmortem", "The postmortem draft as a file", draft)
    await night.types(bilal, "/incident action")
    album.answer("follow-ups", "What is left to do", bilal)


async def kept_private(night: Night) -> None:
    stage, album, anna = night.stage, night.album, night.stage.anna
    channel = await stage.declare("sev1 Payroll was read by a stranger --security with @bilal")
    await anna.renames(channel, "incident-2026-11-21-payroll")  # what nobody can guess would differ in every picture
    await stage.settle()
    asked = said(anna, "Does a duty to report it apply")
    await anna.presses("Answer", on=asked)
    await anna.chooses("When did you become aware?", "3:40")
    await anna.chooses("Europe", ["GDPR"])
    album.modal("clocks-form", "Which duties to report may apply", anna)
    await anna.submits()
    await stage.settle()
    await anna.types("/incident clocks", in_=channel)
    album.answer("clocks", "What has to be reported by when, and what was sent", anna)
    album.posts("private-card", "The card of a private incident, with a duty to report", channel.pinned[0], topic=True)
    await stage.pass_time(hours=36)
    album.posts("clocks-reminder", "The reminder at half time", said(channel, "notify the supervisory authority"))
    await stage.dora.types("/incident status INC-1", in_="general")
    album.answer("private-to-others", "What others are told of a private incident", stage.dora)


async def triaged(night: Night) -> None:
    stage, album, anna = night.stage, night.album, night.stage.anna
    channel = await stage.declare("--triage sev2 Search results look old")
    album.posts("triage-card", "What may be an incident", channel.pinned[0], topic=True)
    await anna.types("/incident triage accept", in_=channel)
    await stage.settle()
    await anna.presses("Severity", in_=channel)
    await anna.chooses("Severity", "SEV0")
    await anna.chooses("Why?", "Nobody can search any more")
    album.modal("severity-form", "Raising the severity, and what that means", anna)
    await anna.submits()
    await stage.settle()
    for who in (stage.bilal, stage.chen):
        await who.joins(channel)
    await stage.bilal.presses("I'll take communications", in_=channel)
    await stage.settle()
    album.posts("roles-card", "The card at SEV0: who does what, and which roles are free", channel.pinned[0])
    await anna.presses("Remediate", in_=channel)
    await stage.settle()
    album.answer("remediation", "What was approved in advance, and what usually helps", anna)
    album.question("remediation-question", "What Slack asks before it is sent", anna, "Turn the new ranking off")
    await stage.chen.types("/incident role comms @chen", in_=channel)
    album.answer("role-taken", "What is said about a role that somebody has", stage.chen)


async def merged(night: Night) -> None:
    stage, album, dora = night.stage, night.album, night.stage.dora
    same = await stage.declare("sev2 Search results look stale", by=dora)
    album.posts("alike", "Two incidents look alike", said(same, "looks alike"))
    await dora.types("/incident merge INC-1", in_=same)
    await stage.settle()
    album.posts("merged-away", "The channel of the incident that ends", said(same, "merged INC-2"), topic=True)
    album.posts("merged-into", "The channel of the incident that goes on", said(night.channel, "INC-2"))


async def drilled(night: Night) -> None:
    stage, album = night.stage, night.album
    await stage.anna.types("/incident drill bad-deploy @bilal", in_="general")
    await stage.settle()
    await stage.pass_time(seconds=1)
    channel = next(one for one in stage.workspace.channels if "drill" in one.name)
    album.posts("drill-card", "The card of a drill", channel.pinned[0], topic=True)
    album.posts("drill-inject", "What a drill tells those who practise", said(channel, "Inject 1"))
    await practised(night, channel)


async def practised(night: Night, channel: Channel) -> None:
    """Bilal leads the drill to its end."""
    stage, album, bilal = night.stage, night.album, night.stage.bilal
    for minutes, line in (
        (3, "role take ic"),
        (4, "update Sign-in fails since the release, rolling it back"),
        (9, "mitigated rolled back"),
        (20, "resolved sign-in works again"),
    ):
        await stage.pass_time(minutes=minutes)
        await bilal.types(f"/incident {line}", in_=channel)
    await stage.pass_time(minutes=31)
    await bilal.types("/incident close", in_=channel)
    await bilal.submits({"Customer impact": "None, it was practice"})
    await stage.settle()
    album.posts("drill-score", "How a drill went", said(channel, "How the drill"))


STORIES: Final[Mapping[str, Sequence[Scene]]] = MappingProxyType(
    {
        "a night": (declared, worked_on, informed, joined, ended),
        "a private incident": (kept_private,),
        "triage and a drill": (triaged, merged, drilled),
    }
)
