"""`/incident classify`: how bad is it? One question at a time, and an answer that explains itself.

The same questions stand behind *Help me choose* in a form: they open above it, and lead back to it with a level chosen
and everything that was typed.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from commands import declare, severity
from commands.request import (
    NOTHING,
    ButtonPress,
    FormSubmission,
    Reply,
    SlashRequest,
    Subcommand,
    shown,
    shown_above,
    told,
)
from commands.which import by_id, incident_meant
from storage.models import Incident
from workflows import blocks, classifier, classifying
from workflows import severity as severities
from workflows.blocks import Block
from workflows.classifier import Walk
from workflows.errors import FormErrors, UserError
from workflows.policy import Policy
from workflows.services import Services
from workflows.severity import ReasonNeeded
from workflows.updates import refuse_ended
from workflows.words import escape

CALLBACK: Final = "classify"
YES: Final = frozenset({"yes", "y", "yeah", "yep", "ja", "oui", "si", "true"})
NO: Final = frozenset({"no", "n", "nope", "nein", "non", "false"})
MOST_CARRIED: Final = 2800  # characters of what a form carries with it; Slack takes 3,000


async def command(request: SlashRequest, services: Services) -> Reply:
    """The first question; `classify no yes no` answers them in one line. Outside incidents it leads to declaring."""
    answers, rest = typed_answers(request.text, services.policy)
    incident = await meant(replace(request, text=rest), services)
    walk = classifier.walk(services.policy, answers)
    if walk.question is None and incident is None:
        return told(f"{verdict(walk, services.policy)}\n`/incident declare {walk.level.lower()} …` declares it.")
    if walk.question is None and incident is not None:
        await classifying.classify(services, incident.key, walk, press=request.press, by=request.user_id)
        return told(f"{verdict(walk, services.policy)}\n{what_now(incident, walk)}")
    if not request.response_url and answers:
        raise UserError(f"One answer is missing: {walk.question.ask if walk.question else ''} Add `yes` or `no`.")
    about = {"incident": str(incident.id)} if incident else {"declared_in": request.channel_id}
    return shown(page(walk, services.policy, about, incident))


async def meant(request: SlashRequest, services: Services) -> Incident | None:
    """The incident that is named or whose channel this is; none is fine, unless one was named."""
    try:
        incident, _ = await incident_meant(request, services)
    except UserError:
        if re.search(r"(?i)\binc-?\d", request.text):
            raise
        return None
    refuse_ended(incident)
    return incident


def typed_answers(text: str, policy: Policy) -> tuple[dict[str, bool], str]:
    """The yeses and noes in the text, given to the questions in the order in which they come up; and the rest."""
    words = text.lower().replace(",", " ").split()
    given = [word in YES for word in words if word in YES | NO]
    answers: dict[str, bool] = {}
    for answer in given:
        question = classifier.walk(policy, answers).question
        if question is None:
            break
        answers[question.key] = answer
    rest = " ".join(word for word in text.replace(",", " ").split() if word.lower() not in YES | NO)
    return answers, rest


def what_now(incident: Incident, walk: Walk) -> str:
    if walk.level == incident.severity:
        return f"{incident.ref} is {incident.severity} already."
    return (
        f"{incident.ref} is {incident.severity}. `/incident severity {walk.level.lower()} because …` changes it; "
        "the answers are on the timeline."
    )


async def helped(press: ButtonPress, services: Services) -> Reply:
    """*Help me choose*: the first question, above the form that stays as it is."""
    about = {
        "root": press.view_id,
        "form": press.action_id.rpartition("_")[2],
        "opened_with": json.dumps(dict(press.about)),
        "typed": json.dumps({name: value for name, value in press.values.items() if value}),
    }
    if len(json.dumps(about)) > MOST_CARRIED:
        about["typed"] = "{}"  # Slack keeps what was typed in the form below; this is for what it was opened with
    return shown_above(page(classifier.walk(services.policy, {}), services.policy, about))


async def submitted(request: FormSubmission, services: Services) -> Reply:
    """An answer leads to the next question, the last one to the result, and the result to where it was asked for."""
    about, policy = request.about, services.policy
    answers = classifier.unpacked(about.get("answers", ""))
    given = next(((block, value) for block, value in request.values.items() if block.startswith("answer-")), None)
    if given is not None:
        answers[given[0].removeprefix("answer-")] = given[1] == "yes"
    walk = classifier.walk(policy, answers)
    incident = await by_id(about["incident"], services) if about.get("incident") else None
    if walk.question is not None or given is not None:
        return shown(page(walk, policy, {**about, "answers": classifier.packed(answers)}, incident))
    if about.get("root"):
        return await back_in_form(about, walk, services)
    if incident is None:
        opened_with = {"declared_in": about.get("declared_in", ""), "answers": about["answers"]}
        return shown(declare.form(policy, opened_with, {"severity": walk.level}))
    return await taken(request, incident, walk, services)


async def taken(request: FormSubmission, incident: Incident, walk: Walk, services: Services) -> Reply:
    """The result in an incident's channel: change the severity, or keep that it was looked at."""
    if walk.level == incident.severity:
        await classifying.classify(services, incident.key, walk, press=request.press, by=request.user_id)
        return NOTHING
    try:
        await severities.set_severity(
            as_severity(services),
            incident.key,
            walk.level,
            press=request.press,
            by=request.user_id,
            reason=escape(request.values.get("reason", "").strip()),
            classified=walk,
        )
    except ReasonNeeded as needed:
        raise FormErrors({"reason": f"A few words, please: at {needed.level} fewer people will look."}) from needed
    return NOTHING


def as_severity(services: Services) -> Services:
    """Who may change the severity is asked of `/incident severity`, whichever way it is changed."""
    if services.asker is None:
        return services
    return replace(services, asker=replace(services.asker, verb=severity.SUBCOMMAND.word))


async def back_in_form(about: Mapping[str, str], walk: Walk, services: Services) -> Reply:
    """Choose the level in the form below; this one closes, and what was typed there stands."""
    opened_with: dict[str, str] = json.loads(about["opened_with"])
    typed: dict[str, str] = json.loads(about["typed"])
    if about["form"] == "severity":
        incident = await by_id(opened_with["incident"], services)
        reason = typed.get("reason", "")
        below = severity.form(
            incident, services.policy, chosen=walk.level, answers=about["answers"], reason=reason, note=verdict_of(walk)
        )
    else:
        opened_with["answers"] = about["answers"]
        below = declare.form(services.policy, opened_with, {**typed, "severity": walk.level})
    await services.slack.views.update(about["root"], below)
    return NOTHING


def page(walk: Walk, policy: Policy, about: Mapping[str, str], incident: Incident | None = None) -> Block:
    """One question with what was answered before, or the result with its reasons."""
    carried = json.dumps(dict(about))
    if walk.question is None:
        rows, submit = result_rows(walk, policy, about, incident)
        return blocks.form("How bad is it?", rows, callback_id=CALLBACK, submit=submit, about=carried)
    question = walk.question
    options = [("yes", "Yes", ""), ("no", "No", "")]
    rows = [blocks.radio(f"answer-{question.key}", question.ask, options, hint=question.hint)]
    if walk.steps:
        rows += [blocks.context(as_points("*So far*", walk)), start_over()]
    return blocks.form("How bad is it?", rows, callback_id=CALLBACK, submit="Next", about=carried)


def start_over() -> Block:
    return blocks.actions([blocks.button("Start over", "classify_again")], block_id="again")


async def again(press: ButtonPress, services: Services) -> Reply:
    """*Start over*: the first question, in the same form."""
    about = {name: value for name, value in press.about.items() if name != "answers"}
    first = page(classifier.walk(services.policy, {}), services.policy, about)
    await services.slack.views.update(press.view_id, first)
    return NOTHING


def result_rows(
    walk: Walk, policy: Policy, about: Mapping[str, str], incident: Incident | None
) -> tuple[list[Block], str]:
    """The result, and what its button does."""
    rows: list[Block] = [blocks.section(verdict(walk, policy)), start_over()]
    if about.get("root"):
        return rows, f"Use {walk.level}"[:24]
    if incident is None:
        return rows, f"Declare {walk.level} …"[:24]
    if walk.level == incident.severity:
        rows.append(blocks.context(f"{incident.ref} is {incident.severity} already. The answers go on the timeline."))
        return rows, f"Keep {walk.level}"[:24]
    rows.append(blocks.context(f"{incident.ref} is {incident.severity} now. The answers go on the timeline."))
    rows.append(blocks.text_input("reason", "Why?", hint="Needed when the severity is lowered."))
    return rows, f"Change to {walk.level}"[:24]


def verdict(walk: Walk, policy: Policy) -> str:
    """The level with the answers that led to it, and everything it asks for."""
    found = policy.severity(walk.level)
    return f"{verdict_of(walk)}\n\n{severities.in_full(found)}" if found else verdict_of(walk)


def verdict_of(walk: Walk) -> str:
    return as_points(f"*{walk.level}, because*", walk)


def as_points(head: str, walk: Walk) -> str:
    """The answers, a line each."""
    return "\n".join([head, *(f"• {escape(reason)}" for reason in classifier.reasons(walk))])


SUBCOMMAND = Subcommand(
    word="classify",
    synonyms=("classifier", "triage-questions"),
    usage="classify [yes no …]",
    help="How bad is it? A few questions lead to a severity, and the answer says why.",
    function=command,
)
