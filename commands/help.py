"""`/incident help`: every word there is, and what an unknown one may have meant."""

from collections.abc import Mapping
from typing import Final

from rapidfuzz import process

from commands.request import Reply, Subcommand, told
from workflows import blocks

AT_A_TIME: Final = 12  # words in one block, which holds 3000 characters


def help_texts(subcommands: Mapping[str, Subcommand]) -> list[str]:
    """Every word, in pieces that a block holds."""
    lines = [f"• `/incident {one.usage}` – {one.help}" for one in subcommands.values()]
    lines = ["*What you can type*", *lines, "In an incident's channel you need not name it."]
    return ["\n".join(lines[begin : begin + AT_A_TIME]) for begin in range(0, len(lines), AT_A_TIME)]


def show(subcommands: Mapping[str, Subcommand], asked: str = "") -> Reply:
    """All words, or the one asked for."""
    if asked in subcommands:
        return told(one_usage(subcommands[asked]))
    texts = help_texts(subcommands)
    return told("\n".join(texts), *map(blocks.section, texts))


def one_usage(subcommand: Subcommand) -> str:
    also = f" Also: {', '.join(subcommand.synonyms)}." if subcommand.synonyms else ""
    return f"`/incident {subcommand.usage}` – {subcommand.help}{also}"


def unknown(word: str, names: Mapping[str, str]) -> Reply:
    """`names` maps every word and synonym to its word."""
    nearest = process.extractOne(word, list(names), score_cutoff=60)
    if nearest is None:
        return told(f"“{word}” is not something I know. `/incident help` lists what is.")
    return told(f"“{word}” is not something I know. Did you mean `/incident {names[nearest[0]]}`?")
