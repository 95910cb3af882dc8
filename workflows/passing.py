"""Posts that are changed on their way to Slack."""

from dataclasses import dataclass
from datetime import datetime

from workflows.ports import Post, Posts


@dataclass(frozen=True, kw_only=True)
class PassedOn:
    """All of `posts`, each as `shown` makes it. For what each call does see `ports.Posts`."""

    posts: Posts

    async def shown(self, channel_id: str, post: Post) -> Post:
        """What is said in this channel instead. A private answer to a command or press is in none: an empty id."""
        raise NotImplementedError

    async def post(self, channel_id: str, post: Post, *, key: str = "", thread_ts: str = "") -> str:
        return await self.posts.post(channel_id, await self.shown(channel_id, post), key=key, thread_ts=thread_ts)

    async def find(
        self, channel_id: str, key: str, since: datetime, *, thread_ts: str = "", besides: str = ""
    ) -> str | None:
        return await self.posts.find(channel_id, key, since, thread_ts=thread_ts, besides=besides)

    async def update(self, channel_id: str, ts: str, post: Post) -> None:
        await self.posts.update(channel_id, ts, await self.shown(channel_id, post))

    async def delete(self, channel_id: str, ts: str) -> None:
        await self.posts.delete(channel_id, ts)

    async def whisper(self, channel_id: str, user_id: str, post: Post, *, thread_ts: str = "") -> None:
        await self.posts.whisper(channel_id, user_id, await self.shown(channel_id, post), thread_ts=thread_ts)

    async def answer(self, response_url: str, post: Post) -> None:
        await self.posts.answer(response_url, await self.shown("", post))

    async def open_direct(self, user_id: str) -> str:
        return await self.posts.open_direct(user_id)

    async def permalink(self, channel_id: str, ts: str) -> str:
        return await self.posts.permalink(channel_id, ts)
