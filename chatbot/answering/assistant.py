"""The path of a question, in order: crisis, closed, small talk, search, decide, quote, reply."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property, lru_cache, partial
from typing import Any, Self

from chatbot.answering import smalltalk
from chatbot.answering.calibration import calibrate
from chatbot.answering.confidence import Gate
from chatbot.answering.details import Details
from chatbot.answering.edition import Edition, publish
from chatbot.answering.highlight import key_sentence
from chatbot.answering.model import Outcome, Reason, Reply
from chatbot.answering.policy import Decision, decide
from chatbot.answering.quote import option, quotations
from chatbot.answering.wording import disclaimer, wording
from chatbot.knowledge.model import Corpus, Passage
from chatbot.retrieval.model import Query, Ranking
from chatbot.retrieval.retriever import Retriever
from chatbot.safety.detector import Detector, assess_safely
from chatbot.safety.model import Danger, Resource, Safety
from chatbot.safety.personal import is_personal
from chatbot.safety.resources import message, resources

EARLIER_QUESTIONS = 3
RANKED = 10
FOR_STAFF = "The clinic's questions.yaml leaves this question to the staff, so nothing is offered."


class Assistant:
    """Answers questions from one corpus. Pure: the day and the withdrawn documents are arguments.

    `public_url` begins the links to our own pages; `closed` overrules the folder, for a folder
    that could not be loaded. Crisis help is ready at once; `prepare` builds the index, which is the
    slow part, and else the first question does.
    """

    def __init__(
        self,
        corpus: Corpus,
        *,
        semantics: bool = True,
        public_url: str = "",
        closed: bool = False,
        gate: Gate | None = None,
    ) -> None:
        self.corpus = corpus
        self._semantics, self._gate = semantics, gate
        self.detector = Detector.builtin(
            tuple((p.category, p.tier, p.match, p.counter) for p in corpus.phrases)
        )
        self.disclaimer = disclaimer(corpus.clinic)
        self.wording = wording(corpus.clinic)
        self.unfit = closed
        self.closed = closed or corpus.clinic.closed is not None
        self._public_url = public_url
        self._passages = {passage.id: passage for passage in corpus.passages}
        self.extra = tuple(
            Resource(r.label, r.call, r.text, r.url, None, r.verified_on) for r in corpus.resources
        )
        self.edition = lru_cache(maxsize=8)(partial(publish, corpus, self.wording, self.disclaimer))

    @cached_property
    def retriever(self) -> Retriever:
        """The index of the corpus."""
        return Retriever(self.corpus, semantics=self._semantics)

    @cached_property
    def gate(self) -> Gate:
        """What decides whether a passage is good enough, calibrated on the corpus."""
        if self._gate:  # of another state of the folder: its thresholds hold, its details do not
            return replace(self._gate, details=Details(self.retriever))
        return calibrate(self.retriever)

    @cached_property
    def _for_staff(self) -> set[frozenset[str]]:
        return {
            frozenset(self.retriever.query(expectation.ask).content)
            for expectation in self.corpus.expectations
            if expectation.expect == Outcome.HANDOFF
        }

    def prepare(self) -> Self:
        """Build all that answering needs, so that no visitor waits for it."""
        if not self.closed:
            _ = self.gate, self._for_staff  # their first use builds them
        return self

    def danger(self, question: str, context: Sequence[str] = ()) -> Danger:
        """What the crisis check says; an error inside it counts as an emergency."""
        return assess_safely(self.detector, question, tuple(context[-EARLIER_QUESTIONS:]))

    def resources(
        self, categories: Sequence[str] = (), language: str = "en"
    ) -> tuple[Resource, ...]:
        """Where help is to be had in the clinic's country, for every page and error."""
        return resources(self.corpus.clinic.country, tuple(categories), self.extra, language)

    def reply(
        self,
        question: str,
        *,
        today: date,
        context: Sequence[str] = (),
        passage: str | None = None,
        withdrawn: frozenset[str] = frozenset(),
        danger: Danger | None = None,
    ) -> Reply:
        """The reply to one question; `context` holds the earlier ones, oldest first."""
        earlier = tuple(context[-EARLIER_QUESTIONS:])
        danger = danger or self.danger(question, earlier)
        edition = self.edition(today, withdrawn)
        if danger.safety is Safety.EMERGENCY:
            return self.crisis(danger, edition.version)
        if self.closed:
            reply = self._say(edition, Outcome.CLOSED, "closed")
        elif spoken := smalltalk.kind(question):
            reply = self._talk(edition, spoken)
        else:
            reply = self._answer(edition, question, earlier, passage)
        return self._with_care(reply, question, danger)

    def crisis(self, danger: Danger, version: str = "") -> Reply:
        """Help and nothing else."""
        said = message(danger, self.corpus.clinic.country)
        return Reply(Outcome.CRISIS, said, self.disclaimer, version, **self._help(danger))

    def _help(self, danger: Danger) -> dict[str, Any]:
        """What a reply holds of the danger in a question."""
        shown = self.resources(danger.categories, danger.language) if danger.safety.gravity else ()
        stated = {"safety": danger.safety, "categories": danger.categories}
        return {**stated, "language": danger.language, "resources": shown}

    def _answer(
        self, edition: Edition, question: str, earlier: tuple[str, ...], chosen: str | None
    ) -> Reply:
        query = self.retriever.query(question, earlier)
        if not query.terms:
            more = {"suggestions": edition.suggestions, "steps": query.steps}
            reason = Reason.NOT_UNDERSTOOD
            return self._say(edition, Outcome.HANDOFF, reason.value, reason=reason, **more)
        picked = self._passages.get(chosen or "")
        if picked and edition.holds(picked):
            return self._quote(edition, query, (picked,), "chosen")
        ranking = self.retriever.search(query, limit=RANKED)
        judgement = self.gate.judge(ranking)
        decision = decide(ranking, judgement, edition.holds)
        if decision.outcome is Outcome.CHOOSE and frozenset(query.content) in self._for_staff:
            decision = Decision(Outcome.HANDOFF, Reason.LOW_CONFIDENCE, (), (FOR_STAFF,))
        steps = (*query.steps, *judgement.steps, *decision.steps)
        confidence = round(judgement.confidences[0], 3) if judgement.confidences else 0.0
        reply = self._carry_out(edition, decision, ranking)
        return replace(reply, confidence=confidence, steps=steps)

    def _carry_out(self, edition: Edition, decision: Decision, ranking: Ranking) -> Reply:
        query, words = ranking.query, ranking.query.written
        passages = tuple(hit.passage for hit in decision.hits)
        if decision.outcome is Outcome.ANSWERED:
            key = "answered" if len(passages) == 1 else "answered_two"
            return self._quote(edition, query, passages, key)
        if decision.outcome is Outcome.CHOOSE:
            options = tuple(option(edition.live[p.document], p) for p in passages)
            return self._say(edition, Outcome.CHOOSE, "choose", looked_for=words, options=options)
        reason = decision.reason or Reason.NOTHING_FOUND
        return self._say(edition, Outcome.HANDOFF, reason.value, reason=reason, looked_for=words)

    def _quote(
        self, edition: Edition, query: Query, passages: tuple[Passage, ...], key: str
    ) -> Reply:
        marks = [key_sentence(passage, query, self.retriever) for passage in passages]
        quoted, cited = quotations(passages, marks, edition.live, self._public_url)
        return self._say(edition, Outcome.ANSWERED, key, quotations=quoted, citations=cited)

    def _talk(self, edition: Edition, spoken: str) -> Reply:
        if spoken == "person":
            return self._say(edition, Outcome.HANDOFF, "person")
        return self._say(edition, Outcome.GREETING, spoken, suggestions=edition.suggestions)

    def _say(self, edition: Edition, outcome: Outcome, key: str, **more: Any) -> Reply:
        """A reply in the wording under that key; `more` are its other fields."""
        return Reply(outcome, self.wording[key], self.disclaimer, edition.version, **more)

    def _with_care(self, reply: Reply, question: str, danger: Danger) -> Reply:
        """Put resources above any reply that touches danger, and hand-off above personal advice."""
        parts = [reply.message]
        personal = is_personal(question)
        if personal:
            parts = [self.wording["personal"]]
            parts += [self.wording["personal_passage"]] if reply.quotations else []
        if danger.safety is not Safety.NONE:
            parts.insert(0, message(danger, self.corpus.clinic.country))
        said = "\n\n".join(parts)
        return replace(reply, message=said, personal=personal, **self._help(danger))
