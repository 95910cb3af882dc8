"""Reading which service is meant: `service:checkout`, or `for checkout` at the end of a title. Pure."""

import re
from typing import Final

from commands import speech
from workflows import catalogue
from workflows.errors import UserError
from workflows.policy import Policy
from workflows.words import escape, plain, quoted

TOKEN: Final = re.compile(r"(?i)(?<!\S)(?:service|svc)[:=]\s*(?:[\"“”]([^\"“”]+)[\"“”]|(\S+))")
OPTION: Final = re.compile(r"(?i)(?<!\S)(?:--|[—–])(?:service|svc)(?:[:=]\s*|\s+)")
ENDING: Final = re.compile(r"(?i)\s(?:for|in|on)\s+(?:the\s+)?(.{1,60})$")

LONGEST: Final = 80


def without_hyphens(text: str) -> str:
    """`--service checkout` as `service:checkout`."""
    return OPTION.sub("service:", text)


def find_service(text: str, policy: Policy) -> tuple[str | None, str]:
    """The service that is named, spelt as the catalogue spells it, and the text without `service:…`.

    `for checkout` at the end says which, and stays part of the title. Where there is no catalogue, any name will do.
    Raises `UserError` for a service that the catalogue does not have.
    """
    token = TOKEN.search(text)
    if token is not None:
        return known(plain(token[1] or token[2]), policy), speech.without(text, token)
    ending = ENDING.search(speech.without_companions(text))
    service = policy.service(plain(ending[1])) if ending is not None else None
    return (service.name if service else None), text


def known(typed: str, policy: Policy) -> str:
    """The catalogue's name for what was typed. Raises `UserError` with the nearest, or what there are."""
    if not policy.services:
        if len(typed) > LONGEST:
            raise UserError(f"A service's name has at most {LONGEST} characters, so nothing was changed yet.")
        return typed
    service = policy.service(typed)
    if service is not None:
        return service.name
    raise UserError(unknown_service(typed, policy))


def unknown_service(typed: str, policy: Policy) -> str:
    guess = catalogue.nearest(policy, typed)
    word = f"There is no service {quoted(typed)}, so nothing was changed yet."
    if guess is not None:
        return f"{word} Did you mean `service:{written(guess.name)}`?"
    return f"{word} There are {speech.listed([escape(one.name) for one in policy.services[:20]], last='and')}."


def written(name: str) -> str:
    """A name as it can be typed behind `service:`."""
    return escape(f'"{name}"' if " " in name else name)
