"""The inbox: the queue and its numbers, and one hand-off to read, answer, pass on, close, erase."""

from typing import Annotated, Any, Literal

from flask import Response, g, jsonify, request
from pydantic import Field

from chatbot.errors import HandoffConflict, TransitionRefused
from chatbot.handoff.model import Event, State
from chatbot.handoff.states import allowed, visitor_sees
from chatbot.knowledge.model import Document, Passage
from chatbot.storage.inbox import Thread
from chatbot.web import incoming
from chatbot.web.incoming import Body, Line, Text
from chatbot.web.services import services
from chatbot.web.staff.auth import blueprint
from chatbot.web.staff.page import go, page, standing, viewed

MOST, DAYS = 100, 30
SHOWN = {
    "open": (State.WAITING, State.CLAIMED),
    "mine": (State.CLAIMED, State.ANSWERED),
    "waiting": (State.WAITING,),
    "answered": (State.ANSWERED,),
    "closed": (State.CLOSED,),
    "all": (),
}
SUGGESTED = 3  # passages shown beside the answer
TICKED = "passage:"  # begins the name of a ticked passage's field
Words = Annotated[Text, Field(max_length=20_000)]
EventName = Literal["claim", "release", "reply", "note", "close", "reopen", "erase"]
Live = dict[str, tuple[Document, Passage]]


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
    now, dead = standing(), len(services().store.deliveries.dead())
    return jsonify(waiting=now.waiting, claimed=now.claimed, overdue=now.overdue, dead=dead)


@blueprint.get("/numbers")
def numbers() -> Response:
    """The last thirty days: per day, by reason, time to reply."""
    viewed("numbers")
    return page("numbers.html", numbers=standing(DAYS), days=DAYS)


class Wish(Body):
    """What a member of staff does on the page of a hand-off; `version` is the one they saw.

    `text` and the ticked `passages` are an answer or a note, `find` what passages are looked for.
    """

    action: Literal[EventName, "find", "export", "send_again"] = "find"
    version: Annotated[str, Field(pattern=r"^[0-9]{1,9}$")] = "0"
    text: Words = ""
    passages: tuple[str, ...] = ()
    find: Line = ""
    delivery: Line = ""
    confirm: Line = ""


@blueprint.get("/handoffs/<reference>")
def item(reference: str) -> Response:
    """The question, what was said, who was told, and what can be done now."""
    return _show(reference)


@blueprint.post("/handoffs/<reference>")
def act(reference: str) -> Response:
    """Do one thing; whatever stands in the way, what was typed is still there afterwards."""
    fields = {name: value for name, value in g.form.items() if not name.startswith(TICKED)}
    ticked = tuple(name.removeprefix(TICKED) for name in g.form if name.startswith(TICKED))
    wish = incoming.validate(fields | {"passages": ticked}, Wish)
    if wish.action == "export":
        everything = services().store.inbox.export(reference)
        viewed(reference, "export")
        response = jsonify(everything)
        response.headers["Content-Disposition"] = f'attachment; filename="{reference}.json"'
        return response
    try:
        if wish.action == "send_again":
            _send_again(reference, wish.delivery)
        elif wish.action != "find":
            _apply(reference, wish)
    except HandoffConflict:
        return _show(reference, wish, seen=int(wish.version))
    except TransitionRefused as error:
        return _show(reference, wish, problem=str(error))
    if wish.action == "find" or (wish.action == "claim" and (wish.text or wish.passages)):
        return _show(reference, wish)  # what is being written goes on
    return go("staff.item", reference=reference)


def _apply(reference: str, wish: Wish) -> None:
    event, here = Event(wish.action), services()
    said: dict[str, Any] = {"text": wish.text} if event in (Event.REPLY, Event.NOTE) else {}
    if event is Event.REPLY:
        said["passages"] = wish.passages
        if not services().passages().keys() >= set(wish.passages):
            again = "A passage you ticked is no longer approved. Please choose again."
            raise TransitionRefused(again)
    if event is Event.ERASE and not wish.confirm:
        raise TransitionRefused("Tick the box first: erasing cannot be undone.")
    version, due = int(wish.version), here.reply_expected()
    here.store.handoffs.apply(reference, version, event, g.me, here.now(), due_at=due, **said)


def _send_again(reference: str, delivery: str) -> None:
    deliveries = services().store.deliveries
    if delivery not in {d.id for d in deliveries.of(reference) if d.state == "dead"}:
        raise TransitionRefused("This notice is already being sent again.")
    deliveries.send_again(delivery, services().now())
    viewed(reference, "send_again")


def _show(
    reference: str, wish: Wish | None = None, *, problem: str = "", seen: int | None = None
) -> Response:
    """The page of a hand-off: 409 for a problem, or when it has changed since `seen`."""
    status = 409 if problem or seen is not None else 200
    thread, live = services().store.inbox.thread(reference), services().passages()
    viewed(reference)
    wish = wish or Wish(find=" ".join(thread.item.question.split())[:200])
    return page(
        "item.html",
        status,
        item=thread.item,
        thread=thread,
        wish=wish,
        problem=problem,
        # What others did since the page was opened, when that is why nothing was changed.
        changed=[r for r in thread.history if seen is not None and r.version > seen],
        can=allowed(thread.item, g.me),
        visitor_sees=visitor_sees(thread.item),
        passages=live,
        found=_found(wish, live),
        answers=answers(thread),
    )


def answers(thread: Thread) -> list[str]:
    """What staff wrote to the visitor in their own words, oldest first."""
    return [m.text for m in thread.messages if m.event is Event.REPLY and m.text]


def _found(wish: Wish, live: Live) -> list[tuple[Document, Passage]]:
    """The ticked passages, then those that fit what was searched for; live ones only."""
    retriever = services().library.assistant.retriever
    ranked = [hit.passage.id for hit in retriever.search(retriever.query(wish.find)).hits]
    fitting = [name for name in ranked if name in live and name not in wish.passages]
    return [live[name] for name in (*wish.passages, *fitting[:SUGGESTED]) if name in live]
