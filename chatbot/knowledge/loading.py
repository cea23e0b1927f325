"""From files to a corpus, with everything that is wrong, all at once. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from chatbot.errors import Problem, errors
from chatbot.knowledge import clinic
from chatbot.knowledge.documents import RESERVED, Reading, read_file
from chatbot.knowledge.folder import Files
from chatbot.knowledge.model import Clinic, Corpus, Document, Status
from chatbot.knowledge.problems import finding
from chatbot.knowledge.source import decode


@dataclass(frozen=True, slots=True)
class Loaded:
    """A corpus of whatever could be read, and every finding in the order of files and lines."""

    corpus: Corpus
    problems: tuple[Problem, ...] = ()

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The findings that keep a folder from going live."""
        return errors(self.problems)


def load(files: Files) -> Loaded:
    """Read all files; never raises for what they contain."""
    try:
        return _load(files)
    except Exception as error:
        # A fault of ours in reading one file must not take the site down, nor go unseen.
        problem = finding("load-failed", "", why=repr(error))
        return Loaded(Corpus(Clinic()), (*files.problems, problem))


def _load(files: Files) -> Loaded:
    singles = {path: decode(path, files.contents.get(path, b"")) for path in clinic.SINGLE}
    about = clinic.read_clinic(singles[clinic.FILE])
    synonyms = clinic.read_synonyms(singles[clinic.SYNONYMS])
    phrases, resources = clinic.read_safety(singles[clinic.SAFETY])
    expectations = clinic.read_questions(singles[clinic.QUESTIONS])
    problems = [*files.problems]
    if clinic.FILE not in files.contents:
        problems.append(finding("missing-clinic", clinic.FILE))
    for path in singles.keys() & files.contents.keys():
        problems += singles[path].problems
    paths = sorted(path for path in files.contents if "/" in path)
    readings = {path: read_file(path, files.contents[path], about.language) for path in paths}
    problems += [problem for reading in readings.values() for problem in reading.problems]
    documents: dict[str, Document] = {}
    for document in (document for reading in readings.values() for document in reading.documents):
        first = documents.setdefault(document.id, document)
        if first is not document:
            values = {"name": first.id, "where": f"{first.file}:{first.line}"}
            problems.append(finding("duplicate-id", document.file, document.line, **values))
    problems += _dead_links(readings, documents)
    problems += [
        finding("unknown-expectation", clinic.QUESTIONS, line.line, name=line.expect)
        for line in expectations
        if line.expect not in RESERVED and not _is_there(line.expect, documents)
    ]
    corpus = Corpus(about, tuple(documents.values()), synonyms, phrases, resources, expectations)
    return Loaded(corpus, tuple(sorted(set(problems))))


def _is_there(name: str, documents: dict[str, Document]) -> bool:
    found, anchor = documents.get(name.partition("#")[0]), name.partition("#")[2]
    return found is not None and (not anchor or anchor in found.anchors)


def _dead_links(readings: dict[str, Reading], documents: dict[str, Document]) -> Iterator[Problem]:
    for path, link in ((path, link) for path, part in readings.items() for link in part.links):
        document = documents.get(link.document)
        if document is None:
            why = f"there is no document {link.document!r}"
        elif document.status is not Status.APPROVED:
            why = f"{document.id!r} is {document.status.value}"
        elif link.anchor and link.anchor not in document.anchors:
            why = f"{document.id!r} has no heading #{link.anchor}"
        else:
            continue
        yield finding("dead-link", path, link.line, href=link.href, why=why)
