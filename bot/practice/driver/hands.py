"""What a person does with the app: commands, buttons, modals, shortcuts, the home tab."""

from collections.abc import Mapping
from typing import Any

from bot.practice.delivery.delivery import why_nobody_answered
from bot.practice.delivery.envelopes import Answered, EnvelopeKind, Outcome, Unanswered
from bot.practice.driver.eyes import Eyes, newest_first
from bot.practice.driver.modal import Field, complaint, entry, fields_of, find_field
from bot.practice.driver.prose import Prose, escape
from bot.practice.driver.seat import Impossible, Place
from bot.practice.driver.submitting import TROUBLE, take_answer
from bot.practice.reading import elements_in, options_of, read_text_object
from bot.practice.state import opening, posting
from bot.practice.state.messages import Ephemeral, Message
from bot.practice.state.views import View
from bot.practice.web import response_urls

Json = dict[str, Any]
Spot = tuple[Message | Ephemeral | View, Json, Json, Json]
"""Where something is to press: the message or view, the block, the element, and what pressing it says."""


class Hands(Eyes):
    """The ways to talk to the app directly."""

    async def types(self, line: str, *, in_: Place = "general") -> str | None:
        """Enter a slash command; answers what appears at once, None if nothing does.

        When the app does not acknowledge, that is Slack's error text, as the person reads it.
        """
        name, _, rest = line.strip().partition(" ")
        command = self._state.installed.commands.get(name)
        channel = self._writable(in_)
        if command is None:
            return self._slack_says(channel, f"{name} is not a valid command.")
        text = Prose(self._state, rest.strip()).as_command() if command.should_escape else escape(rest.strip())
        outcome = await self._send("slash_commands", name, self._payloads.command(name, text, channel))
        if isinstance(outcome, Unanswered):
            error = why_nobody_answered(outcome)
            return self._slack_says(channel, f'{name} failed with the error "{error}"')
        return self._show_at_once(dict(outcome.payload), channel)

    def _slack_says(self, channel: Any, text: str) -> str:
        return posting.whisper(self._state, channel, self.id, text=escape(text), blocks=[], from_app=False).shown

    def _show_at_once(self, payload: Json, channel: Any) -> str | None:
        problem = response_urls.refuse(payload)
        if problem == "no_text":
            return None
        if problem:
            return self._slack_says(channel, f"the answer could not be shown: {problem}")
        return response_urls.show(self._state, channel, self.id, payload).shown

    async def _send(self, kind: EnvelopeKind, name: str, payload: Json) -> Outcome:
        outcome = await self._delivery.ask(kind, name, payload)
        if isinstance(outcome, Unanswered):
            self._state.complaints.append(f"{self.name}: {name} got no answer ({outcome.reason})")
        return outcome

    async def presses(
        self, label: str, *, in_: Place | None = None, on: Message | Ephemeral | None = None
    ) -> str | None:
        """Press a button: on that message, in that channel, or the newest one anywhere with this label.

        An open modal comes first, then messages, then the home tab. The whole label is meant, else its
        beginning. Answers None, or Slack's error name when the app did not acknowledge.
        """
        place, block, element, said = await self._patiently(
            lambda: self._find_button(label, in_, on),
            f"no button {label!r}",
            instead=lambda: self._labels(in_, on),
        )
        return await self._act(place, block, element, said)

    async def presses_at_home(self, label: str) -> str | None:
        """Press a button of the home tab, although others may be called the same elsewhere."""
        home = self._state.homes.get(self.id)
        for shown, (place, block, element, said) in self._pressable(home) if home else ():
            if shown == label:
                return await self._act(place, block, element, said)
        raise Impossible(f"{self.name} sees no button {label!r} on the home tab.")

    async def _act(self, place: Message | Ephemeral | View, block: Json, element: Json, said: Json) -> str | None:
        action = {"type": element["type"], "action_id": element["action_id"], "block_id": block["block_id"]}
        payload = self._payloads.block_action(action | said, place)
        outcome = await self._send("interactive", "block_actions", payload)
        return None if isinstance(outcome, Answered) else why_nobody_answered(outcome)

    def _labels(self, in_: Place | None, on: Message | Ephemeral | None) -> list[str]:
        places = [on] if on is not None else self._places(in_)
        return [label for place in places for label, _ in self._pressable(place)]

    def _find_button(self, label: str, in_: Place | None, on: Message | Ephemeral | None) -> Spot | None:
        places = [on] if on is not None else self._places(in_)
        spots = [spot for place in places for spot in self._pressable(place)]
        for exact in (True, False):
            for shown, spot in spots:
                if shown == label or (not exact and shown.lower().startswith(label.lower())):
                    return spot
        return None

    def _places(self, in_: Place | None) -> list[Message | Ephemeral | View]:
        if in_ is not None:
            return list(newest_first(self._channel(in_), self))
        mine = [channel for channel in self._state.channels.values() if self.id in channel.members]
        found = [thing for channel in mine for thing in newest_first(channel, self)]
        found += [thing for thing in self.ephemerals() if thing.channel not in mine]
        found.sort(key=lambda thing: thing.ts, reverse=True)
        home = self._state.homes.get(self.id)
        return [*self._state.stacks.get(self.id, [])[-1:], *found, *([home] if home else [])]

    def _pressable(self, place: Message | Ephemeral | View) -> list[tuple[str, Spot]]:
        blocks = place.definition["blocks"] if isinstance(place, View) else place.blocks
        found: list[tuple[str, Spot]] = []
        for block, element in elements_in(blocks):
            if element["type"] == "button":
                said = {"text": element["text"]} | {key: element[key] for key in ("value",) if key in element}
                found.append((read_text_object(element["text"], self._state), (place, block, element, said)))
            if element["type"] == "overflow":
                for option in options_of(element):
                    label = read_text_object(option["text"], self._state)
                    found.append((label, (place, block, element, {"selected_option": option})))
        return found

    async def chooses(
        self, label: str, value: Any, *, in_: Place | None = None, on: Message | Ephemeral | None = None
    ) -> str | None:
        """Choose in the open modal's field `label`, else in the newest message with such a chooser."""
        if in_ is None and on is None and self._state.stacks.get(self.id):
            return await self._fill(label, value)
        place, block, element = await self._patiently(
            lambda: self._find_chooser(label, in_, on), f"nothing to choose called {label!r}"
        )
        state = entry(element, value, self._state)
        return await self._act(place, block, element, state)

    def _find_chooser(
        self, label: str, in_: Place | None, on: Message | Ephemeral | None
    ) -> tuple[Message | Ephemeral | View, Json, Json] | None:
        for place in [on] if on is not None else self._places(in_):
            blocks = place.definition["blocks"] if isinstance(place, View) else place.blocks
            for block, element in elements_in(blocks):
                names = (block.get("text"), element.get("placeholder"), block.get("label"))
                labels = [read_text_object(name, self._state) for name in names]
                if element["type"] in opening.EMPTY and any(shown.startswith(label) for shown in labels if shown):
                    return place, block, element
        return None

    def _field_labels(self) -> list[str]:
        return self.modal.labels if self.modal else ["no open modal"]

    def _field(self, label: str) -> tuple[View, Field] | None:
        stack = self._state.stacks.get(self.id)
        field = find_field(fields_of(stack[-1], self._state), label) if stack else None
        return (stack[-1], field) if stack and field else None

    async def _fill(self, label: str, value: Any) -> str | None:
        """Enter a value, and tell the app if the field asks for that."""
        view, field = await self._patiently(
            lambda: self._field(label), f"no field {label!r}", instead=self._field_labels
        )
        element = field.element
        if element["type"].endswith("external_select"):
            element = element | await self._suggested(value, view, field)
        state = entry(element, value, self._state)
        view.values[field.block["block_id"]][field.element["action_id"]] = state
        if field.block["type"] == "input" and not field.block.get("dispatch_action"):
            return None
        return await self._act(view, field.block, field.element, state)

    async def _suggested(self, value: Any, view: View, field: Field) -> Json:
        """The options that the app suggests for what is typed into an external select."""
        typed = str(value[0] if isinstance(value, list | tuple) else value)
        payload = self._payloads.suggestion(typed, field.block, field.element, view)
        outcome = await self._send("interactive", "block_suggestion", payload)
        found = outcome.payload if isinstance(outcome, Answered) else {}
        return {key: found[key] for key in ("options", "option_groups") if key in found}

    async def submits(self, values: Mapping[str, Any] | None = None) -> dict[str, str]:
        """Fill in the open modal by label (or block id) and submit it.

        Answers what is complained about by label, {} if nothing; then the modal stays open with what was
        typed. When the app does not acknowledge, the complaint is Slack's own, under the label "".
        """
        for label, value in (values or {}).items():
            await self._fill(label, value)
        view = await self._patiently(self._submittable, "no modal to submit")
        fields = fields_of(view, self._state)
        problems = {
            field.label: problem
            for field in fields
            if (problem := complaint(field, view.values[field.block["block_id"]][field.element["action_id"]]))
        }
        if problems:
            return problems
        outcome = await self._send("interactive", "view_submission", self._payloads.submission(view))
        if isinstance(outcome, Unanswered):
            return {"": TROUBLE}
        return take_answer(self._state, view, dict(outcome.payload))

    def _submittable(self) -> View | None:
        stack = self._state.stacks.get(self.id)
        return stack[-1] if stack and stack[-1].definition.get("submit") else None

    async def closes(self, *, everything: bool = False) -> None:
        """Close the modal on top, or the whole stack as the × does."""
        stack = self._state.stacks.get(self.id)
        if not stack:
            raise Impossible(f"{self.name} sees no modal to close.")
        view = stack[-1]
        if everything:
            opening.close_all(self._state, self.id)
        else:
            opening.close_top(self._state, self.id)
        if view.definition.get("notify_on_close"):
            await self._send("interactive", "view_closed", self._payloads.closing(view, cleared=everything))

    async def uses(self, shortcut: str, *, on: Message | None = None) -> str | None:
        """Use a message shortcut `on` a message, or a global one, by the name in the menu."""
        for known in self._state.installed.shortcuts:
            if known.name == shortcut and known.on_message == (on is not None):
                payload = self._payloads.shortcut(known.callback_id, on)
                outcome = await self._send("interactive", payload["type"], payload)
                return None if isinstance(outcome, Answered) else why_nobody_answered(outcome)
        raise Impossible(f"The app has no shortcut {shortcut!r} here.")

    async def opens_home(self) -> None:
        """Open the app's home tab."""
        if not self._state.installed.has_home:
            raise Impossible("The app has no home tab.")
        event: Json = {"type": "app_home_opened", "user": self.id, "channel": self.dm.id, "tab": "home"}
        view = self._state.homes.get(self.id)
        if view is not None:
            event["view"] = view.to_json()
        self._state.publish(event | {"event_ts": self._state.numbers.new_ts()})
