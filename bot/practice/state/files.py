"""Uploaded files."""

from dataclasses import dataclass, field
from mimetypes import guess_type
from typing import Any

from bot.practice.state.channels import Channel

Json = dict[str, Any]


@dataclass(kw_only=True, eq=False)
class File:
    """One file. `channel` is where it was shared, None while it is only uploaded."""

    id: str
    name: str
    title: str
    user: str
    team_id: str
    created: int
    size: int
    host: str
    content: bytes | None = None
    channel: Channel | None = None
    complete: bool = False
    deleted: bool = False
    shares: list[tuple[Channel, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The content read as UTF-8."""
        return (self.content or b"").decode()

    def to_json(self) -> Json:
        """The file object of `files.info`; `shares` stays empty until the message exists."""
        mimetype = guess_type(self.name)[0] or "application/octet-stream"
        extension = self.name.rpartition(".")[2].lower() if "." in self.name else "binary"
        address = f"{self.host}/files-pri/{self.team_id}-{self.id}/{self.name}"
        return {
            "id": self.id,
            "created": self.created,
            "timestamp": self.created,
            "name": self.name,
            "title": self.title,
            "mimetype": mimetype,
            "filetype": {"md": "markdown", "txt": "text"}.get(extension, extension),
            "pretty_type": extension.upper(),
            "user": self.user,
            "user_team": self.team_id,
            "editable": False,
            "size": self.size,
            "mode": "hosted",
            "is_external": False,
            "external_type": "",
            "is_public": any(not channel.is_private for channel, _ in self.shares),
            "public_url_shared": False,
            "display_as_bot": False,
            "username": "",
            "url_private": address,
            "url_private_download": address,
            "permalink": address,
            "has_rich_preview": False,
            "file_access": "visible",
            **self._shares_json(),
        }

    def _shares_json(self) -> Json:
        shares: dict[str, dict[str, list[Json]]] = {}
        places: dict[str, list[str]] = {"channels": [], "groups": [], "ims": []}
        for channel, ts in self.shares:
            privacy = "private" if channel.is_private else "public"
            share = {"ts": ts, "channel_name": channel.name, "team_id": self.team_id, "reply_users": []}
            shares.setdefault(privacy, {}).setdefault(channel.id, []).append(share)
            family = {"channel": "channels", "im": "ims"}.get(channel.kind, "groups")
            places[family].append(channel.id)
        return {"shares": shares, **places}
