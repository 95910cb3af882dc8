"""Slack's Web API, one file per noun. What is not listed here answers `unknown_method`."""

from collections.abc import Mapping

from bot.practice.methods import auth, chat, conversations, history, members, pins, views
from bot.practice.methods.call import Method

METHODS: Mapping[str, Method] = {
    **auth.METHODS,
    **chat.METHODS,
    **conversations.METHODS,
    **history.METHODS,
    **members.METHODS,
    **pins.METHODS,
    **views.METHODS,
}
