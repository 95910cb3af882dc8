"""What arrives from Slack, handed to the function that deals with it; its `Reply` handed back.

Everything is stored before it is acknowledged (Bolt's `process_before_response`), and what is slow happens after.
Slack pages: Handling user interaction, The Events API.
"""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Final

from slack_bolt.async_app import AsyncApp

import commands
from bot import door
from bot.background import Background
from bot.events import EVENTS
from bot.shapes import Malformed, reading, well_formed
from bot.slack import content
from commands import help as help_words
from commands import in_drill, mention, speech, who_asks
from commands.mention import Mention
from commands.request import NOTHING, ButtonPress, FormSubmission, Reply, Shortcut, SlashRequest, Subcommand, told
from storage.database import Unavailable
from workflows import audit, mentions, people
from workflows.errors import AlreadyDone, FormErrors, NotAllowed, UserError
from workflows.ids import new_id
from workflows.ports import Post, SlackTrouble
from workflows.services import Services
from workflows.words import mentioned, plain

log = logging.getLogger(__name__)

ANYTHING: Final = re.compile(".*")
SLACKS_PATIENCE: Final = 2.3  # seconds; Slack gives up on us after three
Request = SlashRequest | ButtonPress | Shortcut | FormSubmission | Mention
LATE: Final = "This takes longer than usual, and nothing is stored yet. You will read here what comes of it."


class Listeners:
    """One method per kind of thing that Slack sends."""

    def __init__(self, services: Services, background: Background) -> None:
        self._services = services
        self._background = background
        self._listening_to_people = asyncio.Lock()

    def listen(self, app: AsyncApp) -> None:
        """Bolt asks one listener after the other whether it is meant: what comes most often comes first."""
        app.event(ANYTHING)(self.event)
        app.command(ANYTHING)(self.slash)
        app.action(ANYTHING)(self.pressed)
        app.view(ANYTHING)(self.submitted)
        app.view_closed(ANYTHING)(self.acknowledged)
        app.shortcut(ANYTHING)(self.shortcut)

    async def slash(self, ack: Any, body: Mapping[str, Any]) -> None:
        async with self._background.listening("command"), self._understanding(ack, body):
            await self._slash(ack, body)

    async def pressed(self, ack: Any, body: Mapping[str, Any]) -> None:
        async with self._background.listening("press"), self._understanding(ack, body):
            await self._pressed(ack, body)

    async def shortcut(self, ack: Any, body: Mapping[str, Any]) -> None:
        async with self._background.listening("shortcut"), self._understanding(ack, body):
            await self._shortcut(ack, body)

    async def submitted(self, ack: Any, body: Mapping[str, Any]) -> None:
        async with self._background.listening("form"), self._understanding(ack, body):
            await self._submitted(ack, body)

    async def event(self, event: Mapping[str, Any], body: Mapping[str, Any]) -> None:
        """Return when it is stored. An exception leaves the event unacknowledged, and Slack sends it again."""
        async with self._background.listening("event"):
            try:
                heard = {**well_formed(event), "shared": bool(body.get("is_ext_shared_channel"))}
            except Malformed as odd:
                log.warning("Slack sent an odd event", extra={"action": "event_odd", "why": str(odd)})
                return
            function = EVENTS.get(str(event.get("type")))
            if function is not None:
                await function(heard, self._services)
            said = door.mention(heard, body, self._services.slack.user_id)
            if said is not None:
                await self._mentioned(said)

    async def _mentioned(self, said: Mention) -> None:
        """Do what somebody says to the bot, and owe them the answer. Heard again, it is neither done nor told again.

        One at a time: what is heard twice at once would be answered with that it is done already.
        """
        async with self._listening_to_people:
            if await mentions.answered(self._services, said.press):
                return
            reply = await self._said(mention.answer(said, self._for(said), run_word, commands.is_word), said)
            private = bool(said.words) and not said.direct
            await mentions.owe(
                self._services,
                said.press,
                reply.post or Post(text="Done."),
                channel_id=said.channel_id,
                thread_ts=said.thread_ts or ("" if private or said.direct else said.ts),
                user_id=said.user_id,
                private=private,
            )

    async def acknowledged(self, ack: Any) -> None:
        await ack()

    @asynccontextmanager
    async def _understanding(self, ack: Any, body: Mapping[str, Any]) -> AsyncIterator[None]:
        """Acknowledge also what cannot be read, and say so to whoever sent it."""
        try:
            yield
        except Malformed as odd:
            log.warning("Slack sent something odd", extra={"action": "payload_odd", "why": str(odd)})
            sorry = "Sitrep did not understand what Slack sent, and nothing was changed. Please try once more."
            await (ack(text=sorry) if "command" in body else ack())
            if "command" not in body and isinstance(body.get("response_url"), str):
                self._tell(Post(text=sorry), body["response_url"], "", "")

    async def _slash(self, ack: Any, body: Mapping[str, Any]) -> None:
        request = reading(door.slash_request, body)
        word, text = door.split_word(request.text)
        work = self._said(run_word(word, door.with_text(request, text), self._for(request)), request)
        shown = self._shown(work, body)
        reply = await self._in_time(shown, request.response_url, request.channel_id, request.user_id)
        await (ack(**shown_privately(reply.post)) if reply.post else ack())

    async def _pressed(self, ack: Any, body: Mapping[str, Any]) -> None:
        request = reading(door.button_press, body)
        await self._deal(ack, body, request, self._work(request))

    def _work(self, press: ButtonPress) -> Awaitable[Reply]:
        """What a button does; one that stands for words does what typing them does."""
        words = mention.behind(press)
        if words is not None:
            return run_word(*words, self._for(press))
        function = commands.button_function(press.action_id)
        return nothing() if function is None else who_asks.do(function, press, self._services)

    async def _shortcut(self, ack: Any, body: Mapping[str, Any]) -> None:
        request = reading(door.shortcut, body)
        function = commands.SHORTCUTS.get(request.callback_id)
        work = nothing() if function is None else who_asks.do(function, request, self._services)
        await self._deal(ack, body, request, work)

    async def _deal(
        self, ack: Any, body: Mapping[str, Any], request: ButtonPress | Shortcut, work: Awaitable[Reply]
    ) -> None:
        """A press is acknowledged without words; what there is to say comes beside it."""
        shown = self._shown(self._said(work, request), body)
        reply = await self._in_time(shown, request.response_url, request.channel_id, request.user_id)
        await ack()
        if reply.post is not None:
            self._tell(reply.post, request.response_url, request.channel_id, request.user_id)

    async def _submitted(self, ack: Any, body: Mapping[str, Any]) -> None:
        request = reading(door.form_submission, body)
        function = commands.FORMS.get(request.callback_id)
        if function is None:
            await ack()
            return
        work = self._said(who_asks.do(function, request, self._services), request)
        task = asyncio.get_running_loop().create_task(work)
        done, _ = await asyncio.wait([task], timeout=SLACKS_PATIENCE)
        if not done:
            self._background.start(self._follow_form(task, request), "form late")
            await ack(response_action="update", view=door.told_in_form(Post(text=LATE)))
            return
        try:
            reply = task.result()
        except FormErrors as errors:
            await ack(response_action="errors", errors=errors.fields)
            return
        if reply.form is None and reply.post is None:
            await ack()
            return
        view = reply.form or door.told_in_form(reply.post)
        await ack(response_action="update", view=view)

    async def _follow_form(self, work: Awaitable[Reply], request: FormSubmission) -> None:
        """The form shows what came of it; a refusal, with what was typed, as Slack has closed the fields by now."""
        try:
            reply = await work
        except FormErrors as errors:
            view = door.refused_in_form(errors.fields.values(), request.values.values())
        else:
            view = reply.form or door.told_in_form(reply.post)
        await self._services.slack.views.update(request.view_id, view)

    def _for(self, request: Request) -> Services:
        """What a command is given: everything, and who asks, so that they hear when it takes long."""
        return replace(self._services, asker=who_asks.asker(request))

    async def _in_time(self, work: Coroutine[Any, Any, Reply], response_url: str, channel_id: str, user: str) -> Reply:
        """The reply. When it takes longer than Slack waits, a word that says so; then the reply itself follows."""
        task = asyncio.get_running_loop().create_task(work)
        done, _ = await asyncio.wait([task], timeout=SLACKS_PATIENCE)
        if done:
            return task.result()

        async def follow() -> None:
            reply = await task
            if reply.post is not None:
                self._tell(reply.post, response_url, channel_id, user)

        self._background.start(follow(), "answer late")
        return told(LATE)

    async def _said(self, work: Awaitable[Reply], request: Request) -> Reply:
        """What they read, a refusal included. In a drill it says that it is one."""
        if isinstance(request, FormSubmission):
            reply = await self._answer(work, first_field=next(iter(request.values), ""))
            return await in_drill.said(reply, self._services, about=request.about)
        reply = await self._answer(work)
        return await in_drill.said(reply, self._services, channel_id=request.channel_id)

    async def _answer(self, work: Awaitable[Reply], *, first_field: str = "") -> Reply:
        """The one place where failures become sentences.

        With `first_field`, the form stays open with what was typed, and a refusal stands there: raises `FormErrors`.
        """
        try:
            return await self._kept(work)
        except UserError as refusal:
            if not first_field:
                return told(str(refusal))
            if isinstance(refusal, FormErrors):
                raise
            raise FormErrors({first_field: await self._in_words(str(refusal))}) from refusal
        except AlreadyDone:
            return told("That has been done already; nothing was changed again.")
        except Unavailable as away:
            log.warning("the database did not answer a person", extra={"action": "command_failed", "why": str(away)})
            sorry = "Sitrep's database is not answering, so this was probably not stored. Please try again in a minute."
        except Exception:
            reference = new_id("err")
            log.exception("a command failed", extra={"action": "command_failed", "reference": reference})
            sorry = (
                "Something broke on Sitrep's side and nothing was changed. Please try once more; if it stays, "
                f"tell whoever runs Sitrep the reference `{reference}`."
            )
        if first_field:
            raise FormErrors({first_field: sorry})
        return told(sorry)

    async def _kept(self, work: Awaitable[Reply]) -> Reply:
        """The work, with a permission that is refused put on record."""
        try:
            return await work
        except NotAllowed as refusal:
            await audit.refused(self._services, refusal)
            raise

    async def _in_words(self, encoded: str) -> str:
        """A sentence as a form can show it, which knows neither mentions nor times."""
        try:
            names = await people.names(self._services, mentioned(encoded))
        except (SlackTrouble, Unavailable):
            names = {}
        return plain(encoded, names)

    async def _shown(self, work: Awaitable[Reply], body: Mapping[str, Any]) -> Reply:
        """The reply, with its form opened."""
        reply = await work
        return reply if reply.form is None else await self._open(str(body.get("trigger_id", "")), reply)

    async def _open(self, trigger_id: str, reply: Reply) -> Reply:
        try:
            views = self._services.slack.views
            await (views.push if reply.above else views.open)(trigger_id, reply.form or {})
        except SlackTrouble as trouble:
            log.warning("form not opened", extra={"action": "form_not_opened", "trouble": str(trouble)})
            return told("Slack did not open the form in time. Please try once more; typing it in one line works too.")
        return NOTHING

    def _tell(self, post: Post, response_url: str, channel_id: str, user_id: str) -> None:
        posts = self._services.slack.posts
        if response_url:
            self._background.start(posts.answer(response_url, post), "answer a press")
        elif channel_id:
            self._background.start(posts.whisper(channel_id, user_id, post), "answer a press")
        else:
            self._background.start(posts.post(user_id, post), "answer a press")


async def run_word(word: str, request: Any, services: Services) -> Reply:
    """`/incident <word>`: the function for the word, its usage after `help`, or what may have been meant."""
    word, request = turned(word, request)
    if word in ("", "help"):
        asked = commands.WORDS.get(request.text.strip().lower(), "")
        return help_words.show(commands.SUBCOMMANDS, asked)
    subcommand: Subcommand | None = commands.SUBCOMMANDS.get(commands.WORDS.get(word, ""))
    if subcommand is None:
        return help_words.unknown(word, commands.WORDS)
    if request.text.strip().lower() in ("help", "--help", "-h"):
        return told(help_words.one_usage(subcommand))
    services = await who_asks.typed(subcommand.word, request, services)
    return await who_asks.answered(subcommand.function(request, services), services)


def turned(word: str, request: Any) -> tuple[str, Any]:
    """`INC-7 update …` as `update INC-7 …`; alone, the name asks how the incident stands."""
    if speech.REFERENCE.fullmatch(word) is None:
        return word, request
    second, rest = door.split_word(request.text)
    if second in commands.WORDS:
        return second, replace(request, text=f"{word} {rest}")
    return ("status", replace(request, text=word)) if not second else (word, request)


async def nothing() -> Reply:
    return NOTHING


def shown_privately(post: Post) -> dict[str, Any]:
    return {key: value for key, value in content(post).items() if value is not None}
