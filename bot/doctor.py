"""`sitrep doctor`: everything the bot needs, tried for real, with what to do about what is wrong."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import aiohttp
from rich.console import Console
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.exc import SQLAlchemyError

from bot import doctor_files, doctor_vendors, manifest
from bot.config import Settings, async_url, examine
from bot.doctor_findings import Finding
from bot.slack_calls import word_of
from storage import incidents, schema
from storage.database import Database, Unavailable

DATABASE_ADVICE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "SQLite": "Check DATABASE_URL: the file is Sitrep's own, its folder can be written to, and the disk has room.",
        "PostgreSQL": "Check DATABASE_URL: host, name, user and password, and that this machine may connect.",
    }
)
PATIENCE: Final = aiohttp.ClientTimeout(total=10)


Check = Callable[[Settings], Awaitable[Finding]]


async def examine_everything(env: Mapping[str, str], folder: Path, console: Console | None = None) -> int:
    """Print a line per finding as it is made; returns the exit code, 0 when all is well."""
    out = console or Console(highlight=False)
    bad = 0
    async for finding in findings(env, folder):
        # What is found is not markup: a section such as [nag] would be taken for a colour, and vanish.
        out.print("[green]✓[/]" if finding.well else "[red]✗[/]", end=" ")
        out.print(finding.what, markup=False, soft_wrap=True)
        if not finding.well:
            bad += 1
            out.print(f"  → {finding.advice}", markup=False, soft_wrap=True)
    out.print("All is well: `sitrep run`." if not bad else f"{bad} to put right; then run this again.", markup=False)
    return 1 if bad else 0


async def findings(env: Mapping[str, str], folder: Path) -> AsyncIterator[Finding]:
    """The configuration first; what depends on a missing secret is not tried."""
    found = examine(env, folder)
    for problem in (*found.slack_problems, *found.problems):
        yield Finding(what=f"Configuration: {problem.partition(':')[0]}", well=False, advice=problem)
    settings = found.settings
    if not found.problems:
        levels = ", ".join(severity.level for severity in settings.policy.severities)
        where = str(settings.config_path) if settings.config_path.exists() else "defaults, no sitrep.toml"
        yield Finding(what=f"Configuration: severities {levels} ({where})", well=True)
    yield await database(settings)
    for finding in doctor_files.findings(settings, folder):
        yield finding
    async with aiohttp.ClientSession(timeout=PATIENCE) as session:
        if settings.bot_token.get_secret_value():
            async for finding in bot_token(settings, session):
                yield finding
        if settings.app_token is not None:
            yield await socket_mode(settings, session)
    async for finding in doctor_vendors.findings(settings):
        yield finding


async def database(settings: Settings) -> Finding:
    """Brings the schema up to date, as a start would, and counts what is on record."""
    kind = "SQLite" if settings.database_url.startswith("sqlite") else "PostgreSQL"
    try:
        url = async_url(settings.database_url)
        await schema.migrate(url)
        opened = Database(url)
        async with opened.read() as session:
            count = await incidents.count(session)
        await opened.close()
    except schema.SchemaTooNew as ahead:
        return Finding(what=f"Database: {kind}", well=False, advice=str(ahead))
    except (SQLAlchemyError, OSError, ValueError) as error:
        reason = str(error) if isinstance(error, Unavailable) else type(getattr(error, "orig", None) or error).__name__
        return Finding(what=f"Database: {kind} cannot be used ({reason})", well=False, advice=DATABASE_ADVICE[kind])
    return Finding(what=f"Database: {kind}, schema up to date, {count} incidents on record", well=True)


async def bot_token(settings: Settings, session: aiohttp.ClientSession) -> AsyncIterator[Finding]:
    """`auth.test`, the scopes granted against the manifest's, and the announcement channel."""
    token = settings.bot_token.get_secret_value()
    client = AsyncWebClient(token=token, base_url=settings.api_url, session=session, retry_handlers=[])
    try:
        answer = await client.auth_test()
    except SlackApiError as error:
        yield Finding(what=f"Bot token: refused ({word_of(error)})", well=False, advice=token_advice(error))
        return
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        yield Finding(
            what=f"Slack: not reached at {settings.api_url} ({type(error).__name__})",
            well=False,
            advice="Check the network, HTTPS_PROXY and SLACK_API_URL.",
        )
        return
    yield Finding(what=f"Bot token: {answer['user']} in {answer['team']}", well=True)
    yield scopes(answer)
    yield await announce_channel(settings, client)


def token_advice(error: SlackApiError) -> str:
    if error.response.status_code >= 500:
        return "Slack itself is not well: try again in a moment; https://slack-status.com says more."
    return "Copy it again from the app's page, OAuth & Permissions, or reinstall the app to the workspace."


def scopes(answer: Any) -> Finding:
    """Slack names the granted scopes in a header of every answer."""
    headers = {name.lower(): value for name, value in answer.headers.items()}
    granted = {scope.strip() for scope in str(headers.get("x-oauth-scopes", "")).split(",") if scope.strip()}
    missing = sorted(set(manifest.scopes(manifest.build())) - granted)
    if not missing:
        return Finding(what=f"Scopes: all {len(granted)} granted", well=True)
    return Finding(
        what=f"Scopes: {len(missing)} missing",
        well=False,
        advice=f"Missing: {', '.join(missing)}. Paste `sitrep manifest` into the app's manifest page and reinstall.",
    )


async def announce_channel(settings: Settings, client: AsyncWebClient) -> Finding:
    name = settings.policy.announce
    if name is None:
        return Finding(what="Announcements: none configured", well=True)
    cursor = ""
    try:
        while True:
            page = await client.conversations_list(limit=200, cursor=cursor, exclude_archived=True)
            if any(channel["name"] == name for channel in page["channels"]):
                return Finding(what=f"Announcements: #{name}", well=True)
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                break
    except SlackApiError as error:
        return Finding(
            what=f"Announcements: channels cannot be listed ({word_of(error)})",
            well=False,
            advice="Usually a missing scope; see above.",
        )
    advice = f'Create #{name} in Slack, or set another one under [channels] in sitrep.toml (announce = "" for none).'
    return Finding(what=f"Announcements: there is no #{name}", well=False, advice=advice)


async def socket_mode(settings: Settings, session: aiohttp.ClientSession) -> Finding:
    """Opens a socket and waits for Slack's hello. Slack page: Using Socket Mode."""
    token = settings.app_token.get_secret_value() if settings.app_token else ""
    client = AsyncWebClient(base_url=settings.api_url, session=session, retry_handlers=[])
    advice = (
        "SLACK_APP_TOKEN needs the scope connections:write (Basic Information, App-Level Tokens), "
        "and Socket Mode must be on in the app's settings."
    )
    try:
        answer = await client.apps_connections_open(app_token=token)
        async with session.ws_connect(answer["url"]) as socket:
            hello = await socket.receive_json(timeout=10)
    except SlackApiError as error:
        return Finding(what=f"Socket Mode: refused ({word_of(error)})", well=False, advice=advice)
    except (aiohttp.ClientError, TimeoutError, OSError, TypeError) as error:
        what = f"Socket Mode: no connection ({type(error).__name__})"
        return Finding(what=what, well=False, advice="A firewall may block outgoing WebSockets to Slack.")
    return Finding(what="Socket Mode: connected", well=hello.get("type") == "hello", advice=advice)
