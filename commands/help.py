"""`/incident help`: every word there is, and what an unknown one may have meant."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from rapidfuzz import fuzz, process

from commands.request import Reply, Subcommand, told
from workflows import blocks
from workflows.words import plain, quoted

# What people look for, and the words for it; those they need first come first.
TOPICS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "Begin": ("declare", "triage", "merge", "cancel", "near-miss", "drill"),
        "Say how it stands": ("update", "comms", "promise", "clocks"),
        "See how it stands": ("status", "catchup", "list", "timeline"),
        "Get help": ("role", "handoff", "escalate", "call", "service", "access", "security"),
        "Work on it": ("severity", "classify", "runbook", "remediate", "action", "note"),
        "Bring it to an end": ("identified", "mitigated", "resolved", "close", "reopen", "times", "rename"),
    }
)


def help_texts(subcommands: Mapping[str, Subcommand]) -> list[str]:
    """Every word with what it does, a text for each topic; a block holds 3000 characters."""
    texts = ["*What you can type after* `/incident`\nIn an incident's channel you need not name the incident."]
    for topic, words in TOPICS.items():
        lines = [f"• `{word}` – {in_short(subcommands[word])}" for word in words if word in subcommands]
        texts.append("\n".join([f"*{topic}*", *lines]))
    texts.append("`/incident help update` tells how one of them is used.")
    return texts


def in_short(subcommand: Subcommand) -> str:
    """The first sentence of its help."""
    return subcommand.help.partition(". ")[0].rstrip(".") + "."


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
    # Whole words are compared: by their parts, whatever people type would be like something.
    nearest = process.extractOne(plain(word), list(names), scorer=fuzz.ratio, score_cutoff=60)
    if nearest is None:
        return told(f"{quoted(plain(word))} is not something I know. `/incident help` lists what is.")
    return told(f"{quoted(plain(word))} is not something I know. Did you mean `/incident {names[nearest[0]]}`?")
