"""What a message says of danger. Runs before everything else, on this machine, by rule.

It looks for what a message is about and never tries to tell how grave it is: whoever might be in
danger sees help first. A message is an emergency when a rule finds one in it that nothing in the
message takes back.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache, cached_property
from typing import Self

from chatbot.safety.model import Danger, Safety
from chatbot.safety.notation import Pattern
from chatbot.safety.opinion import Opinion
from chatbot.safety.opinion import builtin as opinion
from chatbot.safety.rules import Phrase, Rule, RuleBook, builtin, extended

UNCLEAR = "unclear"  # the category where only the score speaks: every resource is shown
JOINED = 2  # earlier questions that are read together with the present one
FEWEST = 2  # words that a message must have for the score alone to say anything
ENOUGH = 4  # words from which on the score has a say in what a plain rule found
DENIED = 4  # words that a "not" reaches over
UNSCORED = (0.0, 0.0, 0.0, 2.0, 2.0, 2.0)  # levels at which the score has no say
ANYTHING = frozenset[str]()  # the choice of a rule that needs no word in particular
_CAN = frozenset({"can", "could"})
_builtin = cache(builtin)
_ENDED = re.compile(r"[.!?\s]+$")


class Detector:
    """Assesses messages by a rule book. Building one takes a while; it never changes after."""

    def __init__(self, book: RuleBook, opinion: Opinion | None = None) -> None:
        self._book = book
        self._opinion = opinion
        certain = sorted(book.rules, key=lambda rule: (not rule.firm, rule.broad))
        often = Counter(choice for rule in certain for choice in rule.pattern.needs)
        # By the rarest of the choices of words that a rule needs, so that few need be looked at.
        self._rules: dict[frozenset[str], list[tuple[int, Rule]]] = {}
        for place, rule in enumerate(certain):
            rarest = min(rule.pattern.needs, key=often.__getitem__, default=ANYTHING)
            self._rules.setdefault(rarest, []).append((place, rule))

    @classmethod
    def builtin(cls, extra_phrases: Iterable[Phrase] = ()) -> Self:
        """With the built-in rules, which are compiled once, and the clinic's."""
        return cls(extended(_builtin(), extra_phrases), opinion())

    def assess(self, text: str, earlier: Sequence[str] = ()) -> Danger:
        """The danger in `text`, given the questions before it, oldest first.

        An emergency may be spread over the question and the last two before it; one that was in an
        earlier question alone leaves at least a concern.
        """
        now = self._look(text)
        if now.safety is Safety.EMERGENCY or not earlier:
            return now
        before = [self._look(question) for question in earlier]
        past = [danger for danger in before if danger.safety is Safety.EMERGENCY]
        if past:
            categories = tuple(dict.fromkeys((*now.categories, *past[-1].categories)))
            spoken = past[-1] if now.safety is Safety.NONE else now
            grave = max(now.safety, Safety.CONCERN, key=lambda safety: safety.gravity)
            return replace(spoken, safety=grave, categories=categories)
        parts = [_ENDED.sub("", part) for part in (*earlier[-JOINED:], text)]
        together = self._look(" ".join(parts))
        return together if together.safety is Safety.EMERGENCY else now

    def _look(self, text: str) -> Danger:
        message = _Message(self._book, self._opinion, text)
        found: dict[Rule, Safety] = {}
        settled: set[str] = set()  # one emergency is enough for a category
        present = message.reading.present
        near = [pair for choice in {ANYTHING, *present} for pair in self._rules.get(choice, ())]
        for _, rule in sorted(
            (place, rule) for place, rule in near if rule.pattern.needs <= present
        ):
            if rule.category in settled:
                continue
            ends = rule.pattern.ends(message.reading)
            tier = message.weigh(rule, ends) if ends else Safety.NONE
            if tier is not Safety.NONE:
                found[rule] = tier
            if tier is Safety.EMERGENCY:
                settled.add(rule.category)
        urgent = any(rule.tier is Safety.URGENT and not rule.clinic for rule in found)
        score = Safety.NONE if urgent else message.score()
        if score.gravity > max((tier.gravity for tier in found.values()), default=0):
            categories = tuple(dict.fromkeys(rule.category for rule in found)) or (UNCLEAR,)
            return Danger(score, categories, ("score",))
        if not found:
            return Danger(Safety.NONE)
        order = sorted(found, key=lambda rule: -found[rule].gravity)
        top = [rule for rule in order if found[rule] is found[order[0]]]
        return Danger(
            found[order[0]],
            tuple(dict.fromkeys(rule.category.partition(":")[0] for rule in order)),
            tuple(rule.name for rule in order),
            "en" if any(rule.language == "en" for rule in top) else top[0].language,
            any(pattern.ends(message.reading) for pattern in self._book.helper),
        )


class _Message:
    """One message while it is looked at: what takes matches back, and its score, once needed."""

    def __init__(self, book: RuleBook, opinion: Opinion | None, text: str) -> None:
        self.reading = book.reader.read(text)
        self._text = text
        self._book = book
        self._opinion = opinion
        self._levels = opinion.levels if opinion else UNSCORED
        self._taken: dict[tuple[str, str], int] = {}
        self._found = False  # whether a rule found anything
        self._excused = self._denied = False  # whether it was a saying; was taken back

    def weigh(self, rule: Rule, ends: int) -> Safety:
        """The tier that is left of a match after what stands around it."""
        self._found = True
        if rule.firm:
            return rule.tier
        ends &= ~self._taken_back("idioms", rule)
        if not ends:
            self._excused = True
            return Safety.NONE
        if rule.tier is not Safety.CONCERN:
            if rule.clinic or self._chance < self._levels[2 if self._speaks_of_now else 3]:
                ends &= ~self._taken_back("softened", rule)
                ends &= ~self._taken_back("softened_by_sentence", rule)
            if rule.clinic or self._chance < self._levels[3]:
                left = ends & ~self._taken_back("past", rule)
                self._denied |= left != ends
                ends = left
        if ends and self._negated:
            ends &= rule.pattern.ends(self.reading, self.reading.everywhere & ~self._negated)
        tier, taken = rule.tier, not ends
        if taken:
            self._denied = True
            tier = Safety.NONE if tier is Safety.URGENT else Safety.CONCERN
        if rule.clinic or not (rule.broad or self.reading.length >= ENOUGH):
            return tier
        sure, doubted, agreed, *_ = self._levels
        if self._chance >= agreed or not (self._chance < doubted or rule.broad or taken):
            return tier
        topic = rule.category in self._book.topics
        least = agreed if taken and not topic else doubted
        if not (taken or rule.broad or rule.tier is Safety.CONCERN):
            least = sure
        if self._chance < least and not (topic and (taken or not rule.broad)):
            return Safety.NONE
        return min(tier, Safety.CONCERN, key=lambda one: one.gravity)

    def score(self) -> Safety:
        """What the score makes of the message by itself, beside what was taken back in it."""
        *_, concern, emergency = self._levels
        if self.reading.length < FEWEST or self._chance < concern:
            return Safety.NONE
        if self._chance >= self._levels[3]:
            return Safety.EMERGENCY
        general = self._book.counters[""]
        asked = self._reach("softened_by_sentence", general.softened_by_sentence)
        if self._excused and self._chance < emergency:
            return Safety.NONE
        if self._excused or self._denied or self._reach("past", general.past):
            return Safety.CONCERN
        if self._chance < emergency or (asked and not self._speaks_of_now):
            return Safety.CONCERN
        return Safety.EMERGENCY

    @cached_property
    def _speaks_of_now(self) -> bool:
        return any(pattern.ends(self.reading) for pattern in self._book.present)

    @cached_property
    def _chance(self) -> float:
        if not self._opinion:
            return 1.0
        return self._opinion.chance(self._text, self.reading.rows, found=self._found)

    @cached_property
    def _negated(self) -> int:
        """The positions closely behind a "not" that is no "can not"."""
        text = self.reading
        here = (text.at(self._book.negators) & ~(text.at(_CAN) << 1)) << 1
        reached = here
        for _ in range(DENIED):
            here = (here & ~text.at(self._book.halts) & ~text.stops) << 1
            reached |= here
        return reached

    def _taken_back(self, kind: str, rule: Rule) -> int:
        found = 0
        for name in ("", rule.category):
            if counters := self._book.counters.get(name):
                found |= self._reach(kind, getattr(counters, kind), name)
        return found

    def _reach(self, kind: str, patterns: Iterable[Pattern], name: str = "") -> int:
        """The positions that `patterns` reach: what they cover, end at, or the whole sentence."""
        if (kind, name) not in self._taken:
            found = 0
            for pattern in patterns:
                whole = kind in ("idioms", "softened")
                found |= pattern.covers(self.reading) if whole else pattern.ends(self.reading)
            if kind in ("softened_by_sentence", "past"):
                found = self.reading.sentences(self.reading.closing(found))
            self._taken[kind, name] = found
        return self._taken[kind, name]


def assess_safely(detector: Detector, text: str, earlier: Sequence[str] = ()) -> Danger:
    """`detector.assess`, and an emergency if that fails for whatever reason."""
    try:
        return detector.assess(text, earlier)
    except Exception:  # an error in here must not cost anybody the help they need
        return Danger(Safety.EMERGENCY, matched=("the check failed",))
