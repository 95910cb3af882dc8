"""Accounts and user groups."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

Json = dict[str, Any]


@dataclass(kw_only=True, eq=False)
class User:
    """One account: a person, the bot, or Slackbot."""

    id: str
    team_id: str
    handle: str
    real_name: str
    email: str | None = None
    tz: str = "Europe/London"
    is_bot: bool = False
    is_guest: bool = False
    one_channel: bool = False  # a guest who may be in a single channel
    is_admin: bool = False
    deleted: bool = False
    bot_id: str | None = None
    app_id: str | None = None
    updated: int = 0

    def to_json(self, *, with_email: bool, at: datetime) -> Json:
        """The user object of `users.info`; the time zone's offset is the one in force `at` that moment."""
        offset = at.astimezone(ZoneInfo(self.tz)).utcoffset()
        return {
            "id": self.id,
            "team_id": self.team_id,
            "name": self.handle,
            "deleted": self.deleted,
            "color": "9f69e7",
            "real_name": self.real_name,
            "tz": self.tz,
            "tz_label": self.tz.rpartition("/")[2].replace("_", " "),
            "tz_offset": int(offset.total_seconds()) if offset else 0,
            "profile": self._profile(with_email=with_email),
            "is_admin": self.is_admin,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": self.is_guest,
            "is_ultra_restricted": self.one_channel,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "updated": self.updated,
            "is_email_confirmed": not self.is_bot,
            "who_can_share_contact_card": "EVERYONE",
        }

    def _profile(self, *, with_email: bool) -> Json:
        first, _, last = self.real_name.partition(" ")
        profile: Json = {
            "title": "",
            "phone": "",
            "skype": "",
            "real_name": self.real_name,
            "real_name_normalized": self.real_name,
            "display_name": "" if self.is_bot else self.handle,
            "display_name_normalized": "" if self.is_bot else self.handle,
            "first_name": first,
            "last_name": last,
            "status_text": "",
            "status_emoji": "",
            "status_expiration": 0,
            "avatar_hash": "000000000000",
            "team": self.team_id,
            "image_48": "https://avatars.slack-edge.invalid/48.png",
        }
        if with_email and self.email:
            profile["email"] = self.email
        if self.is_bot and self.bot_id:
            profile |= {"bot_id": self.bot_id, "api_app_id": self.app_id or "", "always_active": True}
        return profile


@dataclass(kw_only=True, eq=False)
class Usergroup:
    """A user group such as @payments-oncall."""

    id: str
    team_id: str
    handle: str
    name: str
    created: datetime
    created_by: str
    members: list[str] = field(default_factory=list)
    disabled: bool = False

    def to_json(self, *, with_users: bool, with_count: bool) -> Json:
        """The user group object of `usergroups.list`."""
        created = int(self.created.astimezone(UTC).timestamp())
        found: Json = {
            "id": self.id,
            "team_id": self.team_id,
            "is_usergroup": True,
            "is_subteam": True,
            "name": self.name,
            "description": "",
            "handle": self.handle,
            "is_external": False,
            "date_create": created,
            "date_update": created,
            "date_delete": created if self.disabled else 0,
            "auto_type": None,
            "auto_provision": False,
            "enterprise_subteam_id": "",
            "created_by": self.created_by,
            "updated_by": self.created_by,
            "deleted_by": None,
            "prefs": {"channels": [], "groups": []},
            "channel_count": 0,
        }
        if with_users:
            found["users"] = list(self.members)
        if with_count:
            found["user_count"] = len(self.members)
        return found
