"""Deeds on views: open, push, replace, close; and what is entered in them.

Source: docs.slack.dev "Modals", "App Home".
"""

from copy import deepcopy
from typing import Any

from bot.practice.reading import elements_in
from bot.practice.state.posting import with_ids
from bot.practice.state.store import State
from bot.practice.state.views import Values, View

Json = dict[str, Any]
MOST_STACKED = 3
EMPTY: dict[str, Json] = {
    "plain_text_input": {"value": None},
    "number_input": {"value": None},
    "email_text_input": {"value": None},
    "url_text_input": {"value": None},
    "rich_text_input": {"rich_text_value": None},
    "static_select": {"selected_option": None},
    "external_select": {"selected_option": None},
    "radio_buttons": {"selected_option": None},
    "users_select": {"selected_user": None},
    "conversations_select": {"selected_conversation": None},
    "channels_select": {"selected_channel": None},
    "checkboxes": {"selected_options": []},
    "multi_static_select": {"selected_options": []},
    "multi_external_select": {"selected_options": []},
    "multi_users_select": {"selected_users": []},
    "multi_conversations_select": {"selected_conversations": []},
    "multi_channels_select": {"selected_channels": []},
    "datepicker": {"selected_date": None},
    "timepicker": {"selected_time": None},
    "datetimepicker": {"selected_date_time": None},
    "file_input": {"files": []},
}
"""What the state of each kind of element holds before anybody touches it."""


def make(state: State, user: str, definition: Json, *, below: View | None = None) -> View:
    """A view for one person, with ids filled in and initial values entered."""
    account = state.account
    view_id = state.numbers.new_id("V")
    view = View(
        id=view_id,
        user=user,
        definition={},
        hash="",
        team_id=account.team_id,
        app_id=account.app_id,
        bot_id=account.bot_id,
        root_id=below.root_id if below else view_id,
        previous_id=below.id if below else None,
    )
    redefine(state, view, definition)
    return view


def redefine(state: State, view: View, definition: Json) -> None:
    """Show something else in the same view. What was entered stays where block and action ids stay."""
    view.definition = deepcopy(definition)
    with_ids(view.definition["blocks"], state)
    view.hash = f"{state.numbers.seconds()}.{state.numbers.new_id('')[:8]}"
    view.values = entered_in(view.definition["blocks"], view.values)
    view.errors = {}
    state.changes.notify()


def entered_in(blocks: list[Json], entered: Values) -> Values:
    """What stands in every field of these blocks: what was entered before, else its initial value."""
    values: Values = {}
    for block, element in elements_in(blocks):
        if element.get("type") not in EMPTY:
            continue
        block_id, action_id = block["block_id"], element["action_id"]
        kept = entered.get(block_id, {}).get(action_id)
        same = kept is not None and kept["type"] == element["type"]
        values.setdefault(block_id, {})[action_id] = kept if same and kept else initial(element)
    return values


def initial(element: Json) -> Json:
    """The state of an element nobody has touched: its initial value, else empty."""
    blank = EMPTY[element["type"]]
    name, empty = next(iter(blank.items()))
    given = element.get(name.replace("selected_", "initial_") if name != "value" else "initial_value")
    return {"type": element["type"], name: deepcopy(given if given is not None else empty)}


def open_modal(state: State, user: str, definition: Json) -> View:
    """A new modal; whatever this app had open for that person gives way."""
    view = make(state, user, definition)
    state.stacks[user] = [view]
    state.changes.notify()
    return view


def push_modal(state: State, user: str, definition: Json) -> View:
    """A modal on top of the one that is open."""
    stack = state.stacks[user]
    view = make(state, user, definition, below=stack[-1])
    stack.append(view)
    state.changes.notify()
    return view


def close_top(state: State, user: str) -> None:
    """Close the modal on top; the one below shows again."""
    stack = state.stacks.get(user) or []
    if stack:
        stack.pop()
    state.changes.notify()


def close_all(state: State, user: str) -> None:
    state.stacks[user] = []
    state.changes.notify()


def publish_home(state: State, user: str, definition: Json) -> View:
    """Show a person this home tab from now on."""
    view = state.homes.get(user)
    if view is None:
        view = state.homes[user] = make(state, user, definition)
    else:
        redefine(state, view, definition)
    state.changes.notify()
    return view


def find(state: State, *, view_id: str = "", external_id: str = "") -> View | None:
    """An open modal or a home tab by either of its ids."""
    every = [view for stack in state.stacks.values() for view in stack] + list(state.homes.values())
    for view in every:
        if (view_id and view.id == view_id) or (external_id and view.external_id == external_id):
            return view
    return None
