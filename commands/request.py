"""What comes in from Slack and what goes back: frozen values, made in `bot.door`. No I/O, no Slack dictionaries."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from workflows.ports import Post
from workflows.services import Services


@dataclass(frozen=True, kw_only=True)
class SlashRequest:
    """`/incident <word> <text>`. `press` is Slack's id of it; `text` is what follows the word, Slack-encoded."""

    press: str
    user_id: str
    channel_id: str
    text: str
    response_url: str = ""
    channel_name: str = ""


@dataclass(frozen=True, kw_only=True)
class ButtonPress:
    """A button or menu. `value` is what we gave it; `chosen` what a menu was set to.

    In a form, `values` and `about` are as in `FormSubmission`: what has been typed so far, and what it was opened with.
    """

    press: str
    user_id: str
    action_id: str
    value: str = ""
    chosen: str = ""
    channel_id: str = ""
    message_ts: str = ""
    response_url: str = ""
    view_id: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class FormSubmission:
    """A submitted form. `values` are by block id: text, a chosen value, a user id or a day; empty when untouched.

    `about` is what the form was opened with: ids only, so permissions are checked again.
    """

    press: str
    user_id: str
    callback_id: str
    values: Mapping[str, str]
    about: Mapping[str, str] = field(default_factory=dict)
    view_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Shortcut:
    """A shortcut from the menu, or from a message (then with its channel, ts, author and text)."""

    press: str
    user_id: str
    callback_id: str
    channel_id: str = ""
    message_ts: str = ""
    thread_ts: str = ""
    message_user: str = ""
    text: str = ""
    response_url: str = ""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What the person sees at once.

    `post` is shown to them alone; `form` opens over what they see (or replaces the form they submitted);
    neither: the press simply worked, and what it changed is on view. `above` puts the form of a press on top of the
    one that is open, which shows again, as it was left, when that one is closed.
    """

    post: Post | None = None
    form: Mapping[str, Any] | None = None
    above: bool = False


def told(text: str, *blocks: Mapping[str, Any]) -> Reply:
    """A private answer in words."""
    return Reply(post=Post(text=text, blocks=blocks))


def shown(form: Mapping[str, Any]) -> Reply:
    """A form to fill in."""
    return Reply(form=form)


def shown_above(form: Mapping[str, Any]) -> Reply:
    """A form on top of the one in which a button was pressed. Slack takes three, one above the other."""
    return Reply(form=form, above=True)


NOTHING = Reply()

SlashFunction = Callable[[SlashRequest, Services], Awaitable[Reply]]
ButtonFunction = Callable[[ButtonPress, Services], Awaitable[Reply]]
FormFunction = Callable[[FormSubmission, Services], Awaitable[Reply]]
ShortcutFunction = Callable[[Shortcut, Services], Awaitable[Reply]]


@dataclass(frozen=True, kw_only=True)
class Subcommand:
    """A word after `/incident`: how it is used, what it does, and what else people type for it."""

    word: str
    usage: str
    help: str
    function: SlashFunction
    synonyms: tuple[str, ...] = ()
