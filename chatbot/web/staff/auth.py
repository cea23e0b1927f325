"""Who may open the staff pages: sign-in, the session's cookie, and forms that only we can make."""

import hmac
import logging
import secrets
from typing import Annotated
from urllib.parse import urlsplit

from flask import Blueprint, Response, g, request
from pydantic import Field

from chatbot.errors import StorageUnavailable
from chatbot.handoff.model import Actor, Party
from chatbot.storage.staff import SHORTEST_PASSWORD
from chatbot.web import incoming
from chatbot.web.incoming import Body, Line, Text
from chatbot.web.services import services
from chatbot.web.staff.page import go, page

log = logging.getLogger(__name__)
blueprint = Blueprint("staff", __name__, url_prefix="/staff")  # of all pages for staff

SESSION, DEVICE = "staff", "staff-device"
DEVICE_KEPT = 180 * 24 * 3600  # seconds
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class SignIn(Body):
    """The body of a sign-in; `reference` is the hand-off that was wanted."""

    name: Line = ""
    password: Annotated[Text, Field(max_length=1_000)] = ""
    code: Line = ""
    reference: Annotated[str, Field(pattern=r"^[A-Z0-9-]{0,20}$")] = ""


@blueprint.before_request
def admit() -> Response | None:
    """None for who is signed in, else the page to show instead.

    Leaves `g.me` (who it is), `g.form` (what was sent) and `g.seal` (proof that a form is ours).
    Raises Refused for a form that another site sent.
    """
    if request.endpoint in ("staff.form", "staff.sign_in"):
        return None
    g.form, posted = {}, request.method == "POST"
    if posted:
        incoming.same_site()
        g.form = incoming.fields(incoming.read(), incoming.FORM)
    token = request.cookies.get(_cookie(SESSION), "")
    # A page that polls in a forgotten tab must not keep the session alive.
    touch = request.endpoint != "staff.counts"
    name = token and services().store.staff.session(token, services().now(), touch=touch)
    if not name:
        log.warning("refused without a session: %s %s", request.method, request.endpoint)
        return _ask(401)
    seal = _sign(f"form {token}")
    if posted and not _same(g.form.pop("seal", ""), seal):
        return page("not_done.html", 403, why="This page is from an earlier sign-in.")
    g.me, g.seal = Actor(Party.STAFF, name), seal
    return None


@blueprint.errorhandler(StorageUnavailable)
def unavailable(error: StorageUnavailable) -> Response:
    """What was typed, to be sent again when the database can be used."""
    log.error("storage: %s", error)
    g.pop("me", None)  # the frame of the page would ask the database again
    why = "The database cannot be used just now. Try again in a few minutes."
    return page("not_done.html", 503, why=why)


@blueprint.get("/sign-in")
def form() -> Response:
    return _ask(200)


@blueprint.post("/sign-in")
def sign_in() -> Response:
    """A new session, or the same refusal for whatever was wrong."""
    incoming.same_site()
    entry = incoming.parse(incoming.read(), SignIn, incoming.FORM)
    device = _known_device(entry.name)
    if not device:
        incoming.limit("sign_in", "Please wait {wait} minutes.", unit=60)
    staff, now = services().store.staff, services().now()
    token = staff.sign_in(entry.name, entry.password, entry.code, now, device)
    if token is None:
        return _ask(401, refused=True, reference=entry.reference)
    if before := request.cookies.get(_cookie(SESSION)):
        staff.sign_out(before, now)
    device = device or secrets.token_urlsafe(16)
    wanted = entry.reference
    response = go("staff.item", reference=wanted) if wanted else go("staff.inbox")
    _set(response, SESSION, token)
    proof = _sign(f"device {device} {entry.name.casefold()}")
    _set(response, DEVICE, f"{device}.{proof}", DEVICE_KEPT)
    return response


@blueprint.post("/sign-out")
def sign_out() -> Response:
    """End this session, or (`all`) every session of this member of staff."""
    token, everywhere = request.cookies[_cookie(SESSION)], bool(g.form.get("all"))
    services().store.staff.sign_out(token, services().now(), everywhere=everywhere)
    response = go("staff.form")
    _set(response, SESSION, "", 0)
    return response


@blueprint.route("/password", methods=["GET", "POST"])
def password() -> Response:
    """Staff change their own password by giving the present one."""
    if request.method != "POST":
        return page("password.html")
    incoming.limit("sign_in", "Please wait {wait} minutes.", unit=60)
    old, new = (g.form.get(name, "") for name in ("old", "new"))
    staff, token, now = services().store.staff, request.cookies[_cookie(SESSION)], services().now()
    short, differ = len(new) < SHORTEST_PASSWORD, g.form.get("again", new) != new
    done = not (short or differ) and staff.change_password(g.me.name, old, new, token, now)
    return page("password.html", 200 if done else 422, done=done, short=short, differ=differ)


def _ask(status: int, refused: bool = False, reference: str = "") -> Response:
    # A strict cookie does not come along from a link in a mail; from our own page it does.
    arrived = request.headers.get("Sec-Fetch-Site") == "cross-site" and request.method == "GET"
    again = request.path if arrived and "again" not in request.args else ""
    reference = reference or (request.view_args or {}).get("reference", "")
    unsafe = _in_the_clear() and not _at_home()
    return page(
        "sign_in.html", status, refused=refused, unsafe=unsafe, reference=reference, again=again
    )


def _in_the_clear() -> bool:
    """Whether this is, as far as can be told from here, no https."""
    return not request.is_secure and not services().settings.public_url.startswith("https://")


def _at_home() -> bool:
    """Whether the site is tried out on the machine it runs on, where cookies need no https."""
    return _in_the_clear() and urlsplit(f"//{request.host}").hostname in LOOPBACK


def _cookie(name: str) -> str:
    return name if _at_home() else f"__Host-{name}"


def _set(response: Response, name: str, value: str, seconds: int | None = None) -> None:
    response.set_cookie(
        _cookie(name), value, seconds, secure=not _at_home(), httponly=True, samesite="Strict"
    )


def _known_device(name: str) -> str:
    """The id of a browser in which `name` has signed in before, else "": guesses made elsewhere
    do not count against it, so nobody can be locked out of their own."""
    device, _, proof = request.cookies.get(_cookie(DEVICE), "").partition(".")
    return device if _same(proof, _sign(f"device {device} {name.casefold()}")) else ""


def _sign(what: str) -> str:
    return hmac.digest(services().secret, f"staff {what}".encode(), "sha256").hex()


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode(), right.encode())
