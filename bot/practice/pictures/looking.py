"""Pictures of what is in the local workspace: what the app sent is what is drawn."""

from collections.abc import Sequence

from bot.practice.driver.eyes import author_name, clock_time
from bot.practice.pictures.elements import Sight
from bot.practice.pictures.frames import Posted, draw_conversation, draw_home, draw_modal, draw_question
from bot.practice.pictures.shapes import Box
from bot.practice.pictures.spans import with_emoji
from bot.practice.reading import elements_in, read_text_object
from bot.practice.state.channels import Channel
from bot.practice.state.messages import Ephemeral, Message
from bot.practice.state.store import State
from bot.practice.state.views import View


def conversation(state: State, shown: Sequence[Message | Ephemeral], *, topic: bool = False) -> Box:
    """These messages, all of one conversation, in the order given; with `topic` below the channel's name."""
    channel = shown[0].channel
    posts = [_ephemeral(state, one) if isinstance(one, Ephemeral) else _message(state, one) for one in shown]
    return draw_conversation(_title(state, channel), channel.topic if topic else "", posts, state)


def modal(state: State, view: View) -> Box:
    """A modal with what its reader has filled in so far and what was complained about."""
    return draw_modal(view.definition, Sight(names=state, values=view.values, errors=view.errors))


def question(state: State, shown: Message | Ephemeral, label: str) -> Box:
    """What Slack asks before the button with this label acts. ValueError if it asks nothing."""
    for _, element in elements_in(shown.blocks):
        if element.get("confirm") and read_text_object(element.get("text"), state) == label:
            return draw_question(element["confirm"], state)
    raise ValueError(f"Nothing is asked before {label!r}")


def home(state: State, view: View) -> Box:
    """The home tab of one person."""
    return draw_home(state.installed.name, view.definition, state)


def _title(state: State, channel: Channel) -> str:
    if channel.kind == "im":
        return state.installed.name
    return f"{'🔒' if channel.is_private else '#'} {channel.name}"


def _message(state: State, message: Message) -> Posted:
    return Posted(
        author=author_name(state, message),
        at=clock_time(message.ts),
        by_app="bot_id" in message.author,
        text=message.text,
        blocks=message.blocks,
        attachments=message.attachments,
        files=[str(file.get("title") or file["name"]) for file in message.files],
        reactions=[(with_emoji(f":{name}:"), len(users)) for name, users in message.reactions.items()],
        pinned=message.is_pinned,
        edited=bool(message.edited) and "bot_id" not in message.author,
        replies=[_message(state, reply) for reply in message.replies if not reply.deleted],
    )


def _ephemeral(state: State, whisper: Ephemeral) -> Posted:
    author = state.installed.name if whisper.from_app else "Slackbot"
    return Posted(
        author=author,
        at=clock_time(whisper.ts),
        by_app=True,
        text=whisper.text,
        blocks=whisper.blocks,
        private=True,
    )
