"""Pre-approved hooks: an address that a person calls with one press. Sent once at most, and never again by itself.

The row says how far a call has come before anything is sent, so that after a crash nobody has to guess: what was being
sent is unknown, and a person looks before pressing again.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy.exc import IntegrityError

from storage import calls
from storage.models import CallState, Incident, RemediationCall
from workflows import approved, belonging, blocks, masking, permissions
from workflows.blocks import Block
from workflows.change import Change, change
from workflows.errors import NotAllowed, UserError
from workflows.policy import Hook, Policy
from workflows.ports import HookAnswer, HookCall, NoAnswer, NotSent, Post
from workflows.services import Asker, Services
from workflows.steps import Run
from workflows.surfaces import load
from workflows.words import clock_time, duration, escape, in_line, person

KIND: Final = "remediation"  # of the timeline's lines; what was answered well is an action
SHOWN: Final = 300  # characters of an answer and of a request that are kept
ENDED: Final = (CallState.ANSWERED, CallState.NOT_SENT, CallState.UNKNOWN)


# Pressing


async def press(services: Services, incident_id: int, name: str, *, press: str, by: str) -> RemediationCall:
    """Accept the press and owe the call.

    Raises `UserError` when it is not for this incident or under way, `NotAllowed` when this person may not.
    """
    hook = approved.named(services.policy, name)
    asker = await asking(services, hook, by)
    try:
        async with change(services, incident_id, press=press) as c:
            await refuse(c, services.policy, hook, asker)
            call = RemediationCall(incident_id=incident_id, name=hook.name, by=by, asked_at=c.now)
            c.session.add(call)
            await c.session.flush()
            c.tell(KIND, pressed_line(hook, c.incident, by), by)
            await c.owe("say", f"remediation:{call.id}", {"text": f"🛠️ {person(by)} pressed *{escape(hook.name)}*."})
            await c.owe("remediation", str(call.id), {"call_id": call.id}, lane=f"remediation:{call.id}")
    except IntegrityError as taken:  # pressed for another incident at this very moment
        raise UserError(f"“{escape(hook.name)}” is being sent already. Wait for its answer.") from taken
    return call


def who_may(hook: Hook, policy: Policy) -> tuple[str, ...]:
    """The words and ids that may, with the people of named groups in their place."""
    return tuple(word for one in hook.may for word in (policy.groups.get(one) or (one,)))


async def asking(services: Services, hook: Hook, by: str) -> Asker:
    """Who presses, with the user groups that count for this hook. Slack is asked before the change begins."""
    groups = [word for word in who_may(hook, services.policy) if word.startswith("S")]
    mine = frozenset([group for group in groups if by in await belonging.people_in(services, group)])
    return replace(services.asker or Asker(user_id=by), user_id=by, groups=mine)


async def refuse(c: Change, policy: Policy, hook: Hook, asker: Asker) -> None:
    who = who_may(hook, policy)
    if not await permissions.is_one_of(c.session, c.incident, asker, who, policy):
        sentence = await permissions.refusal(c.session, c.incident, who)
        raise NotAllowed(f"“{escape(hook.name)}” was not sent. {sentence}", c.incident.key, asker)
    if not c.incident.is_open:
        raise UserError(f"{c.incident.ref} is {c.incident.status}. “{escape(hook.name)}” was not sent.")
    reason = approved.why_not(hook, c.incident, policy)
    if reason:
        raise UserError(f"“{escape(hook.name)}” was not sent: {escape(reason)}.")
    waiting = await calls.under_way(c.session, hook.name)
    if waiting is not None:
        at = clock_time(waiting.asked_at)
        pressed = f"{person(waiting.by)} pressed “{escape(hook.name)}” at {at}"
        raise UserError(f"{pressed}, and it is under way. Wait for its answer.")


def pressed_line(hook: Hook, incident: Incident, by: str) -> str:
    sent = masking.mask(body_of(hook, incident, by)).text
    return (
        f"Pressed “{escape(hook.name)}”: {hook.method} {escape(address(hook))} {escape(in_line(sent, SHOWN))}".strip()
    )


def address(hook: Hook) -> str:
    """Where it goes, without what is or may be a secret: in its path, behind the question mark, or before the host."""
    return masking.mask(re.sub(r"//[^/@]*@", "//", hook.url.partition("?")[0])).text


def body_of(hook: Hook, incident: Incident, by: str) -> str:
    """The request's body: JSON, so that no title can become anything but text."""
    if not hook.body:
        return ""
    words = {
        "ref": incident.ref,
        "title": incident.title,
        "severity": incident.severity,
        "status": str(incident.status),
        "service": incident.service or "",
        "user": by,
        "channel": incident.channel_id or "",
    }
    return json.dumps(filled(hook.body, words), ensure_ascii=False)


def filled(value: Any, words: Mapping[str, str]) -> Any:
    """The value with `{ref}` and its like replaced, however deep they stand; other braces stay."""
    if isinstance(value, str):
        return re.sub(r"\{(\w+)\}", lambda match: words.get(match[1], match[0]), value)
    if isinstance(value, Mapping):
        return {key: filled(one, words) for key, one in value.items()}
    return [filled(one, words) for one in value] if isinstance(value, list) else value


# Sending. The one kind of run that does not repeat what may have happened.


async def run(run: Run, services: Services) -> None:
    """Send the call unless an earlier entry may have, keep what came of it, and say so in the channel."""
    call = await loaded(services, int(run.args["call_id"]))
    if call.state == CallState.SENDING:
        call = await settle(services, call, CallState.UNKNOWN, "Sitrep was interrupted while it was being sent")
    if call.state == CallState.ASKED:
        call = await send(services, call)
    incident = await load(services, call.incident_id)
    if incident.channel_id is not None and call.state in ENDED:
        await run.post("outcome", incident.channel_id, outcome(call))


async def loaded(services: Services, call_id: int) -> RemediationCall:
    async with services.database.read() as session:
        call = await session.get(RemediationCall, call_id)
    if call is None:
        raise LookupError(f"there is no call {call_id}")
    return call


async def send(services: Services, call: RemediationCall) -> RemediationCall:
    """One request. That it is being sent is stored before it is."""
    hook = next((one for one in services.policy.hooks if one.name == call.name), None)
    late = services.clock.now() - call.asked_at
    if hook is None or late > hook.valid_for:
        why = "it is no longer configured" if hook is None else f"it could not be sent for {duration(late)}"
        return await settle(services, call, CallState.NOT_SENT, why)
    request = HookCall(
        url=hook.url,
        method=hook.method,
        body=body_of(hook, await load(services, call.incident_id), call.by),
        secret=hook.secret,
        header=hook.header,
        timeout=hook.timeout,
    )
    if not await begin(services, call):
        return await loaded(services, call.id or 0)
    try:
        answer = await services.hooks.call(request)
    except NotSent as trouble:
        return await settle(services, call, CallState.NOT_SENT, str(trouble))
    except NoAnswer as trouble:
        return await settle(services, call, CallState.UNKNOWN, str(trouble))
    return await settle(services, call, CallState.ANSWERED, kept(answer), status=answer.status)


async def begin(services: Services, call: RemediationCall) -> bool:
    """Whether it is ours to send: nobody else has begun."""
    async with services.database.write() as session:
        stored = await calls.locked(session, call.id or 0)
        if stored is None or stored.state != CallState.ASKED:
            return False
        stored.state, stored.sent_at = CallState.SENDING, services.clock.now()
        session.add(stored)
    return True


def kept(answer: HookAnswer) -> str:
    return in_line(masking.mask(answer.text).text, SHOWN)


async def settle(
    services: Services, call: RemediationCall, state: CallState, said: str, *, status: int | None = None
) -> RemediationCall:
    """Keep what came of it, and put it on the timeline; once. A late answer is better than none."""
    async with change(services, call.incident_id) as c:
        stored = await calls.locked(c.session, call.id or 0)
        if stored is None:
            raise LookupError(f"there is no call {call.id}")
        if stored.state in ENDED and not (stored.state == CallState.UNKNOWN and state == CallState.ANSWERED):
            return stored
        stored.state, stored.answer, stored.status, stored.ended_at = state, said, status, c.now
        c.session.add(stored)
        c.tell("action" if went_well(stored) else KIND, outcome_text(stored), call.by)
    return stored


def went_well(call: RemediationCall) -> bool:
    return call.state == CallState.ANSWERED and call.status is not None and call.status < 300


def outcome_text(call: RemediationCall) -> str:
    """What came of it, Slack-encoded."""
    name, said = f"“{escape(call.name)}”", escape(call.answer)
    match call.state:
        case CallState.ANSWERED:
            took = f" after {duration(call.ended_at - call.sent_at)}" if call.ended_at and call.sent_at else ""
            return f"{name} answered {call.status}{took}" + (f": {said}" if said else "")
        case CallState.NOT_SENT:
            return f"{name} was not sent: {said}. Nothing has happened; press it again if it is still wanted"
        case _:
            return f"{name}: unknown whether it happened ({said}). Look there before you press it again"


def outcome(call: RemediationCall) -> Post:
    sign = "✅" if went_well(call) else "⚠️"
    return Post(text=f"{sign} {outcome_text(call)}. Pressed by {person(call.by)}.")


# Buttons


def button(hook: Hook, incident: Incident, number: int, unknown: RemediationCall | None) -> Block:
    """With the question that Slack asks before it is pressed."""
    target = re.sub(r"^https?://", "", address(hook))
    at = f"{unknown.asked_at:%H:%M} UTC" if unknown else ""
    warning = f"It is unknown whether the call of {at} happened: look first. " if unknown else ""
    about = f"{hook.about.rstrip('.')}. " if hook.about else ""
    text = (
        f"{warning}{about}{hook.method} {target}, once; never repeated by itself. {incident.ref} keeps who pressed it."
    )
    asked = blocks.confirm(f"{hook.name}?", text, "Do it")
    value = f"{incident.id}.{hook.name}"
    return blocks.button(hook.name, f"remediate_press_{number}", value, style="danger", confirm=asked)


async def pressable(services: Services, incident: Incident) -> list[Hook]:
    """The hooks for this incident that whoever asks may press; whether they still may is asked again when they do."""
    if services.asker is None:
        return []
    found = approved.available(incident, services.policy)
    askers = [await asking(services, one, services.asker.user_id) for one in found]
    async with services.database.read() as session:
        if await permissions.objection(session, incident, services.asker, services.policy):
            return []
        return [
            hook
            for hook, asker in zip(found, askers, strict=True)
            if await permissions.is_one_of(session, incident, asker, who_may(hook, services.policy), services.policy)
        ]


async def buttons(services: Services, incident: Incident, hooks: Sequence[Hook]) -> list[Block]:
    """One for each of these hooks."""
    async with services.database.read() as session:
        found = [(one, await calls.unknown_before(session, one.name)) for one in hooks]
    return [button(hook, incident, number, unknown) for number, (hook, unknown) in enumerate(found, start=1)]
