"""The frame of every staff page: who is signed in, what is waiting, and what needs mending."""

from typing import Any

from flask import Response, g, make_response, render_template, url_for

from chatbot.safety.resources import stale
from chatbot.storage.deliveries import channels
from chatbot.storage.inbox import Numbers
from chatbot.web.services import services


def page(template: str, status: int = 200, **values: Any) -> Response:
    """A page of templates/staff; who is not signed in sees nothing of the clinic's work.

    What was typed and could not be saved is shown again, to be copied.
    """
    if "me" in g:
        values |= {"me": g.me.name, "seal": g.seal, "warnings": _warnings(), "now": standing()}
    kept = g.get("form", {}).get("text", "") if status in (401, 403, 503) else ""
    html = render_template(f"staff/{template}", kept=kept, **values)
    return make_response(html, status)


def go(endpoint: str, **values: Any) -> Response:
    """On to another page, so that loading it anew repeats nothing."""
    return Response(status=303, headers={"Location": url_for(endpoint, **values)})


def standing(days: int = 1) -> Numbers:
    """How many hand-offs wait, and how it went in the last `days`."""
    here = services()
    return here.store.inbox.numbers(here.now(), here.clinic.time_zone, days)


def viewed(subject: str, event: str = "view") -> None:
    """Note in the audit trail that this member of staff saw or took something."""
    services().store.audit.record(event, subject, g.me, services().now())


def _warnings() -> dict[str, Any]:
    """What is wrong with the site; the templates say it in words."""
    here, assistant = services(), services().library.assistant
    return {
        "nobody_told": not channels(here.settings),
        "one_factor": not here.settings.staff_mfa,
        "dead": here.store.deliveries.dead(),
        "stale": stale(here.today(), assistant.extra, here.clinic.country),
    }
