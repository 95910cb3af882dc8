"""Limits of blocks in messages, modals and home tabs.

Source: docs.slack.dev Block Kit reference; the models of slack_sdk look once more at what passes here.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

from bot.practice.limits.elements import IN_ACTIONS, IN_INPUT, IN_SECTION, check_element
from bot.practice.limits.findings import Findings

Json = dict[str, Any]
Surface = Literal["message", "modal", "home"]
MOST_BLOCKS: Mapping[Surface, int] = {"message": 50, "modal": 100, "home": 100}
MARKDOWN_LONGEST = 12_000


def block_problems(blocks: list[Any], *, surface: Surface, pointer: str = "/blocks") -> list[str]:
    """Everything Slack would refuse in these blocks; empty if it would take them."""
    findings = Findings()
    found = findings.items(blocks, pointer, most=MOST_BLOCKS[surface], least=0)
    for index, block in enumerate(found):
        _check_block(block, f"{pointer}/{index}", findings, surface)
    findings.unique(
        ((block.get("block_id"), f"{pointer}/{index}/block_id") for index, block in enumerate(found)), "block_id"
    )
    markdown = sum(len(str(block.get("text"))) for block in found if block.get("type") == "markdown")
    if markdown > MARKDOWN_LONGEST:
        findings.add(pointer, f"markdown must be less than {MARKDOWN_LONGEST + 1} characters in all")
    if sum(block.get("type") == "table" for block in found) > 1:
        findings.add(pointer, "only one table is allowed")
    return findings.problems or _second_look(found, pointer)


def _second_look(blocks: list[Json], pointer: str) -> list[str]:
    problems = []
    for index, block in enumerate(blocks):
        try:
            parsed = Block.parse(block)
            if parsed is not None:
                parsed.to_dict()
        except (SlackObjectFormationError, TypeError) as error:
            problems.append(f"{error} [json-pointer:{pointer}/{index}]")
    return problems


def _check_block(block: Json, pointer: str, findings: Findings, surface: Surface) -> None:
    kind = str(block.get("type"))
    if kind not in KINDS:
        findings.add(f"{pointer}/type", f"unsupported type: {kind}")
        return
    fields, check = KINDS[kind]
    findings.only(block, ("type", "block_id", *fields), pointer)
    findings.length(block.get("block_id"), f"{pointer}/block_id", most=255)
    if check is not None:
        check(block, pointer, findings)


def _check_section(block: Json, pointer: str, findings: Findings) -> None:
    if block.get("text") is None and not block.get("fields"):
        findings.add(pointer, "must define either text or fields")
    findings.text(block.get("text"), f"{pointer}/text", most=3000, required=False)
    if block.get("fields") is not None:
        for index, text in enumerate(findings.items(block["fields"], f"{pointer}/fields", most=10)):
            findings.text(text, f"{pointer}/fields/{index}", most=2000)
    if block.get("accessory") is not None:
        check_element(block["accessory"], f"{pointer}/accessory", findings, IN_SECTION)


def _check_header(block: Json, pointer: str, findings: Findings) -> None:
    findings.text(block.get("text"), f"{pointer}/text", most=150, plain=True)


def _check_context(block: Json, pointer: str, findings: Findings) -> None:
    place = f"{pointer}/elements"
    for index, element in enumerate(findings.items(block.get("elements"), place, most=10)):
        if element.get("type") == "image":
            check_element(element, f"{place}/{index}", findings, frozenset({"image"}))
        else:
            findings.text(element, f"{place}/{index}", most=3000)


def _check_actions(block: Json, pointer: str, findings: Findings) -> None:
    place = f"{pointer}/elements"
    elements = findings.items(block.get("elements"), place, most=25)
    for index, element in enumerate(elements):
        check_element(element, f"{place}/{index}", findings, IN_ACTIONS)
    findings.unique(
        ((element.get("action_id"), f"{place}/{index}/action_id") for index, element in enumerate(elements)),
        "action_id",
    )


def _check_input(block: Json, pointer: str, findings: Findings) -> None:
    findings.text(block.get("label"), f"{pointer}/label", most=2000, plain=True)
    findings.text(block.get("hint"), f"{pointer}/hint", most=2000, plain=True, required=False)
    check_element(block.get("element"), f"{pointer}/element", findings, IN_INPUT)


def _check_image(block: Json, pointer: str, findings: Findings) -> None:
    findings.has(block, ("alt_text",), pointer)
    findings.length(block.get("image_url"), f"{pointer}/image_url", most=3000)
    findings.length(block.get("alt_text"), f"{pointer}/alt_text", most=2000)
    findings.text(block.get("title"), f"{pointer}/title", most=2000, plain=True, required=False)


def _check_markdown(block: Json, pointer: str, findings: Findings) -> None:
    findings.length(block.get("text", ""), f"{pointer}/text", most=MARKDOWN_LONGEST, least=1)


def _check_table(block: Json, pointer: str, findings: Findings) -> None:
    rows = block.get("rows")
    if not isinstance(rows, list) or not 1 <= len(rows) <= 100:
        findings.add(f"{pointer}/rows", "must have 1 to 100 rows")
    elif any(len(row) > 20 for row in rows):
        findings.add(f"{pointer}/rows", "no more than 20 items allowed")


def _check_rich_text(block: Json, pointer: str, findings: Findings) -> None:
    findings.items(block.get("elements"), f"{pointer}/elements", most=1000, least=0)


Check = Callable[[Json, str, Findings], None]
KINDS: Mapping[str, tuple[tuple[str, ...], Check | None]] = {
    "section": (("text", "fields", "accessory", "expand"), _check_section),
    "header": (("text", "level"), _check_header),
    "divider": ((), None),
    "context": (("elements",), _check_context),
    "actions": (("elements",), _check_actions),
    "input": (("label", "element", "dispatch_action", "hint", "optional"), _check_input),
    "image": (("image_url", "alt_text", "title", "slack_file"), _check_image),
    "markdown": (("text",), _check_markdown),
    "table": (("rows", "column_settings"), _check_table),
    "rich_text": (("elements",), _check_rich_text),
}
