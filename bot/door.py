"""Slack's payloads, read once: dictionaries in, `commands.request` values out. Slack page: Interactivity payloads."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from commands.mention import Mention, words_for
from commands.request import ButtonPress, FormSubmission, Shortcut, SlashRequest
from workflows import blocks
from workflows.ports import Post
from workflows.words import escape

SPOKEN: Final = (None, "", "file_share", "thread_broadcast")  # kinds of messages that are somebody's words
ODD_CHARACTERS: Final = str.maketrans({"\u201c": '"', "\u201d": '"', "\u2018": "'", "\u2019": "'", "\u00a0": " "})


def slash_request(body: Mapping[str, Any]) -> SlashRequest:
    return SlashRequest(
        press=f"command:{body.get('trigger_id', '')}",
        user_id=str(body["user_id"]),
        channel_id=str(body.get("channel_id", "")),
        channel_name=str(body.get("channel_name", "")),
        text=str(body.get("text") or "").translate(ODD_CHARACTERS).strip(),
        response_url=str(body.get("response_url", "")),
    )


def split_word(text: str) -> tuple[str, str]:
    """The first word in lower case, and the rest."""
    first = re.match(r"\s*(\S+)\s*", text)
    if first is None:
        return "", ""
    return first[1].lower(), text[first.end() :]


def button_press(body: Mapping[str, Any]) -> ButtonPress:
    action = body["actions"][0]
    container, view = body.get("container") or {}, body.get("view") or {}
    action_id, value = behind(action)
    return ButtonPress(
        press=f"press:{body.get('trigger_id', '')}",
        user_id=str(body["user"]["id"]),
        action_id=action_id,
        value=value,
        chosen=chosen_value(action),
        channel_id=str((body.get("channel") or {}).get("id") or container.get("channel_id") or ""),
        message_ts=str(container.get("message_ts") or ""),
        response_url=str(body.get("response_url") or ""),
        view_id=str(view.get("id") or ""),
        values=typed_values(view),
        about=json.loads(view.get("private_metadata") or "{}"),
    )


def behind(action: Mapping[str, Any]) -> tuple[str, str]:
    """The action id and value that were pressed. An entry behind ⋯ is the button that it stands for."""
    if action.get("type") != "overflow":
        return str(action["action_id"]), str(action.get("value") or "")
    action_id, _, value = str(action["selected_option"]["value"]).partition(" ")
    return action_id, value


def form_submission(body: Mapping[str, Any]) -> FormSubmission:
    view = body["view"]
    return FormSubmission(
        press=f"view:{view['id']}",
        user_id=str(body["user"]["id"]),
        callback_id=str(view.get("callback_id", "")),
        values=typed_values(view),
        about=json.loads(view.get("private_metadata") or "{}"),
        view_id=str(view["id"]),
    )


def shortcut(body: Mapping[str, Any]) -> Shortcut:
    message = body.get("message") or {}
    return Shortcut(
        press=f"shortcut:{body.get('trigger_id', '')}",
        user_id=str(body["user"]["id"]),
        callback_id=str(body.get("callback_id", "")),
        channel_id=str((body.get("channel") or {}).get("id") or ""),
        message_ts=str(body.get("message_ts") or message.get("ts") or ""),
        thread_ts=str(message.get("thread_ts") or ""),
        message_user=str(message.get("user") or message.get("bot_id") or ""),
        text=message_text(message),
        response_url=str(body.get("response_url") or ""),
    )


def typed_values(view: Mapping[str, Any]) -> Mapping[str, str]:
    """What stands in a form, by block id."""
    state = (view.get("state") or {}).get("values") or {}
    return {block: field_value(elements) for block, elements in state.items()}


def message_text(message: Mapping[str, Any]) -> str:
    """What a message says. Alarms of other apps often say it in attachments only."""
    text = str(message.get("text") or "")
    if text:
        return text
    parts = [one.get("fallback") or one.get("title") or one.get("text") for one in message.get("attachments") or ()]
    return "\n".join(str(part) for part in parts if part)


def mention(event: Mapping[str, Any], body: Mapping[str, Any], bot_user_id: str) -> Mention | None:
    """Words said to the bot by a person of this workspace: an `app_mention`, or a message in the direct conversation.

    `None` for everything else: what apps say (they would answer each other for ever), edits, service messages, and
    people of other organisations in shared channels, who cannot use `/incident` either.
    """
    direct = event.get("type") == "message" and event.get("channel_type") == "im"
    if not direct and event.get("type") != "app_mention":
        return None
    user, text = str(event.get("user") or ""), str(event.get("text") or "").translate(ODD_CHARACTERS)
    if user in ("", bot_user_id, "USLACKBOT") or event.get("bot_id") or event.get("subtype") not in SPOKEN:
        return None
    home = event.get("user_team") or event.get("team")
    if body.get("is_ext_shared_channel") and home != body.get("team_id"):
        return None
    ts, thread_ts = str(event.get("ts") or ""), str(event.get("thread_ts") or "")
    return Mention(
        user_id=user,
        channel_id=str(event.get("channel") or ""),
        ts=ts,
        thread_ts=thread_ts if thread_ts != ts else "",
        words=words_for(text, bot_user_id, direct=direct),
        direct=direct,
    )


def field_value(elements: Mapping[str, Mapping[str, Any]]) -> str:
    """The one element of an input block; an untouched one is empty."""
    return next((chosen_value(element) for element in elements.values()), "")


def chosen_value(element: Mapping[str, Any]) -> str:
    option = element.get("selected_option")
    if option:
        return str(option["value"])
    options = element.get("selected_options")
    if options:
        return ",".join(str(one["value"]) for one in options)
    for key in ("selected_user", "selected_channel", "selected_conversation", "selected_date", "selected_time"):
        if element.get(key):
            return str(element[key])
    return str(element.get("value") or "").strip()


def with_text(request: SlashRequest, text: str) -> SlashRequest:
    """The request without its first word."""
    return replace(request, text=text)


def told_in_form(post: Post | None) -> Mapping[str, Any]:
    """A private answer to a form: the form turns into it."""
    rows = list(post.blocks) if post and post.blocks else [blocks.section(post.text if post else "Done.")]
    return blocks.notice("Incident", rows)


def refused_in_form(problems: Iterable[str], typed: Iterable[str]) -> Mapping[str, Any]:
    """A refusal that came too late for the fields: what was wrong, and what was typed, to be copied."""
    text = "\n".join(["*Not stored*", *map(escape, problems), "*What you wrote*", *map(escape, filter(None, typed))])
    return blocks.notice("Incident", [blocks.section(text)])
