"""Asking the staff: the form, the JSON call, and the visitor's private status page."""

import secrets
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, get_args

from flask import Blueprint, Response, jsonify, make_response, render_template, request, url_for

from chatbot.handoff.model import Event, Submission
from chatbot.handoff.states import WRITTEN, visitor_sees
from chatbot.safety.model import Danger, Resource, Safety
from chatbot.storage.handoffs import Receipt, Visit
from chatbot.web import incoming
from chatbot.web.incoming import ForStaff, Reason, Visiting
from chatbot.web.refusals import Refused, wants_json
from chatbot.web.serialise import resources_json
from chatbot.web.services import services

blueprint = Blueprint("handoffs", __name__)
KEY_HEADER = "Idempotency-Key"
PRIVATE = {"Referrer-Policy": "no-referrer"}  # for pages whose address is a secret
TICKED = ("yes", "on", "true", "1")  # what forms send for a box that is ticked


@blueprint.post("/api/v1/handoffs")
def create() -> Response:
    """Keep a question for the staff; 201 only once it is safely on disk."""
    raw = incoming.read()
    danger = _danger(raw)
    key = request.headers.get(KEY_HEADER, "").strip()
    read = partial(incoming.parse, raw, ForStaff, incoming.JSON)
    _limit(read, key, danger)
    incoming.same_site()
    asked = read()
    if not key.isprintable() or not 0 < len(key) <= 200:
        raise Refused(400, f"Send a header {KEY_HEADER} with 1 to 200 random characters.")
    receipt = _submit(asked, key, danger)
    due = receipt.item.due_at
    kept = jsonify(
        reference=receipt.reference,
        status_url=_status_url(receipt),
        code=receipt.code,
        reply_expected=due.isoformat() if due else None,
        resources=resources_json(_help(danger)),
    )
    return make_response(kept, 201)


@blueprint.get("/handoff")
def form() -> str:
    return _form({})


@blueprint.post("/handoff")
def post_form() -> Response | str:
    """The form with the question filled in (`step=write`), or sent (`step=send`)."""
    raw = incoming.read()
    fields = incoming.fields(raw, incoming.FORM)
    if fields.pop("step", "send") == "write":
        return _form({name: fields.get(name, "") for name in ("question", "reason")})
    danger = _danger(raw)
    incoming.same_site()
    key, trapped = fields.pop("key", "") or _key(), fields.pop("website", "")
    fields["consent"] = fields.get("consent", "").lower() in TICKED
    if fields.get("reason") not in get_args(Reason):
        fields["reason"] = None
    read = partial(incoming.validate, fields, ForStaff)
    _limit(read, key, danger)
    try:
        asked = read()
    except Refused as error:
        if wants_json():
            raise
        page = _form(fields | {"key": key}, _problems(fields, error))
        return make_response(page, error.status)
    if trapped:
        # A machine filled in the field that people do not see. Should it have been a person after
        # all, a plain refusal loses nothing; a false "sent" would.
        raise Refused(422, "Please leave the last field empty and send it again.")
    receipt = _submit(asked, key, danger)
    status_url, resources = _status_url(receipt), _help(danger)
    html = render_template(
        "handoff_sent.html", receipt=receipt, status_url=status_url, resources=resources
    )
    return make_response(html, 201, PRIVATE)


@blueprint.get("/handoff/<token>")
def status(token: str) -> Response:
    """How far a request is; its words only after the code from the confirmation."""
    return _status(services().store.handoffs.visit(token, None, services().now()), token, "")


@blueprint.post("/handoff/<token>")
def visit(token: str) -> Response:
    """Open with the code, add to, correct or delete a request."""
    incoming.same_site()
    wish = incoming.parse(incoming.read(), Visiting, incoming.FORM)
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


def _limit(read: Callable[[], ForStaff], key: str, danger: Danger) -> None:
    """Count this request, unless we have it and it is sent again for its acknowledgement."""
    with suppress(Refused):
        if services().store.handoffs.knows(_submission(read(), danger), key):
            return
    again = "This was not sent. Please wait {wait} minutes and send it again."
    incoming.limit("handoff", again, unit=60)


def _key() -> str:
    return str(secrets.randbits(128))  # letters by chance could look like danger to the check


def _help(danger: Danger) -> tuple[Resource, ...]:
    """Where help is to be had, for a message that speaks of danger."""
    if not danger.safety.gravity:
        return ()
    return services().library.assistant.resources(danger.categories)


def _submission(asked: ForStaff, danger: Danger) -> Submission:
    urgent = danger.safety in (Safety.EMERGENCY, Safety.URGENT)
    written, language = asked.model_dump(include=set(WRITTEN)), services().clinic.language
    return Submission(**written, language=language, reason=asked.reason or "", urgent=urgent)


def _submit(asked: ForStaff, key: str, danger: Danger) -> Receipt:
    here, sent = services(), _submission(asked, danger)
    return here.store.handoffs.submit(sent, key=key, now=here.now(), due_at=here.reply_expected())


def _form(fields: dict[str, Any], problems: dict[str, str] | None = None) -> str:
    due, key = services().reply_expected(), fields.get("key") or _key()
    return render_template(
        "handoff_form.html", fields=fields, problems=problems or {}, key=key, due=due
    )


def _problems(fields: dict[str, Any], error: Refused) -> dict[str, str]:
    """What to change in the form, by field: all of it at once."""
    found = {}
    if error.field:
        found[error.field] = error.detail.replace(f"{error.field}: ", "This ", 1)
    if not str(fields.get("question", "")).strip():
        found["question"] = "Write your question."
    if not fields.get("email") and not fields.get("phone"):
        found["email"] = "Give an e-mail address or a phone number, so that we can answer you."
    if not fields.get("consent"):
        found["consent"] = "Tick the box, so that we may keep your question and answer it."
    return found or {"question": error.detail}


def _status(visit: Visit, token: str, code: str) -> Response:
    passages, sentence = services().passages(), visitor_sees(visit.item)
    html = render_template(
        "handoff_status.html",
        visit=visit,
        token=token,
        code=code,
        sentence=sentence,
        passages=passages,
    )
    return make_response(html, 200, PRIVATE | {"X-Robots-Tag": "noindex, nofollow"})


def _status_url(receipt: Receipt) -> str:
    base = services().settings.public_url or request.host_url.rstrip("/")
    return base + url_for("handoffs.status", token=receipt.token)
