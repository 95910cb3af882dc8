"""What Slack has to say yes to before the bot can start, each refusal in one sentence."""

from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.config import Settings
from bot.slack_calls import for_now, is_slack, word_of
from workflows.errors import SitrepError


class CannotStart(SitrepError):
    """Something outside does not let us start; the message says what to do."""


async def who_am_i(client: AsyncWebClient) -> dict[str, Any]:
    """`auth.test`, once, at start. Raises `CannotStart`."""
    try:
        answer = await client.auth_test()
    except SlackApiError as error:
        raise CannotStart(refused(error, client.base_url)) from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise CannotStart(
            f"Slack cannot be reached at {client.base_url} ({type(error).__name__}). "
            "Check the network, a proxy, and SLACK_API_URL."
        ) from error
    return dict(answer.data) if isinstance(answer.data, dict) else {}


def refused(error: SlackApiError, address: str) -> str:
    if for_now(error) and error.response.status_code != 200:
        return (
            f"Slack is not well (HTTP {error.response.status_code}). Nothing is lost: start Sitrep again in a "
            "moment. https://slack-status.com says more."
        )
    if not is_slack(error):
        return f"What answers at {address} is not Slack ({word_of(error)}). Check SLACK_API_URL, and a proxy."
    return (
        f"Slack refuses SLACK_BOT_TOKEN ({word_of(error)}). Copy the bot token again from the app's page "
        "(OAuth & Permissions), or reinstall the app; `sitrep doctor` checks the rest."
    )


async def first_ticket(settings: Settings, client: AsyncWebClient) -> str | None:
    """Where to connect first. Raises `CannotStart` for a token that is refused: the SDK would ask with it for ever.

    `None` when Slack is not well; then the SDK asks until it is. Slack page: apps.connections.open.
    """
    token = settings.app_token.get_secret_value() if settings.app_token else ""
    try:
        answer = await client.apps_connections_open(app_token=token)
    except SlackApiError as error:
        if for_now(error):
            return None
        raise CannotStart(
            f"Slack refuses SLACK_APP_TOKEN ({word_of(error)}). Copy it again from the app's page (Basic Information, "
            "App-Level Tokens; it needs connections:write), and see there that Socket Mode is on."
        ) from error
    except (aiohttp.ClientError, TimeoutError, OSError):
        return None
    return str(answer["url"])
