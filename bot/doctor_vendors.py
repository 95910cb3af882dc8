"""`sitrep doctor`, beyond Slack: who makes video calls, what hooks reach, the status page. Nothing happens there.

Nobody is asked for anything but a token, a list, or a page; of a hook only the address is tried, as a request would
do what it is there for. What is missing among the secrets has been said of the configuration.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Final
from urllib.parse import urlsplit

import httpx

from bot import calls
from bot.clock import SystemClock
from bot.config import Settings
from bot.doctor_findings import Finding
from workflows.policy import Hook
from workflows.ports import Busy, Refused, Unclear

PATIENCE: Final = 10.0  # seconds for one answer
VENDORS: Final = {"zoom": "Zoom", "meet": "Google Meet"}


async def findings(settings: Settings) -> AsyncIterator[Finding]:
    """A line for each thing that is configured; none for what is not."""
    if settings.policy.war_room.via in VENDORS and settings.calls.secrets:
        yield await video_calls(settings)
    for hook in settings.policy.hooks:
        if not hook.secret or hook.secret in settings.hook_secrets:
            yield await address_of(hook)
    if settings.policy.status_page:
        yield await status_page(settings.policy.status_page)


async def video_calls(settings: Settings) -> Finding:
    """Signs in, and lets Zoom look for its host's meetings; no call is made."""
    name = VENDORS[settings.policy.war_room.via]
    try:
        await calls.sign_in(settings, SystemClock())
    except Refused as refused:
        advice = "docs/war-room.md says what to check: the credentials, the app's scopes, and [war_room] host."
        return Finding(what=f"Video calls: {name} refuses ({refused.error})", well=False, advice=advice)
    except (Busy, Unclear) as trouble:
        what = f"Video calls: {name} did not answer as it should ({trouble})"
        return Finding(what=what, well=False, advice="Check the network and HTTPS_PROXY, and try again in a moment.")
    return Finding(what=f"Video calls: signed in at {name}; no call was made", well=True)


async def address_of(hook: Hook) -> Finding:
    """Opens a connection and closes it again: nothing is sent that could set anything going."""
    parts = urlsplit(hook.url)
    secure = parts.scheme == "https"
    try:
        async with asyncio.timeout(PATIENCE):
            _, writer = await asyncio.open_connection(
                parts.hostname, parts.port or (443 if secure else 80), ssl=True if secure else None
            )
            writer.close()
            await writer.wait_closed()
    except (OSError, TimeoutError) as trouble:  # certificates that do not fit are among the first
        what = f"Remediation “{hook.name}”: {parts.hostname} was not reached ({type(trouble).__name__})"
        advice = "Check the address in [[remediation]] and the network; behind a proxy, this cannot be tried."
        return Finding(what=what, well=False, advice=advice)
    secret = f", {hook.secret} is set" if hook.secret else ""
    return Finding(what=f"Remediation “{hook.name}”: {parts.hostname} answers{secret}; nothing was sent", well=True)


async def status_page(url: str) -> Finding:
    advice = "It is the bookmark of every incident channel: check [channels] status_page."
    try:
        async with httpx.AsyncClient(timeout=PATIENCE, follow_redirects=True) as client:
            answer = await client.get(url)
    except (httpx.HTTPError, httpx.InvalidURL) as trouble:
        return Finding(what=f"Status page: {url} was not reached ({type(trouble).__name__})", well=False, advice=advice)
    what = f"Status page: {url} answers with {answer.status_code}"
    return Finding(what=what, well=answer.status_code < httpx.codes.BAD_REQUEST, advice=advice)
