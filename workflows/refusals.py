"""What Slack refuses until a person changes something: one table from its word to who can fix it, and how.

Slack pages: the error lists of each method; conversations.invite for the errors about one person.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from workflows.ports import Busy, Refused
from workflows.words import escape, person

REINSTALL: Final = "Whoever runs Sitrep must reinstall the app with its manifest's scopes; `sitrep doctor` names them."
NEW_LOGIN: Final = (
    "Whoever runs Sitrep must copy the bot token anew from the app's page (OAuth & Permissions), or reinstall the app; "
    "`sitrep doctor` checks it."
)
UNARCHIVE: Final = "Somebody in the workspace must unarchive the channel; Slack does not let an app do that."
INVITE_BOT: Final = "Somebody in the channel must bring Sitrep in: `/invite @Sitrep`."
LEFT: Final = "They are not in this workspace any more; name somebody else."
LOGIN_REFUSED: Final = "Slack refuses Sitrep's token"  # how the trouble of a run begins that waits for another one
CALLS: Final = "Whoever runs Sitrep can find what to check in docs/war-room.md."
UNKNOWN: Final = "Whoever runs Sitrep finds more with `sitrep doctor`."

# Slack's word to who can fix it and how. Errors that no person need act on are not here.
WHO_CAN_FIX: Final[Mapping[str, str]] = MappingProxyType(
    {
        "restricted_action": "A workspace admin must let apps do this (Settings & Permissions).",
        "missing_scope": REINSTALL,
        "no_permission": REINSTALL,
        "not_allowed_token_type": NEW_LOGIN,
        "invalid_auth": NEW_LOGIN,
        "not_authed": NEW_LOGIN,
        "account_inactive": NEW_LOGIN,
        "token_revoked": NEW_LOGIN,
        "token_expired": NEW_LOGIN,
        "is_archived": UNARCHIVE,
        "is_inactive": UNARCHIVE,
        "not_in_channel": INVITE_BOT,
        "channel_not_found": "Somebody must create the channel, or bring Sitrep in: `/invite @Sitrep`.",
        "user_is_restricted": "They are a guest: a workspace admin must add them, or make them a member.",
        "ura_max_channels": "They are a guest of one channel: a workspace admin must make them a member.",
        "org_user_not_in_team": "They are in another workspace: an org admin must add them to this one.",
        "no_external_invite_permission": "They are outside your company: an admin must share the channel with them.",
        "cant_invite": "Somebody in the channel must invite them by hand; Slack does not let an app do it.",
        "user_not_found": LEFT,
        "user_disabled": LEFT,
        "no_such_subteam": "There is no such user group any more; name its people one by one.",
        "plan_upgrade_required": "User groups need a paid Slack plan; name its people one by one.",
        "too_many_pins": "Somebody must unpin something in the channel.",
        "call_login_refused": CALLS,
        "call_not_allowed": CALLS,
        "call_no_such_host": CALLS,
        "call_refused": CALLS,
        "call_limit_reached": "Somebody can ask for the call again later.",
        "call_unreachable": "Usually that is over soon; somebody can ask for the call again.",
        "message_limit_exceeded": "Your Slack plan's limit of messages is reached; a workspace owner can upgrade it.",
    }
)


def who_can_fix(error: str) -> str:
    """The sentence for Slack's `error`; one that is not known names where to look. `restricted_action_…` counts too."""
    known = WHO_CAN_FIX.get(error)
    if known is None and error.startswith("restricted_action"):
        known = WHO_CAN_FIX["restricted_action"]
    return known or UNKNOWN


def is_known(error: str) -> bool:
    """Whether there is somebody who can do something about it."""
    return who_can_fix(error) != UNKNOWN


def refusal(refused: Refused) -> str:
    """`Slack refused (missing_scope: needs the scope pins:write). Whoever …`"""
    return f"Slack refused (`{refused}`). {who_can_fix(refused.error)}"


def pause(busy: Busy) -> str:
    """Why a run waits: Slack wants a pause, or another token."""
    return f"{LOGIN_REFUSED} (`{busy.error}`). {who_can_fix(busy.error)}" if busy.error else str(busy)


def loss_line(loss: str, error: str) -> str:
    """A line of the timeline about what is missing; `loss` is a sentence without its full stop."""
    return f"{loss} (Slack says `{error}`). {who_can_fix(error)}"


def not_invited(refused: Mapping[str, str]) -> str:
    """Who could not be invited, user to Slack's reason, with what can be done about each."""
    each = [f"{person(user)}: `{escape(error)}`. {who_can_fix(error)}" for user, error in sorted(refused.items())]
    return "Not everybody could be invited. " + " ".join(each)
