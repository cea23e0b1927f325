"""The queue, searching in it, the counts for polling, and the numbers."""

from flask import Response, g, jsonify, request

from chatbot.handoff.model import State
from chatbot.web.services import services
from chatbot.web.staff.auth import blueprint
from chatbot.web.staff.page import page, standing, viewed

MOST, DAYS = 100, 30
SHOWN = {
    "open": (State.WAITING, State.CLAIMED), "mine": (State.CLAIMED, State.ANSWERED),
    "waiting": (State.WAITING,), "answered": (State.ANSWERED,), "closed": (State.CLOSED,),
    "all": (),
}  # fmt: skip


@blueprint.get("/")
def inbox() -> Response:
    """The queue: urgent and overdue first."""
    name = request.args.get("show", "open")
    return _list(name if name in SHOWN else "open", "")


@blueprint.post("/")
def search() -> Response:
    """The hand-offs that hold the words; sent by POST, so that they are in no address or log."""
    return _list("all", g.form.get("search", "").replace("\0", " ")[:200])


def _list(name: str, words: str) -> Response:
    mine = g.me.name if name == "mine" else ""
    items = services().store.inbox.items(SHOWN[name], words, mine, MOST)
    viewed("inbox", "search" if words else "view")
    return page("inbox.html", name=name, words=words, items=items, shown=SHOWN, most=MOST)


@blueprint.get("/counts")
def counts() -> Response:
    """How much waits, for a page that is left open."""
    now = standing()
    dead = len(services().store.deliveries.dead())
    return jsonify(waiting=now.waiting, claimed=now.claimed, overdue=now.overdue, dead=dead)


@blueprint.get("/numbers")
def numbers() -> Response:
    """The last thirty days: per day, by reason, time to reply."""
    viewed("numbers")
    return page("numbers.html", numbers=standing(DAYS), days=DAYS)
