"""Modals and home tabs, with what people have typed into them."""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
Values = dict[str, dict[str, Json]]
"""`view.state.values`: block id → action id → what is entered there."""


@dataclass(kw_only=True, eq=False)
class View:
    """One view as its reader has it open."""

    id: str
    user: str
    definition: Json
    hash: str
    team_id: str
    app_id: str
    bot_id: str
    root_id: str
    previous_id: str | None = None
    values: Values = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    """Block id → complaint, as shown under the field."""

    @property
    def kind(self) -> str:
        return str(self.definition["type"])

    @property
    def external_id(self) -> str:
        return str(self.definition.get("external_id") or "")

    def to_json(self) -> Json:
        """The view object that `views.open` answers and every interaction carries."""
        definition = self.definition
        return {
            "id": self.id,
            "team_id": self.team_id,
            "type": self.kind,
            "blocks": definition["blocks"],
            "private_metadata": definition.get("private_metadata") or "",
            "callback_id": definition.get("callback_id") or "",
            "state": {"values": self.values},
            "hash": self.hash,
            "title": definition.get("title") or {"type": "plain_text", "text": "View Title", "emoji": True},
            "clear_on_close": bool(definition.get("clear_on_close")),
            "notify_on_close": bool(definition.get("notify_on_close")),
            "close": definition.get("close"),
            "submit": definition.get("submit"),
            "previous_view_id": self.previous_id,
            "root_view_id": self.root_id,
            "app_id": self.app_id,
            "external_id": self.external_id,
            "app_installed_team_id": self.team_id,
            "bot_id": self.bot_id,
        }
