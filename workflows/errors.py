"""What a person can be told."""

from collections.abc import Mapping


class SitrepError(Exception):
    """Base of everything raised on purpose here."""


class UserError(SitrepError):
    """Something cannot be done as asked. The message is a sentence for that person, with what would work."""


class FormErrors(UserError):
    """Fields of a form that need another look: block id -> sentence. What was typed stays."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(" ".join(fields.values()))
        self.fields = dict(fields)


class AlreadyDone(SitrepError):
    """This very press has had its effect; Slack has sent it again."""
