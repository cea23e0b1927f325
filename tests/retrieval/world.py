"""Small corpora from literals."""

from __future__ import annotations

import hashlib
from datetime import date

from chatbot.knowledge.model import Clinic, Corpus, Document, Kind, Passage, Status
from chatbot.knowledge.plain import plain
from chatbot.knowledge.rendering import render


def passage(document: str, text: str, *headings: str) -> Passage:
    digest = hashlib.sha256(text.encode()).hexdigest()
    heading = headings[-1] if headings else None
    return Passage(
        f"{document}.{digest[:12]}", document, f"{document}.md", (0, len(text)), text, digest,
        plain(text), render(text), heading, heading, headings,
    )  # fmt: skip


def document(
    name: str, kind: Kind, title: str, passages: tuple[Passage, ...], *also: str
) -> Document:
    return Document(
        name, kind, f"{name}.md", 1, title, Status.APPROVED, passages, "0" * 12,
        "A", date(2026, 1, 1), date(2099, 1, 1), also_asked=also,
    )  # fmt: skip


def faq(name: str, question: str, answer: str, *also: str) -> Document:
    return document(name, Kind.FAQ, question, (passage(name, answer),), *also)


def article(name: str, title: str, **sections: str) -> Document:
    parts = tuple(passage(name, text, head.replace("_", " ")) for head, text in sections.items())
    return document(name, Kind.ARTICLE, title, parts)


def corpus(
    *documents: Document, language: str = "en", synonyms: tuple[tuple[str, ...], ...] = ()
) -> Corpus:
    return Corpus(Clinic("Test", language=language), documents, synonyms)


CLINIC = corpus(
    faq("length", "How long does an infusion take?", "Plan for about two hours.", "how much time"),
    faq("eating", "Can I eat before my infusion?", "Have nothing for four hours before it."),
    faq("driving", "Can I drive home afterwards?", "No. Somebody must take you home."),
    faq("cost", "What does a visit cost?", "Your insurer tells you what you pay."),
    faq(
        "sertraline",
        "Can I have ketamine if I take sertraline?",
        "Yes, most people keep taking it.",
    ),
    faq("nausea", "Will I feel sick?", "Some people have nausea for an hour or so."),
    article(
        "fatigue",
        "Ketamine and MS fatigue",
        What_the_trial_found="Fatigue was lower four weeks after one infusion.",
        What_is_not_known="Whether it lasts longer than that, nobody knows yet.",
    ),
)
