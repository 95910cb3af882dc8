"""Opening a form by what people type and press, as `forms.py` and `test_every_form.py` need it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.practice.state.channels import Channel
from tests.stage import Stage


@dataclass(frozen=True, kw_only=True)
class Night:
    """One incident after another in one workspace; `channel` is that of the newest."""

    stage: Stage
    channels: list[Channel] = field(default_factory=list)

    @property
    def channel(self) -> Channel:
        return self.channels[-1]

    async def declare(self, text: str) -> None:
        self.channels.append(await self.stage.declare(text))

    async def types(self, line: str) -> None:
        await self.stage.anna.types(f"/incident {line}", in_=self.channel)
        await self.stage.settle()

    async def presses(self, label: str) -> None:
        await self.stage.anna.presses(label, in_=self.channel)

    async def passes(self, **units: float) -> None:
        """Time goes by, and all that is due has happened, every rung of a ladder too: the bot's own ticker, which
        rings every second, finds nothing more to do."""
        await self.stage.pass_time(**units)
        for _ in range(3):
            await self.stage.pass_time(seconds=1)


Opens = Callable[[Night], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Form:
    """`typed` fills every field, one of them such that `refused` is said below the field `wrong`; `right` puts it
    right, and then people read `then`. A form that takes whatever is typed has no `wrong`."""

    opens: Opens
    typed: Mapping[str, Any]
    then: str
    wrong: str = ""
    refused: str = ""
    right: Mapping[str, Any] = field(default_factory=dict)
    look: str = ""


def typing(line: str) -> Opens:
    return lambda night: night.types(line)


def pressing(label: str, *, after: str = "", minutes: int = 0) -> Opens:
    """A button of the newest incident's channel, after a command and some time."""

    async def opens(night: Night) -> None:
        if after:
            await night.types(after)
        if minutes:
            await night.passes(minutes=minutes)
        await night.presses(label)

    return opens


async def triage(night: Night) -> None:
    await night.declare("--triage sev2 Odd graphs")
    await night.presses("Decline")


async def none_left(night: Night) -> None:
    """The questions of the classifier, answered with No."""
    anna = night.stage.anna
    await night.types("classify")
    for _ in range(9):
        assert anna.modal is not None
        if anna.modal.labels == ["Why?"]:
            return
        await anna.submits({anna.modal.labels[0]: "No"})
    raise AssertionError("the questions do not come to an end")


async def drill(night: Night) -> None:
    """Begun by the form before; what happens in it at once has happened."""
    await night.passes(seconds=1)
    night.channels.append(next(one for one in night.stage.workspace.channels if "drill" in one.name))
    await night.types("drill abort")


async def another(night: Night) -> None:
    await night.declare("sev3 Something & nothing")
    await night.types("cancel")


async def closing(night: Night) -> None:
    night.channels.append(night.channels[0])
    await night.types("resolved R&D replaced it")
    await night.presses("Close")
