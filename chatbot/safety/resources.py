"""Who can help, by country, and what the reply says above them."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from chatbot.builtin import read_yaml
from chatbot.safety.model import Danger, Resource, Safety

KEEPS = timedelta(days=180)  # how long a resource counts as verified
_LINES = {
    "US": ("911", "988"), "CA": ("911", "988"), "GB": ("999", "116 123"), "AU": ("000", "13 11 14"),
}  # fmt: skip

# What is shown when the files cannot be read.
CORE_MESSAGE = {
    "en": "If you might be in danger, call {emergency} now. If you are thinking about ending your"
    " life or are in crisis, call {crisis} at any time.\n\nThis is an automatic page. Nobody is"
    " watching it. Please reach a person now. Help works, and it is there for you.",
    "es": "Si puede estar en peligro, llame al {emergency} ahora. Si piensa en quitarse la vida o"
    " está en crisis, llame al {crisis} a cualquier hora.\n\nEsta es una página automática. Nadie"
    " la vigila. Por favor, hable con una persona ahora. La ayuda funciona.",
}


def resources(
    country: str,
    categories: Sequence[str] = (),
    extra: Sequence[Resource] = (),
    language: str = "en",
) -> tuple[Resource, ...]:
    """Who can help in `country` with `categories`: emergency first, the clinic's `extra` last.

    Never empty: without a readable file it is the emergency number and the crisis line.
    """
    try:
        entries = read_yaml("safety/resources.yaml").get(country) or ()
        shown = [e for e in entries if _wanted(e.get("for"), categories)]
        found = tuple(_resource(entry, language) for entry in shown)
    except Exception:  # a broken file must not cost anybody the help they need
        found = ()
    return (found or _core(country)) + tuple(extra)


def message(danger: Danger, country: str) -> str:
    """The reply to `danger`: paragraphs parted by an empty line, what to do now first."""
    emergency, crisis = _LINES.get(country, _LINES["US"])
    try:
        wording = read_yaml("safety/wording.yaml")[danger.language]
        parts = _paragraphs(danger, wording, country)
    except Exception:  # as above
        parts = [CORE_MESSAGE.get(danger.language, CORE_MESSAGE["en"])]
    return "\n\n".join(parts).replace("{emergency}", emergency).replace("{crisis}", crisis)


def stale(today: date, extra: Iterable[Resource] = (), country: str = "US") -> tuple[Resource, ...]:
    """The resources last verified more than 180 days before `today`, or never."""
    try:
        everything = read_yaml("safety/resources.yaml").get(country) or ()
    except Exception:  # as above; what is shown then has no date to go stale
        everything = ()
    shown = [*(_resource(entry, "en") for entry in everything), *extra]
    return tuple(r for r in shown if r.verified_on is None or today - r.verified_on > KEEPS)


def _paragraphs(danger: Danger, wording: dict[str, Any], country: str) -> list[str]:
    if danger.safety is not Safety.EMERGENCY:
        special = wording.get(danger.safety.value + "_for", {})
        texts = [special[name] for name in danger.categories if name in special][:1]
        return texts or [wording[danger.safety.value]]
    advice: list[str] = []
    for name in danger.categories:
        text = wording["advice"].get(name)
        if text and text not in advice:
            advice.append(text)
    firsts = wording["first_for"]
    first = next((firsts[name] for name in danger.categories[:1] if name in firsts), None)
    helped = danger.helper and not set(danger.categories) & set(wording["no_helper"])
    helper = [wording["helper"]] if helped else []
    notes = [wording["notes"][n] for n in danger.categories if n in wording["notes"]]
    parts = [first or wording["first"], *advice[:2], *helper, *notes[:1], wording["unwatched"]]
    return [part.strip() for part in parts]


def _wanted(only: Sequence[str] | None, categories: Sequence[str]) -> bool:
    """Whether an entry is for one of `categories`; "unclear" and unknown ones get everything."""
    return only is None or any(name in only or name == "unclear" for name in categories)


def _resource(entry: dict[str, Any], language: str) -> Resource:
    label = entry.get(f"label_{language}") or entry["label"]
    fields = {key: entry.get(key) for key in ("call", "text", "url", "text_body", "verified_on")}
    return Resource(label, **fields)


def _core(country: str) -> tuple[Resource, ...]:
    emergency, crisis = _LINES.get(country, _LINES["US"])
    return (Resource(f"Emergency: {emergency}", emergency), Resource("Crisis line", crisis))
