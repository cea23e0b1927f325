"""Asking the staff: the form, the JSON call, and the visitor's private status page."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any, get_args

from flask import Blueprint, Response, jsonify, make_response, render_template, request, url_for

from chatbot.handoff.hours import in_words
from chatbot.handoff.model import Event, Submission
from chatbot.handoff.states import visitor_sees
from chatbot.safety.model import Danger, Resource, Safety
from chatbot.storage.handoffs import Receipt, Visit
from chatbot.web import incoming
from chatbot.web.fields import Reason, Request, Visiting
from chatbot.web.refusals import Refused
from chatbot.web.serialise import resources_json
from chatbot.web.services import services

blueprint = Blueprint("handoffs", __name__)

KEY_HEADER = "Idempotency-Key"


@blueprint.post("/api/v1/handoffs")
def create() -> Response:
    """Keep a question for the staff; 201 only once it is safely on disk."""
    raw = incoming.read(request)
    danger = _danger(raw)
    _limit()
    incoming.same_site(request, services().settings.public_url)
    asked = incoming.parse(raw, Request, incoming.JSON)
    key = request.headers.get(KEY_HEADER, "")
    if not 8 <= len(key) <= 200:
        raise Refused(400, f"Send a header {KEY_HEADER} with 8 to 200 random characters.")
    receipt = _submit(asked, key, danger)
    due = receipt.item.due_at
    response = jsonify(
        {
            "reference": receipt.reference,
            "status_url": _status_url(receipt),
            "code": receipt.code,
            "reply_expected": due.isoformat() if due else None,
            "resources": resources_json(_help(danger)),
        }
    )
    response.status_code = 201
    return response


@blueprint.get("/handoff")
def form() -> str:
    """The form, empty."""
    return _form({}, None)


@blueprint.post("/handoff")
def post_form() -> Response | str:
    """The form with the question filled in (`step=write`), or sent (`step=send`)."""
    raw = incoming.read(request)
    fields = incoming.fields(raw, incoming.FORM)
    if fields.pop("step", "send") == "write":
        return _form({name: fields.get(name, "") for name in ("question", "reason")}, None)
    danger = _danger(raw)
    incoming.same_site(request, services().settings.public_url)
    key = str(fields.pop("key", "")) or secrets.token_urlsafe(16)
    trapped = fields.pop("website", "")
    _limit()
    consent, reason = fields.get("consent") == "yes", fields.get("reason")
    known = {"consent": consent, "reason": reason if reason in get_args(Reason) else None}
    try:
        asked = incoming.validate(fields | known, Request)
    except Refused as error:
        return make_response(_form(fields | {"key": key}, error), error.status)
    if trapped:
        # A machine filled in the field that people do not see. Should it have been a person after
        # all, a plain refusal loses nothing; a false "sent" would.
        raise Refused(422, "Please leave the last field empty and send it again.")
    receipt = _submit(asked, key, danger)
    page = make_response(_sent(receipt, danger), 201)
    page.headers["Referrer-Policy"] = "no-referrer"
    return page


@blueprint.get("/handoff/<token>")
def status(token: str) -> Response:
    """How far a request is; its words only after the code from the confirmation."""
    return _status(services().store.handoffs.visit(token, None, services().now()), token, "")


@blueprint.post("/handoff/<token>")
def visit(token: str) -> Response:
    """Open with the code, add to, correct or delete a request."""
    incoming.same_site(request, services().settings.public_url)
    raw = incoming.read(request)
    wish = incoming.parse(raw, Visiting, incoming.FORM)
    handoffs, now = services().store.handoffs, services().now()
    if wish.action == "follow_up" and wish.text.strip():
        due = services().reply_expected()
        handoffs.act(token, wish.code, Event.FOLLOW_UP, now, text=wish.text, due_at=due)
    elif wish.action == "correct":
        contact = {"email": wish.email, "phone": wish.phone}
        handoffs.act(token, wish.code, Event.CORRECT, now, **contact)
    elif wish.action == "delete":
        handoffs.act(token, wish.code, Event.ERASE, now)
    return _status(handoffs.visit(token, wish.code, now), token, wish.code)


def _danger(raw: incoming.Raw) -> Danger:
    """The gravest thing said: each field by itself, for an address beside it can hide a cry."""
    assess = services().library.assistant.danger
    return max(map(assess, incoming.spoken(raw)), key=lambda danger: danger.safety.gravity)


def _help(danger: Danger) -> tuple[Resource, ...]:
    """Where help is to be had, for a message that speaks of danger."""
    if not danger.safety.gravity:
        return ()
    return services().library.assistant.resources(danger.categories)


def _limit() -> None:
    wait = services().limits.wait("handoff", request.remote_addr or "")
    if wait:
        minutes = -(-wait // 60)
        raise Refused(
            429, f"This was not sent. Please wait {minutes} minutes and send it again.",
            retry_after=wait,
        )  # fmt: skip


def _submit(asked: Request, key: str, danger: Danger) -> Receipt:
    urgent = danger.safety in (Safety.EMERGENCY, Safety.URGENT)
    submission = Submission(
        question=asked.question,
        message=asked.message,
        name=asked.name,
        email=asked.email,
        phone=asked.phone,
        language=services().clinic.language,
        reason=asked.reason or "",
        urgent=urgent,
    )
    now = services().now()
    due = services().reply_expected()
    return services().store.handoffs.submit(submission, key=key, now=now, due_at=due)


def _form(fields: dict[str, Any], error: Refused | None) -> str:
    return render_template(
        "handoff_form.html",
        fields=fields,
        problems=_problems(fields, error),
        key=fields.get("key") or secrets.token_urlsafe(16),
        expected=_expected(services().reply_expected()),
    )


def _problems(fields: dict[str, Any], error: Refused | None) -> dict[str, str]:
    """What to change in the form, by field: all of it at once."""
    if error is None:
        return {}
    found = {}
    if error.field:
        found[error.field] = error.detail.replace(f"{error.field}: ", "This ", 1)
    if not str(fields.get("question", "")).strip():
        found["question"] = "Write your question."
    if not fields.get("email") and not fields.get("phone"):
        found["email"] = "Give an e-mail address or a phone number, so that we can answer you."
    if fields.get("consent") != "yes":
        found["consent"] = "Tick the box, so that we may keep your question and answer it."
    return found or {"question": error.detail}


def _sent(receipt: Receipt, danger: Danger) -> str:
    return render_template(
        "handoff_sent.html",
        receipt=receipt,
        status_url=_status_url(receipt),
        resources=_help(danger),
        mails=bool(services().settings.smtp_url),
        expected=_expected(receipt.item.due_at),
    )


def _status(visit: Visit, token: str, code: str) -> Response:
    assistant, withdrawn = services().library.current()
    live = assistant.edition(services().today(), withdrawn).live.values()
    page = make_response(
        render_template(
            "handoff_status.html",
            visit=visit,
            token=token,
            code=code,
            sentence=visitor_sees(visit.item),
            passages={p.id: (d, p) for d in live for p in d.passages},
            expected=_expected(visit.item.due_at),
        )
    )
    page.headers["Referrer-Policy"] = "no-referrer"
    page.headers["X-Robots-Tag"] = "noindex, nofollow"
    return page


def _status_url(receipt: Receipt) -> str:
    public_url = services().settings.public_url or request.host_url.rstrip("/")
    return public_url + url_for("handoffs.status", token=receipt.token)


def _expected(due: datetime | None) -> str | None:
    return in_words(due, services().now(), services().clinic.time_zone) if due else None
