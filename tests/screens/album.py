"""Pictures that have been taken, by the name of their file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bot.practice.driver.person import Person
from bot.practice.pictures import looking
from bot.practice.pictures.svg import draw
from bot.practice.state.channels import Channel
from bot.practice.state.messages import Ephemeral, Message
from bot.practice.workspace import Workspace

FOLDER: Final = Path(__file__).parents[2] / "docs" / "screens"


class Album:
    """Takes pictures of a workspace. Every name is used once; the title is for people who do not see the picture."""

    def __init__(self, workspace: Workspace) -> None:
        self._state = workspace.state
        self.pictures: dict[str, str] = {}

    def posts(self, name: str, title: str, *shown: Message | Ephemeral, topic: bool = False) -> None:
        """Messages of one conversation, in this order; with `topic` below the channel's name."""
        self._keep(name, draw(looking.conversation(self._state, shown, topic=topic), title=title))

    def answer(self, name: str, title: str, who: Person) -> None:
        """What only this person saw last."""
        self.posts(name, title, who.ephemerals()[-1])

    def modal(self, name: str, title: str, who: Person) -> None:
        """The modal in front of this person."""
        self._keep(name, draw(looking.modal(self._state, self._state.stacks[who.id][-1]), title=title))

    def question(self, name: str, title: str, who: Person, label: str) -> None:
        """What Slack asks before this button of what the person saw last acts."""
        self._keep(name, draw(looking.question(self._state, who.ephemerals()[-1], label), title=title))

    def home(self, name: str, title: str, who: Person) -> None:
        """This person's home tab."""
        self._keep(name, draw(looking.home(self._state, self._state.homes[who.id]), title=title))

    def _keep(self, name: str, picture: str) -> None:
        assert name not in self.pictures, f"there is a picture called {name} already"
        self.pictures[name] = picture


def said(place: Channel | Person, *words: str) -> Message:
    """The newest message there that has one of these words: in a channel, or in somebody's talk with the bot."""
    messages: Sequence[Message] = (place if isinstance(place, Channel) else place.dm).messages
    found = next((one for one in reversed(messages) if any(word in one.shown for word in words)), None)
    assert found is not None, f"nobody said {words} in\n" + "\n".join(one.shown for one in messages)
    return found
