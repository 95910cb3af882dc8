"""`sitrep incident …`: everything that `/incident` does, on the record alone, for when Slack is away.

What is owed to Slack is stored with each change. The bot sees it at its next tick, and sends it when Slack is back.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select

from bot.clock import SystemClock
from bot.config import Settings, async_url
from bot.export_cli import operator, refuse_absent
from bot.listeners import run_word, turned
from commands import SUBCOMMANDS, WORDS
from commands import help as help_words
from commands.request import Reply, SlashRequest
from storage import runs, schema
from storage.database import Database
from storage.models import Incident, Person
from storage.schema import SchemaTooNew
from storage.writer import Writer
from workflows.clock import Clock
from workflows.errors import UserError
from workflows.ids import new_id
from workflows.ports import Post, Refused, Slack
from workflows.services import Asker, Services
from workflows.words import escape, mentioned, plain, printable

USER_ID: Final = re.compile(r"[UW][A-Z0-9]{2,}")
TYPED_PERSON: Final = re.compile(r"(?<![\w@])@([UW][A-Z0-9]{2,})\b")
CHANNEL: Final = re.compile(r"<#([CG][A-Z0-9]+)>")
SLACK_FOLLOWS: Final = "It is on record. Slack follows as soon as the bot reaches it."


class Away:
    """Stands where Slack would be. Commands work on the record; the little that they ask of Slack is refused."""

    def __getattr__(self, name: str) -> Any:
        raise Refused("not_connected", "the command line does not speak to Slack")


async def answer(settings: Settings, line: str, by: str, clock: Clock | None = None) -> str:
    """Do what `/incident <line>` does, for the person with the Slack id `by`; returns what they would read.

    Help needs neither person nor record. Raises `UserError` with a sentence for everything that cannot be done.
    """
    word, _, text = typed(line).partition(" ")
    if word.lower() in ("", "help"):
        return for_terminal(shown_text(help_words.show(SUBCOMMANDS, WORDS.get(text.strip().lower(), "")).post))
    user_id = by.strip().removeprefix("@")
    if not USER_ID.fullmatch(user_id):
        raise UserError(
            "Who are you? Pass your Slack member id with --as, or set SITREP_USER, for example "
            "`sitrep incident --as U012AB3CD list`. It is in your Slack profile, under More → Copy member ID."
        )
    request = SlashRequest(press=new_id("cli"), user_id=user_id, channel_id="", text=text.strip())
    try:
        async with services_for(settings, clock or SystemClock()) as services:
            return await done(services, word.lower(), request)
    except SchemaTooNew as ahead:
        raise UserError(str(ahead)) from ahead
    except SQLAlchemyError as trouble:
        raise UserError(
            f"The record cannot be reached ({type(trouble).__name__}), and nothing was changed. "
            "Try once more; `sitrep doctor` says more."
        ) from trouble


async def done(services: Services, word: str, request: SlashRequest) -> str:
    """Do it, and say what came of it. Raises `UserError` with what a terminal can show."""
    word, request = turned(word, request)
    if word not in WORDS:
        raise UserError(for_terminal(shown_text(help_words.unknown(word, WORDS).post)))
    owed = await owed_now(services)
    try:
        said = await in_words(services, shown_text(answered(await run_word(word, request, services), word)))
    except UserError as refusal:
        raise UserError(await in_words(services, str(refusal))) from refusal
    return f"{said}\n{SLACK_FOLLOWS}" if await owed_now(services) > owed else said


def typed(line: str) -> str:
    """What was typed in a terminal as Slack would have sent it: `@U012AB3CD` is a person, nothing else is special."""
    return TYPED_PERSON.sub(r"<@\1>", escape(line.strip()))


@asynccontextmanager
async def services_for(settings: Settings, clock: Clock) -> AsyncIterator[Services]:
    """The record with nothing behind it; the schema is brought up to date first, as at every start."""
    url = async_url(settings.database_url)
    refuse_absent(url)
    await schema.migrate(url)
    database = Database(url)
    writer = Writer(database)
    try:
        yield Services(
            database=database,
            writer=writer,
            slack=no_slack(),
            clock=clock,
            policy=settings.policy,
            data_folder=settings.data_folder,
            asker=Asker(user_id="", how="cli", behind=operator()),
        )
    finally:
        await writer.close()
        await database.close()


def no_slack() -> Slack:
    away: Any = Away()
    return Slack(
        channels=away,
        posts=away,
        decor=away,
        history=away,
        files=away,
        views=away,
        people=away,
        groups=away,
        user_id="",
        bot_id="",
        team_url="",
    )


async def owed_now(services: Services) -> int:
    async with services.database.read() as session:
        return await runs.unfinished(session)


def answered(reply: Reply, word: str) -> Post | None:
    """What a reply says. A form cannot be shown in a terminal, so it is answered with what to type."""
    if reply.form is not None:
        raise UserError(
            f"A terminal shows no forms: it takes one line, `/incident {SUBCOMMANDS[WORDS[word]].usage}`, with INC-… "
            f"before what you say. `/incident help {WORDS[word]}` tells more."
        )
    return reply.post


async def in_words(services: Services, encoded: str) -> str:
    """What Slack would show, with the names of people and incident channels as far as the record has them."""
    async with services.database.read() as session:
        people = await session.exec(select(Person).where(col(Person.user_id).in_(mentioned(encoded))))
        names = {one.user_id: one.name for one in people}
        meant = await session.exec(select(Incident).where(col(Incident.channel_id).in_(CHANNEL.findall(encoded))))
        channels = {one.channel_id: one.channel_name for one in meant}
    named = CHANNEL.sub(lambda found: f"#{channels.get(found[1], found[1])}", encoded)
    return for_terminal(plain(named, names))


def shown_text(post: Post | None) -> str:
    """What people see of a post: the texts of its blocks, or its own."""
    if post is None:
        return "Done."
    texts = [str((block.get("text") or {}).get("text") or "") for block in post.blocks]
    return "\n".join(text for text in texts if text) or post.text


def for_terminal(text: str) -> str:
    return printable(text.replace("/incident", "sitrep incident"))
