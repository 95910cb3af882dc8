"""Somebody in the workspace."""

from bot.practice.driver.hands import Hands
from bot.practice.driver.voice import Voice


class Person(Hands, Voice):
    """`await anna.types("/incident …")`, `await anna.says("…")`, `anna.sees(channel)`: doing and seeing."""
