"""What a person does in channels: messages, reactions, pins, membership."""

from collections.abc import Sequence
from typing import Any

from bot.practice.driver.eyes import Eyes
from bot.practice.driver.prose import Prose
from bot.practice.driver.seat import Impossible, Place, Seat
from bot.practice.state import membership, posting, sharing
from bot.practice.state.messages import Message

Json = dict[str, Any]


class Voice(Eyes):
    """Ordinary life in the workspace. All of it is `async` although nothing here waits: tests read alike."""

    async def says(
        self,
        text: str,
        *,
        in_: Place = "general",
        thread: Message | None = None,
        files: Sequence[tuple[str, bytes]] = (),
        broadcast: bool = False,
    ) -> Message:
        """Send a message: to a channel, under the message `thread`, with files."""
        channel = self._writable(thread.channel if thread else in_)
        shown, blocks = Prose(self._state, text).as_message()
        fields: Json = {
            "text": shown,
            "blocks": blocks,
            "thread_ts": (thread.thread_ts or thread.ts) if thread else None,
            "extra": {"client_msg_id": self._state.numbers.new_id("").lower()},
        }
        if thread is not None and broadcast:
            fields["subtype"] = "thread_broadcast"
        if not files:
            return posting.post(self._state, channel, user=self.id, **fields)
        uploads = [
            sharing.new_file(self._state, name=name, user=self.id, size=len(content), content=content)
            for name, content in files
        ]
        return sharing.share(self._state, uploads, channel, self.id, **fields)

    async def edits(self, message: Message, text: str) -> None:
        """Change one's own message."""
        self._mine(message)
        shown, blocks = Prose(self._state, text).as_message()
        edited = {"user": self.id, "ts": self._state.numbers.new_ts()}
        posting.edit(self._state, message, text=shown, blocks=blocks, edited=edited)

    async def deletes(self, message: Message, *, as_admin: bool = False) -> None:
        """Delete one's own message; with `as_admin` anybody's, the app's too."""
        if not as_admin:
            self._mine(message)
        posting.delete(self._state, message)

    def _mine(self, message: Message) -> None:
        if message.user != self.id:
            raise Impossible(f"That message is not {self.name}'s.")

    async def reacts(self, emoji: str, *, to: Message) -> None:
        """Add a reaction, named with or without colons."""
        name = emoji.strip(":")
        if self.id in to.reactions.get(name, []):
            raise Impossible(f"{self.name} already reacted with {name}.")
        posting.react(self._state, to, name, self.id)

    async def unreacts(self, emoji: str, *, to: Message) -> None:
        """Take one's own reaction back."""
        name = emoji.strip(":")
        if self.id not in to.reactions.get(name, []):
            raise Impossible(f"{self.name} has no reaction {name} there.")
        posting.unreact(self._state, to, name, self.id)

    async def pins(self, message: Message) -> None:
        if message.is_pinned:
            raise Impossible("That message is pinned already.")
        posting.pin(self._state, message, self.id)

    async def unpins(self, message: Message) -> None:
        if not message.is_pinned:
            raise Impossible("That message is not pinned.")
        posting.unpin(self._state, message, self.id)

    async def joins(self, place: Place) -> None:
        """Join a public channel; already being in it changes nothing."""
        channel = self._channel(place)
        if self.id not in channel.members:
            membership.join(self._state, channel, self.id)

    async def leaves(self, place: Place) -> None:
        membership.leave(self._state, self._writable(place), self.id)

    async def invites(self, who: "Seat | str", place: Place) -> None:
        """Bring somebody into a channel: a person, or the app by its user id."""
        channel = self._writable(place)
        user = who if isinstance(who, str) else who.id
        if user not in channel.members:
            membership.join(self._state, channel, user, inviter=self.id)

    async def removes(self, who: "Seat | str", place: Place) -> None:
        """Take somebody out of a channel."""
        membership.leave(self._state, self._writable(place), who if isinstance(who, str) else who.id)

    async def renames(self, place: Place, name: str) -> None:
        membership.rename(self._state, self._writable(place), name, self.id)

    async def archives(self, place: Place) -> None:
        membership.archive(self._state, self._writable(place), self.id)

    async def unarchives(self, place: Place) -> None:
        membership.unarchive(self._state, self._channel(place), self.id)

    async def makes_private(self, place: Place) -> None:
        membership.make_private(self._state, self._writable(place), self.id)

    async def sets_topic(self, place: Place, topic: str) -> None:
        membership.set_topic(self._state, self._writable(place), topic, self.id)

    async def sets_purpose(self, place: Place, purpose: str) -> None:
        membership.set_purpose(self._state, self._writable(place), purpose, self.id)

    async def bookmarks(self, place: Place, title: str, link: str) -> None:
        """Put a link at the top of a channel."""
        channel = self._writable(place)
        channel.bookmarks.append(
            {"id": self._state.numbers.new_id("Bk"), "channel_id": channel.id, "title": title, "link": link}
            | {"type": "link", "last_updated_by_user_id": self.id}
        )

    async def removes_bookmark(self, place: Place, title: str) -> None:
        """Take a link off the top of a channel, whoever put it there."""
        channel = self._writable(place)
        found = [one for one in channel.bookmarks if one["title"] == title]
        if not found:
            raise Impossible(f"#{channel.name} has no bookmark {title!r}.")
        channel.bookmarks.remove(found[0])
