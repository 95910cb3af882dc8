"""What a run says in other channels than its incident's: more people read it there, so secrets in it are masked."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from workflows import scribe
from workflows.masking import Mask
from workflows.passing import PassedOn
from workflows.ports import Post
from workflows.services import Services

CHANNELS: Final = ("C", "G")  # what ids of channels begin with. Slack page: Conversations API


@dataclass(frozen=True, kw_only=True)
class MaskedPosts(PassedOn):
    """Posts of a run of this incident. What is not said is as in `posts`."""

    incident_id: int
    services: Services

    async def shown(self, channel_id: str, post: Post) -> Post:
        """What the incident's channel shows is what people wrote there.

        Direct messages are for those who work on it, and link to calls, whose links may hold a password.
        """
        if not channel_id.startswith(CHANNELS):
            return post
        if await scribe.incident_of(self.services, channel_id) == self.incident_id:
            return post
        return without_secrets(post)


def services_for(incident_id: int | None, services: Services) -> Services:
    """What a run of this incident is given: a Slack in which nothing secret leaves its channel."""
    if incident_id is None:
        return services
    slack = services.slack
    posts = MaskedPosts(posts=slack.posts, incident_id=incident_id, services=services)
    return replace(services, slack=replace(slack, posts=posts))


def without_secrets(post: Post) -> Post:
    """The post with everything masked that people read in it."""
    mask = Mask()
    return Post(text=mask(post.text), blocks=tuple(masked(block, mask) for block in post.blocks))


def masked(part: Any, mask: Mask) -> Any:
    """A part of a block, however deep; ids, values and addresses stay."""
    if isinstance(part, Mapping):
        return {
            name: mask(value) if name == "text" and isinstance(value, str) else masked(value, mask)
            for name, value in part.items()
        }
    return [masked(one, mask) for one in part] if isinstance(part, list | tuple) else part
