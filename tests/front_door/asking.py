"""What somebody would read who types, presses, submits or uses anything at all, possible in their Slack or not."""

from collections.abc import Awaitable
from dataclasses import dataclass

import commands
from bot.listeners import run_word
from bot.practice.driver.person import Person
from bot.practice.state.channels import Channel
from commands import who_asks
from commands.request import ButtonPress, FormSubmission, Reply, Shortcut, SlashRequest
from tests.stage import Stage
from workflows.errors import SitrepError
from workflows.ports import SlackTrouble


@dataclass(frozen=True, kw_only=True)
class Asking:
    """One person in one channel. Answers are as text, with what was asked about 999 as if it had been 1."""

    stage: Stage
    who: Person
    channel: Channel

    async def typing(self, word: str, text: str) -> str:
        request = SlashRequest(
            press=f"command:{self.who.id}{self.channel.id}{word}{text}",
            user_id=self.who.id,
            channel_id=self.channel.id,
            text=text.replace("@chen", f"<@{self.stage.chen.id}>"),
        )
        return await answered(run_word(word, request, self.stage.app.services))

    async def pressing(self, action: str, value: str) -> str:
        press = ButtonPress(
            press=f"press:{self.who.id}{action}{value}",
            user_id=self.who.id,
            action_id=action,
            value=value,
            view_id="V0000",
        )
        return await answered(who_asks.do(commands.BUTTONS[action], press, self.stage.app.services))

    async def submitting(self, callback: str, number: int) -> str:
        form = FormSubmission(
            press=f"view:{self.who.id}{callback}{number}",
            user_id=self.who.id,
            callback_id=callback,
            view_id="V0000",
            values=dict.fromkeys(("reason", "text", "to", "note", "severity", "changed", "impact"), ""),
            about={"incident": str(number), "action": "mitigated", "key": str(number)},
        )
        return await answered(who_asks.do(commands.FORMS[callback], form, self.stage.app.services))

    async def using(self, callback: str) -> str:
        shortcut = Shortcut(
            press=f"shortcut:{self.who.id}{callback}",
            user_id=self.who.id,
            callback_id=callback,
            channel_id=self.channel.id,
            message_ts="1795230000.000001",
            message_user=self.who.id,
            text="see INC-1",
        )
        return await answered(who_asks.do(commands.SHORTCUTS[callback], shortcut, self.stage.app.services))


async def answered(asked: Awaitable[Reply]) -> str:
    """What the person would read. What no button or form ever carries may not be understood at all."""
    try:
        reply = await asked
        said = f"{reply.post} {reply.form}"
    except (SitrepError, SlackTrouble, ValueError, LookupError, TypeError) as refusal:
        said = str(refusal) if isinstance(refusal, SitrepError) else "not understood"
    return said.replace("999", "1")
