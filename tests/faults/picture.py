"""What people can see of a workspace, as a value that two runs of the same story can be compared by."""

from typing import Any

from bot.practice.state.channels import Channel
from bot.practice.workspace import Workspace

Picture = dict[str, dict[str, Any]]


def picture(workspace: Workspace) -> Picture:
    """Every channel by name, with everything in it. Lines are sorted: what is independent may come in any order."""
    channels = workspace.channels
    assert len({channel.name for channel in channels}) == len(channels)
    return {channel.name: seen(workspace, channel) for channel in channels}


def seen(workspace: Workspace, channel: Channel) -> dict[str, Any]:
    names = {person.id: person.name for person in workspace.people} | {workspace.bot_user_id: "Sitrep"}
    return {
        "topic": channel.topic,
        "purpose": channel.purpose,
        "members": sorted(names.get(member, member) for member in channel.members),
        "lines": sorted(message.shown for message in channel.messages),
        "pinned": [message.shown for message in channel.pinned],
        "bookmarks": [bookmark["title"] for bookmark in channel.bookmarks],
    }
