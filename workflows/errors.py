"""What a person can be told."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the command line reads this file before anything else, and `--help` needs no database
    from workflows.services import Asker


class SitrepError(Exception):
    """Base of everything raised on purpose here."""


class UserError(SitrepError):
    """Something cannot be done as asked. The message is a sentence for that person, with what would work."""


class FormErrors(UserError):
    """Fields of a form that need another look: block id -> sentence. What was typed stays."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(" ".join(fields.values()))
        self.fields = dict(fields)


class NotAllowed(UserError):
    """This person may not do this with the incident. It is kept that they tried; who, is filled in at the door."""

    def __init__(self, message: str, incident_id: int, asker: "Asker | None" = None) -> None:
        super().__init__(message)
        self.incident_id = incident_id
        self.asker = asker


class AlreadyDone(SitrepError):
    """This very press has had its effect; Slack has sent it again."""
