"""Warnings about the writing, each with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatbot.curation.lint import lint, numbers
from chatbot.errors import Level, Problem
from chatbot.knowledge.folder import read
from chatbot.knowledge.loading import load
from tests.conftest import KnowledgeFolder

HEAD = "---\ntitle: Rest\nstatus: draft\ntags: [driving]\nreferences: [{title: A}]\n---\n"
HARD = (
    "Notwithstanding considerable heterogeneity, randomised investigations demonstrating "
    "statistically significant improvements predominantly characterised methodologically "
    "heterogeneous populations, complicating interpretation considerably. "
) * 6


def found(folder: Path) -> tuple[Problem, ...]:
    files = read(folder)
    return lint(load(files).corpus, files)


def codes(folder: Path) -> list[tuple[str, int]]:
    return [(problem.code, problem.line) for problem in found(folder)]


def faq(*entries: tuple[str, str, str]) -> str:
    return "status: draft\nfaqs:\n" + "".join(
        f"  - id: {name}\n    question: {question}\n    answer: |\n      {answer}\n"
        for name, question, answer in entries
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Ketamine cures depression.", "unsafe-wording"),
        ("There is no cure for MS (multiple sclerosis).", None),
        ("It has no side effects.", "unsafe-wording"),
        ("No treatment is without side effects.", None),
        ("Relief is guaranteed.", "unsafe-wording"),
        ("Nobody can promise a guaranteed result.", None),
        ("His brother committed suicide.", "unsafe-wording"),
        ("His brother died by suicide.", None),
        ("After a failed suicide attempt she came to us.", "unsafe-wording"),
        ("She survived a suicide attempt.", None),
        ("Thoughts of suicide can come back. Call 988.", None),
        ("This is totally safe.", "unsafe-wording"),
        ("It is risk free.", "unsafe-wording"),
        ("It is a game changing medicine.", "unsafe-wording"),
        ("It is not addictive.", "unsafe-wording"),
        ("Quit the pills today.", "unsafe-wording"),
        ("We see a suicide epidemic.", "unsafe-wording"),
        ("Suicide can look like a way out.", "unsafe-wording"),
        ("He hung himself.", "unsafe-wording"),
        ("However, some people feel sick.", "leans-on-context"),
        ("Yes. You need somebody to take you home.", "leans-on-context"),
        ("People with high blood pressure: see above.", "leans-on-context"),
        ("Ask for the EEG first.", "abbreviation"),
        ("Ask for the EEG (a record of brain waves). An EEG takes an hour.", None),
        ("Call us in the USA.", None),
    ],
)
def test_a_sentence_is_warned_of_or_not(
    knowledge_folder: KnowledgeFolder, text: str, code: str | None
) -> None:
    folder = knowledge_folder({"faqs/f.yaml": faq(("a", "Why?", text))})
    assert codes(folder) == ([(code, 6)] if code else [])


def test_a_pronoun_may_open_an_answer_but_not_a_section(knowledge_folder: KnowledgeFolder) -> None:
    text = "It takes an hour."
    article = HEAD + "Words.\n\n## How long\n\n" + text + "\n"
    folder = knowledge_folder({"faqs/f.yaml": faq(("a", "Q?", text)), "articles/x.md": article})
    places = [(p.path, p.line) for p in found(folder) if p.code == "leans-on-context"]
    assert places == [("articles/x.md", 11)]


def test_every_warning_names_file_line_and_fix(knowledge_folder: KnowledgeFolder) -> None:
    article = HEAD + "Words.\n\n## One\n\nFirst.\n\nThe drip cures\nall. More.\n"
    (problem,) = found(knowledge_folder({"articles/x.md": article}))
    assert str(problem).startswith("articles/x.md:13: “cures”")
    assert problem.fix
    assert problem.level is Level.WARNING


def test_hard_texts_are_reported_in_english_only(knowledge_folder: KnowledgeFolder) -> None:
    files = {"articles/x.md": HEAD + HARD + "\n"}
    assert ("reading-age", 1) in codes(knowledge_folder(files))
    files["clinic.yaml"] = "name: X\nlanguage: de\n"
    assert ("reading-age", 1) not in codes(knowledge_folder(files))


def test_two_entries_for_the_same_question_are_named_together(
    knowledge_folder: KnowledgeFolder,
) -> None:
    text = faq(("a", "May I drink wine?", "Not now."), ("b", "Driving?", "Wait."))
    text += "    also_asked: [may i drink the wine]\n"
    (problem,) = found(knowledge_folder({"faqs/f.yaml": text}))
    assert (problem.code, problem.line) == ("same-question", 7)
    assert "a (faqs/f.yaml:3)" in problem.message


def test_the_same_text_twice_is_reported(knowledge_folder: KnowledgeFolder) -> None:
    text = faq(("a", "Wine?", "Please wait."), ("b", "Driving?", "Please wait."))
    assert [code for code, _ in codes(knowledge_folder({"faqs/f.yaml": text}))] == ["same-text"]


def test_medical_articles_need_references(knowledge_folder: KnowledgeFolder) -> None:
    bare = HEAD.replace("references: [{title: A}]\n", "")
    files = {
        "articles/x.md": bare + "The usual dose.\n",
        "articles/y.md": bare.replace("Rest", "Hours") + "We open.\n",
    }
    problems = found(knowledge_folder(files))
    assert [(p.code, p.path) for p in problems] == [("no-references", "articles/x.md")]


def test_retired_texts_are_left_alone(knowledge_folder: KnowledgeFolder) -> None:
    text = faq(("a", "Why?", "It cures.")).replace("draft", "retired")
    assert found(knowledge_folder({"faqs/f.yaml": text})) == ()


def test_numbers_of_a_topic_are_put_side_by_side(knowledge_folder: KnowledgeFolder) -> None:
    article = HEAD + "Do not drive before driving is safe again: 24 hours.\n\nNo 5 hours here.\n"
    text = faq(("a", "Q?", "No driving for 12 hours."), ("b", "R?", "Driving: wait 24 hours."))
    files = read(knowledge_folder({"articles/x.md": article, "faqs/f.yaml": text}))
    assert numbers(load(files).corpus, files) == {
        ("driving", "hours"): {
            "12": ("faqs/f.yaml:6",),
            "24": ("articles/x.md:7", "faqs/f.yaml:10"),
        }
    }


@pytest.mark.parametrize(("last", "warned"), [("2031-01-15", True), ("2030-12-31", False)])
def test_an_approval_for_longer_than_anybody_remembers_is_warned_of(
    knowledge_folder: KnowledgeFolder, last: str, warned: bool
) -> None:
    approval = f"approved_by: A\napproved_on: 2026-01-15\nreview_by: {last}\n"
    text = HEAD.replace("status: draft\n", f"status: approved\n{approval}") + "Rest for a day.\n"
    folder = knowledge_folder({"clinic.yaml": "name: X\n", "articles/x.md": text})
    assert ("long-approval" in [problem.code for problem in found(folder)]) is warned
