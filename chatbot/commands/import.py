"""`import`: drafts out of WordPress exports, saved pages, Word files and CSV files of questions."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from chatbot.errors import Level
from chatbot.knowledge.folder import read, write
from chatbot.knowledge.loading import load
from chatbot.settings import Settings

HELP = "make drafts out of .xml (WordPress), .html, .docx and .csv files"


def configure(parser: argparse.ArgumentParser) -> None:
    """The files."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Write the drafts, never over a file; list what could not be brought over; exit 1 if a file
    gave nothing."""
    from chatbot.curation.importing import LARGEST, imported

    folder, failed = settings.knowledge, False
    corpus = load(read(folder)).corpus
    taken = {document.id for document in corpus.documents}
    taken |= {path.stem for path in folder.glob("articles/*")}
    for file in args.files:
        try:
            with file.open("rb") as stream:
                content = stream.read(LARGEST + 1)
        except OSError as error:
            print(f"{file}: {error.strerror}", file=sys.stderr)
            failed = True
            continue
        found = imported(str(file), content, taken, corpus.clinic.language)
        errors = {problem.path for problem in found.problems if problem.level is Level.ERROR}
        failed |= not found.files
        for path, text in found.files:
            place = _free(folder / path)
            # A draft with an error would keep every other change of the folder from going live.
            if path in errors:
                place, failed = place.with_suffix(".md.txt"), True
            place.parent.mkdir(parents=True, exist_ok=True)
            write(place, text)
            print(f"draft {place.relative_to(folder)}")
        taken |= {document.id for document in load(read(folder)).corpus.documents}
        for problem in found.problems:
            print(f"{problem} [{problem.code}]")
    print("Visitors see none of this before somebody has read it and run `approve`.")
    return 1 if failed else 0


def _free(place: Path) -> Path:
    """The place, or one beside it if there is a file already."""
    number, free = 1, place
    while free.exists():
        number += 1
        free = place.with_name(f"{place.stem}-{number}{place.suffix}")
    return free
