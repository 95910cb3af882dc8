"""What one person has in front of them: their account and the workspace."""

from collections.abc import Callable
from typing import TypeVar

from bot.practice.delivery.delivery import Delivery
from bot.practice.driver.payloads import Payloads
from bot.practice.state.channels import Channel
from bot.practice.state.people import User
from bot.practice.state.store import State

Found = TypeVar("Found")
Place = Channel | str
PATIENCE = 3.0


class Impossible(AssertionError):
    """A person could not do this in Slack: there is no such thing in front of them."""


class Seat:
    """A person's account, with the channels, buttons and modals that they can reach.

    People are patient: what they look for (a button, a modal, a field) may take `patience` seconds to appear.
    """

    def __init__(self, state: State, delivery: Delivery, user: User) -> None:
        self._state = state
        self._delivery = delivery
        self._payloads = Payloads(state, user)
        self.user = user
        self.patience = PATIENCE

    @property
    def id(self) -> str:
        return self.user.id

    @property
    def name(self) -> str:
        return self.user.real_name

    @property
    def handle(self) -> str:
        return self.user.handle

    @property
    def mention(self) -> str:
        """How a message refers to this person."""
        return f"<@{self.user.id}>"

    @property
    def dm(self) -> Channel:
        """The direct messages between this person and the app."""
        return self._state.direct_channel([self._state.account.bot_user, self.user.id])

    def __repr__(self) -> str:
        return f"<{self.user.real_name}>"

    def _channel(self, place: Place) -> Channel:
        """The channel that is meant; it must be one this person can see."""
        found = place if isinstance(place, Channel) else self._state.channel_named(place.removeprefix("#"))
        if found is None or (found.is_private and self.id not in found.members):
            raise Impossible(f"{self.name} sees no channel {place!r}.")
        return found

    def _writable(self, place: Place) -> Channel:
        """The channel, which must be open and have this person in it."""
        found = self._channel(place)
        if found.is_archived:
            raise Impossible(f"#{found.name} is archived.")
        if self.id not in found.members:
            raise Impossible(f"{self.name} is not in #{found.name}.")
        return found

    async def _patiently(
        self, look: Callable[[], Found | None], what: str, *, instead: Callable[[], list[str]] = list
    ) -> Found:
        """What `look` finds, as soon as it finds it; else an error that says what is there `instead`."""
        deadline = self._state.monotonic() + self.patience
        while (found := look()) is None:
            rest = deadline - self._state.monotonic()
            if rest <= 0:
                there = ", ".join(instead()) or "nothing of the kind"
                trouble = "".join(f"\n{complaint}" for complaint in self._state.complaints[-3:])
                raise Impossible(f"{self.name} sees {what}, but {there}.{trouble}")
            await self._state.changes.wait(min(rest, 0.05))
        return found
