"""The path of a question as a whole: one promise a test."""

from __future__ import annotations

import gc
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.answering.assistant import Assistant
from chatbot.answering.model import Outcome
from chatbot.knowledge.folder import Files
from chatbot.knowledge.loading import load
from tests.knowledge.world import APPROVED
from tests.web.conftest import FOLDER

TODAY = date(2026, 6, 1)
LENGTH = "how long does an infusion take?"


def assistant(extra: dict[str, str] | None = None) -> Assistant:
    files = FOLDER | (extra or {})
    return Assistant(load(Files({p: t.encode() for p, t in files.items()})).corpus)


@pytest.fixture(scope="module")
def small() -> Assistant:
    return assistant()


SAID = """how long does an infusion take park car eat before my visit study fatigue ketamine ms
    people hours two can i what is the 40 minutes staff help morgen 😀 <b> \u202e"""
WORDS = st.sampled_from(SAID.split())


@given(st.lists(WORDS, min_size=1, max_size=14).map(" ".join))
@settings(max_examples=150, deadline=None)
def test_a_reply_quotes_live_text_word_for_word_or_shows_no_source(
    small: Assistant, question: str
) -> None:
    reply = small.reply(question, today=TODAY)
    live = small.edition(TODAY, frozenset()).live
    assert reply.disclaimer
    assert len(reply.quotations) == len(reply.citations) <= 2
    for quotation in reply.quotations:
        passage = quotation.passage
        assert passage in live[passage.document].passages
        assert passage.source in FOLDER[passage.file] or passage.file.startswith("faqs/")
    if reply.outcome is not Outcome.ANSWERED:
        assert reply.quotations == ()
    assert bool(reply.options) is (reply.outcome is Outcome.CHOOSE)
    assert {o.document for o in reply.options} <= live.keys()


ENTRY = """\
  - id: entry-{n}
    question: {title}
    also_asked: [{also}]
    answer: Text number {n}.
"""
ASKED = [
    ("How long does a visit take?", "how much time should i plan, how long am i there for"),
    ("Can I eat before I come?", "is breakfast all right"),
    ("Where do I leave my car?", "is there parking"),
    ("May my sister sit with me?", "can someone come along"),
    ("What should I wear?", "which clothes are best"),
    ("Will it be noisy?", "is it quiet in the room"),
]


@pytest.mark.parametrize("count", range(1, len(ASKED) + 1))
def test_an_approved_wording_is_answered_by_its_entry_however_small_the_folder(count: int) -> None:
    entries = "".join(
        ENTRY.format(n=n, title=title, also=also) for n, (title, also) in enumerate(ASKED[:count])
    )
    files = {"clinic.yaml": "name: X\n", "faqs/f.yaml": APPROVED + "faqs:\n" + entries}
    tiny = Assistant(load(Files({p: t.encode() for p, t in files.items()})).corpus)
    for number, (title, also) in enumerate(ASKED[:count]):
        for wording in (title, *also.split(", ")):
            reply = tiny.reply(wording.upper().rstrip("?"), today=TODAY)
            assert [q.passage.document for q in reply.quotations] == [f"entry-{number}"], wording
    near = tiny.reply("how long is a visit", today=TODAY)
    assert [q.passage.document for q in near.quotations] == ["entry-0"]
    assert tiny.reply("what is the capital of France", today=TODAY).outcome is Outcome.HANDOFF


def test_in_a_folder_of_one_entry_its_neighbours_questions_are_not_answered() -> None:
    entry = ENTRY.format(n=0, title=ASKED[0][0], also=ASKED[0][1])
    files = {"clinic.yaml": "name: X\n", "faqs/f.yaml": APPROVED + "faqs:\n" + entry}
    tiny = Assistant(load(Files({p: t.encode() for p, t in files.items()})).corpus)
    assert tiny.reply("how long is a visit", today=TODAY).outcome is Outcome.ANSWERED
    for question in ("what does a visit cost", "can i move my visit", "where are you"):
        assert tiny.reply(question, today=TODAY).outcome is Outcome.HANDOFF


def test_approval_ends_at_midnight_without_a_restart(small: Assistant) -> None:
    assert small.reply(LENGTH, today=date(2027, 1, 15)).outcome is Outcome.ANSWERED
    assert small.reply(LENGTH, today=date(2027, 1, 16)).outcome is Outcome.HANDOFF
    assert small.reply(LENGTH, today=date(2026, 1, 14)).outcome is Outcome.HANDOFF


def test_what_is_withdrawn_is_neither_quoted_nor_confirmed_by_its_id(small: Assistant) -> None:
    gone = frozenset({"infusion-length"})
    first = small.reply(LENGTH, today=TODAY).quotations[0].passage.id
    for chosen in (None, first):
        reply = small.reply(LENGTH, today=TODAY, withdrawn=gone, passage=chosen)
        assert reply.outcome is Outcome.HANDOFF
        assert reply.quotations == ()


def test_the_version_changes_with_what_may_be_quoted(small: Assistant) -> None:
    version = small.edition(TODAY, frozenset()).version
    assert small.edition(TODAY, frozenset({"infusion-length"})).version != version
    assert assistant().edition(TODAY, frozenset()).version == version
    assert assistant({"synonyms.yaml": "- [a, b]\n"}).edition(TODAY, frozenset()).version != version


def test_a_question_left_to_the_staff_gets_no_options() -> None:
    def unsure(files: dict[str, str]) -> Assistant:
        made = assistant(files)
        gate = replace(made.gate, answer_at=0.9999, option_at=0.001, about_at=0.0)
        return Assistant(made.corpus, gate=gate)

    asked = "how long before a visit can i eat"
    assert unsure({}).reply(asked, today=TODAY).outcome is Outcome.CHOOSE
    left = unsure({"questions.yaml": f"- {{ask: {asked}, expect: handoff}}\n"})
    reply = left.reply("How long before the visit can I eat?", today=TODAY)
    assert (reply.outcome, reply.options) == (Outcome.HANDOFF, ())


def test_what_was_looked_for_is_shown_as_it_was_written(small: Assistant) -> None:
    reply = small.reply("which restarant feeds a llama?", today=TODAY)
    assert reply.outcome is Outcome.HANDOFF
    assert any("restaurant" in step for step in reply.steps)
    assert set(reply.looked_for) == {"restarant", "feeds", "llama"}


def test_the_key_sentence_lies_within_the_passage(small: Assistant) -> None:
    [quotation] = small.reply(LENGTH, today=TODAY).quotations
    assert quotation.key_sentence
    start, end = quotation.key_sentence
    assert "infusion" in quotation.passage.text[start:end]


@pytest.mark.parametrize(
    ("question", "safety"),
    [("does ketamine help with suicidal thoughts?", "concern"), (LENGTH, "none")],
)
def test_resources_stand_above_a_reply_that_touches_danger(
    small: Assistant, question: str, safety: str
) -> None:
    reply = small.reply(question, today=TODAY)
    assert reply.safety.value == safety
    assert bool(reply.resources) is (safety != "none")


@pytest.mark.parametrize("question", ["how long does {} take?", "is {} good for suicidal thoughts"])
def test_nothing_that_a_visitor_wrote_stays_in_memory(small: Assistant, question: str) -> None:
    marker = " ".join(["zebra", "marmalade"])
    small.reply(question.format(marker), today=TODAY, context=[f"what is {marker}"])
    gc.collect()
    texts = [x for one in gc.get_objects() for x in gc.get_referents(one) if type(x) is str]
    assert [text for text in texts if marker in text.lower() and text != marker] == []
