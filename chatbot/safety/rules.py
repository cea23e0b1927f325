"""The rules as data: loaded from `builtin/safety/`, with a core in Python should that fail."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from chatbot.builtin import FOLDER, read_lines, read_yaml
from chatbot.safety.model import Safety
from chatbot.safety.normalising import Reader
from chatbot.safety.notation import Compiler, Pattern

Phrase = tuple[str, str, str, str | None]  # a clinic's: category, tier, match, counter
RULES = "safety/rules"
TIERS: dict[str, Safety] = {"firm": Safety.EMERGENCY} | {s.value: s for s in Safety if s.gravity}

# What is looked for when the files cannot be read: few words, whole and certain.
CORE: dict[str, Any] = {
    "suicide": {"en": {"emergency": [
        "kill myself|kms", "want|wanna|wanted to? die", "suicid*", "end my life", "better off dead",
    ]}, "es": {"emergency": ["matarme", "quiero morir", "suicid*", "quitarme la vida"]}},
    "overdose": {"en": {"emergency": ["overdos*", "took too many", "poison*", "took all .. pills"]},
                 "es": {"emergency": ["sobredosis", "muchas pastillas", "envenen*"]}},
    "self-harm": {"en": {"emergency": ["cutting|cut|hurt|hurting myself", "self harm*"]}},
    "chest-breathing-collapse-seizure": {"en": {"emergency": [
        "chest pain", "can not breathe", "not breathing", "will not wake", "seizure",
    ]}, "es": {"emergency": ["no puedo|puede respirar", "dolor .. pecho", "no despierta"]}},
    "violence-at-home": {"en": {"emergency": ["hits|hit|hitting|beats|raped|choked me"]}},
    "harm-to-others": {"en": {"emergency": ["kill him|her|them|someone|everyone"]}},
    "stroke": {"en": {"emergency": ["face .. drooping", "slurred speech", "stroke"]}},
}  # fmt: skip
CORE_WORDS = {"expansions": {
    "can't": "can not", "cant": "can not", "cannot": "can not", "won't": "will not",
    "wont": "will not", "wanna": "want to", "isn't": "is not", "i'm": "i am",
}}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One phrase to look for.

    A `firm` one is never taken back by what stands around it. A `broad` one leaves room for other
    words, can come about by chance, and counts in full only where the score agrees. The score has
    no say on a phrase of the `clinic`.
    """

    category: str
    tier: Safety
    language: str
    pattern: Pattern
    firm: bool = False
    broad: bool = False
    clinic: bool = False

    @property
    def name(self) -> str:
        """What identifies the rule in explanations."""
        return f"{self.category}: {self.pattern.source}"


@dataclass(frozen=True, slots=True)
class Counters:
    """What takes a match back, for one category or ("") for all of them.

    `idioms` cancel the match they overlap and `softened` make it a concern; `softened_by_sentence`
    does so from anywhere in the same sentence, and so does `past`, which says that it is over.
    """

    idioms: tuple[Pattern, ...] = ()
    softened: tuple[Pattern, ...] = ()
    softened_by_sentence: tuple[Pattern, ...] = ()
    past: tuple[Pattern, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Everything the detector goes by.

    `helper` finds a message about somebody else. A match that begins close behind one of `negators`
    with none of `halts` between is denied: it becomes a concern. `topics` are categories whose mere
    mention gets help, however harmless the score finds the message. `present` tells that somebody
    speaks of now: then a question or a date takes less back.
    """

    reader: Reader
    compiler: Compiler
    rules: tuple[Rule, ...]
    counters: Mapping[str, Counters]
    helper: tuple[Pattern, ...] = ()
    negators: frozenset[str] = frozenset({"not", "never", "no"})
    halts: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    present: tuple[Pattern, ...] = ()


def builtin() -> RuleBook:
    """The built-in rules, compiled anew; the core above, never none, if their files are broken."""
    try:
        words = {**read_yaml("safety/words.yaml"), "unmistaken": read_lines("safety/everyday.txt")}
        files = sorted((FOLDER / RULES).glob("*.yaml"))
        categories = {path.stem: read_yaml(f"{RULES}/{path.name}") for path in files}
        return _book(words, categories)
    except Exception:  # a broken file must not cost anybody the help they need
        return _book(CORE_WORDS, CORE)


def extended(book: RuleBook, extra: Iterable[Phrase]) -> RuleBook:
    """`book` with the clinic's phrases, of which unusable ones are dropped."""
    rules: list[Rule] = []
    counters: dict[str, Counters] = {}
    for category, tier, match, counter in extra:
        # A counter takes back this phrase alone, never a built-in one.
        key = f"{category}:{match}" if counter else category
        with suppress(ValueError, KeyError):
            rule = Rule(key, TIERS[tier], "en", book.compiler.compile(match), clinic=True)
            if counter:
                # One that holds the phrase takes back that place, another the whole sentence.
                holds = rule.pattern.ends(book.reader.knowing([rule.pattern]).read(counter))
                kind = "softened" if holds else "softened_by_sentence"
                counters[key] = Counters(**{kind: (book.compiler.compile(counter),)})
            rules.append(rule)
    if not rules:
        return book
    reader = book.reader.knowing(_patterns(rules, counters))
    counters = {**book.counters, **counters}
    return replace(book, reader=reader, rules=(*book.rules, *rules), counters=counters)


def _book(words: Mapping[str, Any], categories: Mapping[str, Any]) -> RuleBook:
    expansions, symbols = words.get("expansions", {}), words.get("symbols", {})
    everyday = (*words.get("everyday", "").split(), *words.get("unmistaken", ()))
    fillers, common = words.get("fillers", "").split(), words.get("common", "").split()
    reader = Reader(expansions, fillers, everyday, symbols, common)
    compiler = Compiler(reader.words, words.get("sets", {}))

    def patterns(sources: Iterable[str] | None) -> tuple[Pattern, ...]:
        usable = []
        for source in sources or ():
            # One line with a mistake in it, which the tests would name, takes no other with it.
            with suppress(ValueError):
                usable.append(compiler.compile(source))
        return tuple(usable)

    rules, counters = [], {"": _counters([words.get("counters", {})], patterns)}
    for category, languages in categories.items():
        blocks = [(code, block) for code, block in languages.items() if isinstance(block, dict)]
        for language, block in blocks:
            for key, tier in TIERS.items():
                for pattern in patterns(block.get(key)):
                    firm = key == "firm"
                    rules.append(Rule(category, tier, language, pattern, firm, pattern.broad))
        counters[category] = _counters([block for _, block in blocks], patterns)
    if not rules:
        raise ValueError("there are no rules")
    helper, present = patterns(words.get("helper")), patterns(words.get("present"))
    negators = frozenset(words.get("negators", "not never no").split())
    halts = frozenset(words.get("halts", "i but").split())
    known = [*_patterns(rules, counters), *helper, *present]
    reader = reader.knowing(known, [*negators, *halts])
    topics = frozenset(words.get("topics", "").split())
    return RuleBook(
        reader, compiler, tuple(rules), counters, helper, negators, halts, topics, present
    )


def _counters(blocks: Iterable[Mapping[str, Any]], patterns: Any) -> Counters:
    kinds = Counters.__dataclass_fields__
    return Counters(*(patterns([s for b in blocks for s in b.get(kind) or ()]) for kind in kinds))


def _patterns(rules: Iterable[Rule], counters: Mapping[str, Counters]) -> list[Pattern]:
    kinds = Counters.__dataclass_fields__
    return [
        *(rule.pattern for rule in rules),
        *chain(*(getattr(counter, kind) for counter in counters.values() for kind in kinds)),
    ]
