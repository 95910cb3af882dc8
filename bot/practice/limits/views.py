"""Limits of modals and home tabs.

Source: docs.slack.dev "Modals", `views.open`.
"""

import json
from typing import Any

from bot.practice.limits.blocks import Surface, block_problems
from bot.practice.limits.findings import Findings

Json = dict[str, Any]
LARGEST_VIEW = 250_000
FIELDS = (
    "type", "title", "blocks", "submit", "close", "callback_id", "private_metadata", "external_id",
    "clear_on_close", "notify_on_close", "submit_disabled",
)  # fmt: skip


def is_too_large(view: Any) -> bool:
    return len(json.dumps(view)) > LARGEST_VIEW


def view_problems(view: Any, *, surface: Surface) -> list[str]:
    """Everything Slack would refuse in this view; empty if it would take it."""
    findings = Findings()
    if not isinstance(view, dict):
        findings.add("/view", "must provide an object")
        return findings.problems
    if view.get("type") != surface:
        findings.add("/view/type", f"must be {surface}")
    if not isinstance(view.get("blocks"), list):
        findings.add("/view", "missing required field: blocks")
        return findings.problems
    findings.only(view, FIELDS, "/view")
    _check_edges(view, findings, surface)
    _check_controls(view["blocks"], findings)
    return findings.problems + block_problems(view["blocks"], surface=surface, pointer="/view/blocks")


def _check_edges(view: Json, findings: Findings, surface: Surface) -> None:
    modal = surface == "modal"
    findings.text(view.get("title"), "/view/title", most=24, plain=True, required=modal)
    findings.text(view.get("submit"), "/view/submit", most=24, plain=True, required=False)
    findings.text(view.get("close"), "/view/close", most=24, plain=True, required=False)
    findings.length(view.get("callback_id"), "/view/callback_id", most=255)
    findings.length(view.get("external_id"), "/view/external_id", most=255)
    findings.length(view.get("private_metadata"), "/view/private_metadata", most=3000)
    has_input = any(isinstance(block, dict) and block.get("type") == "input" for block in view["blocks"])
    if modal and has_input and not view.get("submit"):
        findings.add("/view", "missing required field: submit")


def _check_controls(blocks: list[Any], findings: Findings) -> None:
    for index, block in enumerate(blocks):
        if isinstance(block, dict) and block.get("type") in ("markdown", "table"):
            findings.add(f"/view/blocks/{index}/type", f"unsupported type: {block['type']}")
