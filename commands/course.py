"""`/incident identified`, `mitigated`, `resolved`, `reopen`: the steps of an incident's life."""

import json
from collections.abc import Mapping
from typing import Final

from commands.request import (
    NOTHING,
    ButtonPress,
    FormSubmission,
    Reply,
    SlashFunction,
    SlashRequest,
    shown,
    told,
)
from commands.which import by_id, incident_meant
from storage.models import Incident
from workflows import blocks, course, lifecycle
from workflows.blocks import Block
from workflows.services import Services
from workflows.words import escape, safe

CALLBACK: Final = "course"

# What each step's form asks, and what its button says.
QUESTIONS: Mapping[str, tuple[str, str]] = {
    "identified": ("What is the cause, as far as you know?", "Identified"),
    "mitigated": ("What stopped the impact?", "Mitigated"),
    "resolved": ("What resolved it?", "Resolved"),
    "reopen": ("What has come back?", "Reopen"),
}


def step(action: str) -> SlashFunction:
    """The command for one step: `/incident mitigated rolled back to 41`."""

    async def command(request: SlashRequest, services: Services) -> Reply:
        incident, request = await incident_meant(request, services)
        moved = await course.move(
            services, incident.key, action, press=request.press, by=request.user_id, text=safe(request.text.strip())
        )
        return told(f"{moved.ref} is {moved.status} now.")

    return command


async def opened(press: ButtonPress, services: Services) -> Reply:
    """A step's button on the card. A step that is not possible is answered with what would be."""
    action = press.action_id.rpartition("_")[2]
    incident = await by_id(press.value, services)
    lifecycle.move(incident.status, action)
    return shown(form(incident, action))


async def submitted(request: FormSubmission, services: Services) -> Reply:
    await course.move(
        services,
        int(request.about["incident"]),
        request.about["action"],
        press=request.press,
        by=request.user_id,
        text=escape(request.values.get("text", "").strip()),
    )
    return NOTHING


def form(incident: Incident, action: str) -> Block:
    question, label = QUESTIONS[action]
    row = blocks.text_input("text", question, multiline=True, hint="It goes to the channel and on the timeline.")
    about = json.dumps({"incident": str(incident.id), "action": action})
    return blocks.form(f"{label}: {incident.ref}", [row], callback_id=CALLBACK, submit=label, about=about)
