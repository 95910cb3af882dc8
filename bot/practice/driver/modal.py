"""A modal as the person in front of it sees it, and filling it in."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from bot.practice.reading import Names, options_of, read_blocks, read_text_object
from bot.practice.state.opening import EMPTY
from bot.practice.state.views import View

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Field:
    """One input of a view: the block with its label, and the element in it."""

    label: str
    block: Json
    element: Json

    @property
    def required(self) -> bool:
        return self.block.get("type") == "input" and not self.block.get("optional")


@dataclass(frozen=True, kw_only=True)
class ModalSeen:
    """What is on the screen. `values` is what is entered, by label; `errors` what is complained about."""

    view_id: str
    title: str
    shown: str
    labels: list[str]
    submit: str | None
    close: str
    callback_id: str
    private_metadata: str
    values: dict[str, Any]
    errors: dict[str, str]

    @property
    def fields(self) -> dict[str, Any]:
        """The same as `values`."""
        return self.values


def look_at(view: View, names: Names) -> ModalSeen:
    """The modal as it is now."""
    definition = view.definition
    fields = fields_of(view, names)
    submit = definition.get("submit")
    by_block = {field.block["block_id"]: field.label for field in fields}
    return ModalSeen(
        view_id=view.id,
        title=read_text_object(definition.get("title"), names),
        shown=read_blocks(definition["blocks"], names),
        labels=[field.label for field in fields],
        submit=read_text_object(submit, names) if submit else None,
        close=read_text_object(definition.get("close"), names) or "Close",
        callback_id=str(definition.get("callback_id") or ""),
        private_metadata=str(definition.get("private_metadata") or ""),
        values={field.label: entered(view, field, names) for field in fields},
        errors={by_block.get(block_id, block_id): text for block_id, text in view.errors.items()},
    )


def fields_of(view: View, names: Names) -> list[Field]:
    """Everything that can be filled in or chosen, in reading order."""
    fields = []
    for block in view.definition["blocks"]:
        if block["type"] == "input":
            label = read_text_object(block["label"], names)
            fields.append(Field(label=label, block=block, element=block["element"]))
            continue
        beside = block.get("accessory")
        elements = [beside] if beside else block.get("elements") or []
        for element in elements:
            if element.get("type") in EMPTY:
                label = read_text_object(block.get("text") or element.get("placeholder"), names)
                fields.append(Field(label=label, block=block, element=element))
    return fields


def find_field(fields: list[Field], name: str) -> Field | None:
    """The field with this label, block id or action id: the whole label, else its beginning."""
    for matches in (
        lambda field: name in (field.label, field.block["block_id"], field.element.get("action_id")),
        lambda field: field.label.lower().startswith(name.lower()),
    ):
        for field in fields:
            if matches(field):
                return field
    return None


def entered(view: View, field: Field, names: Names) -> Any:
    """What stands in a field: text, option labels, or ids; None when empty."""
    state = view.values[field.block["block_id"]][field.element["action_id"]]
    value = next(value for key, value in state.items() if key != "type")
    if isinstance(value, list):
        return [_label(item, names) for item in value]
    return _label(value, names)


def _label(value: Any, names: Names) -> Any:
    if isinstance(value, dict) and "text" in value and isinstance(value["text"], dict):
        return read_text_object(value["text"], names)
    return value


class Unfillable(AssertionError):
    """A person could not enter this: there is no such option, or the field is not what was thought."""


def entry(element: Json, value: Any, names: Names) -> Json:
    """The state of an element after somebody enters `value`: text, an option's label, a person, a date …"""
    kind = str(element["type"])
    name = next(iter(EMPTY[kind]))
    if name in ("selected_option", "selected_options"):
        return {"type": kind, name: _chosen(element, value, names, many=name.endswith("s"))}
    if isinstance(value, list | tuple | set) or isinstance(EMPTY[kind][name], list):
        items = value if isinstance(value, list | tuple | set) else [value]
        return {"type": kind, name: [_plain(item) for item in items]}
    if name == "rich_text_value":
        section = {"type": "rich_text_section", "elements": [{"type": "text", "text": str(value)}]}
        return {"type": kind, name: {"type": "rich_text", "elements": [section]}}
    return {"type": kind, name: _plain(value) if value != "" else None}


def _chosen(element: Json, value: Any, names: Names, *, many: bool) -> Any:
    if many:
        wanted = value if isinstance(value, list | tuple | set) else [value]
        return [_option(element, label, names) for label in wanted]
    return None if value in (None, "") else _option(element, value, names)


def _option(element: Json, label: Any, names: Names) -> Json:
    options = options_of(element)
    texts = [read_text_object(option["text"], names) for option in options]
    for option, text in zip(options, texts, strict=True):
        if label in (text, option.get("value")):
            return option
    for option, text in zip(options, texts, strict=True):
        if text.lower().startswith(str(label).lower()):
            return option
    raise Unfillable(f"There is no option {label!r} here, only {', '.join(texts)}.")


def _plain(value: Any) -> Any:
    """A person or channel as its id, dates and times as Slack writes them."""
    if isinstance(value, datetime):
        return int(value.timestamp())
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, str | int | dict) or value is None:
        return value
    return value.id


def complaint(field: Field, state: Json) -> str | None:
    """What Slack itself says before anything is sent: a required field is empty, a text too long or short."""
    value = next(item for key, item in state.items() if key != "type")
    if value in (None, "", []):
        return "Please complete this required field." if field.required else None
    least, most = field.element.get("min_length"), field.element.get("max_length")
    if isinstance(value, str) and most is not None and len(value) > int(most):
        return f"Must be less than {int(most) + 1} characters."
    if isinstance(value, str) and least is not None and len(value) < int(least):
        return f"Must be more than {int(least) - 1} characters."
    if field.element["type"] == "email_text_input" and "@" not in str(value):
        return "Please enter a valid email address."
    if field.element["type"] == "url_text_input" and "://" not in str(value):
        return "Please enter a valid URL."
    return None
