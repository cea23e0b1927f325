"""From HTML that others made to Markdown of ours, naming what is lost on the way."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from chatbot.builtin import read_yaml
from chatbot.knowledge.markdown import SCHEMES
from chatbot.knowledge.plain import plain

MOST = 0.5  # of a page's paragraphs are in its text, at least
_MARK = re.compile("\ue000(\\d+)\ue001")
_WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Converted:
    """A page. `lost` is (line of `markdown` from 0, what), and what was left out there."""

    title: str
    url: str
    markdown: str
    lost: tuple[tuple[int, str], ...]


def convert(html: str, url: str = "", title: str = "", *, whole: bool = False) -> Converted:
    """The page's own text as Markdown; `whole`: nothing of it is the frame of a site.

    Raises RecursionError for tags nested too deep.
    """
    from bs4 import BeautifulSoup, Comment

    rules = read_yaml("import.yaml")
    soup = BeautifulSoup(html.replace("\ue000", "").replace("\ue001", ""), "html.parser")
    title = title or _stated(soup, "meta[property='og:title']", "content")
    title = title or (soup.title.get_text() if soup.title else "")
    link = _stated(soup, "link[rel=canonical]", "href")
    link = link or _stated(soup, "meta[property='og:url']", "content")
    for comment in soup.find_all(string=lambda text: isinstance(text, Comment)):
        comment.extract()
    root = soup if whole else _content(soup, rules["content"])
    for element in root.select(", ".join([rules["unseen"], *rules["boilerplate"] * (not whole)])):
        element.extract()
    first = root.select("h1.title") or root.find_all("h1")
    heading = first[0] if first and (len(first) == 1 or not whole) else None
    spoken = " ".join(heading.get_text(" ", strip=True).split()) if heading else ""
    title = " ".join((title or spoken).split())
    if heading and spoken in title:
        title = spoken or title  # without the name of the site behind it
        heading.extract()
    notes: list[str] = []

    def lose(element: Any, what: str) -> None:
        notes.append(what)
        element.replace_with(f"\ue000{len(notes) - 1}\ue001")

    page = root if whole else soup.body or soup
    around = len(page.get_text(" ").split()) - len(root.get_text(" ").split())
    if _target("", link)[1] in ("http", "https"):
        url = link
    _prepare(soup, root, url, lose)
    markdown, lost = _marked(_markdown(root), notes)
    if around > 0:
        lost.insert(0, (0, f"what stands around the text (words: {around})"))
    lost += [(0, f"“{text}”") for text in _missing(root, plain(markdown))]
    return Converted(title, url, markdown, tuple(lost))


def _stated(soup: Any, selector: str, attribute: str) -> str:
    """What a page states of itself in its head."""
    found = soup.select_one(f"{selector}[{attribute}]")
    return str(found[attribute]) if found else ""


def _content(soup: Any, selectors: list[str]) -> Any:
    page = soup.body or soup
    for selector in selectors:
        found = max(page.select(selector), key=lambda e: len(e.get_text()), default=None)
        if found is not None and found.get_text(strip=True):
            return found
    # Down to the part that holds most of the paragraphs.
    inner, whole = page, _paragraph_letters(page)
    while inner is not None and _paragraph_letters(inner) > whole * MOST:
        page = inner
        inner = max(page.find_all(True, recursive=False), key=_paragraph_letters, default=None)
    return page


def _paragraph_letters(element: Any) -> int:
    return sum(len(paragraph.get_text()) for paragraph in element.find_all("p"))


def _prepare(soup: Any, root: Any, url: str, lose: Callable[[Any, str], None]) -> None:
    """Replace what Markdown cannot say: by what it can, or by a mark that it is lost."""
    rules = read_yaml("import.yaml")
    for element in root.find_all(list(rules["lost"])):
        said = element.get("alt") or element.get("title") or element.get_text(" ", strip=True)
        source = str(element.get("src") or "")
        known = _target("", source)[1]
        shown = f" “{said[:80]}”" if said else f" ({source[:100]})" if known else ""
        if element.parent:
            lose(element, rules["lost"][element.name] + shown)
    for element in root.find_all(list(rules["shifted"])):
        text, shift = element.get_text(strip=True), rules["shifted"][element.name]
        table = dict(zip(*shift["letters"], strict=True))
        simple = all(char in table for char in text)
        note = "".join(table[char] for char in text) if simple else f"{shift['mark']}({text})"
        if element.find("a"):
            note = f"[{text.strip('[]')}]"
        element.replace_with(note if text else "")
    for element in root.find_all(list(rules["renamed"])):
        element.name = rules["renamed"][element.name]
    for element in root.find_all("dt"):
        element.name = "strong"
        element.wrap(soup.new_tag("p"))
    for table in root.find_all("table"):
        if not table.find_parent("table") and table.select_one("table, [rowspan], [colspan]"):
            table.insert_before(mark := soup.new_tag("p"))
            lose(mark, "the layout of a table with merged cells")
    for link in root.find_all("a"):
        href, text = str(link.get("href") or "").strip(), link.get_text(" ", strip=True)
        target, scheme = _target(url, href)
        if not text:
            link.decompose()
        elif href and not href.startswith("#") and scheme in SCHEMES:
            link.attrs = {"href": target.replace(" ", "%20")}
        else:
            if href and not href.startswith("#"):
                link.insert_after(mark := soup.new_tag("span"))
                lose(mark, f"the link of “{text[:80]}” to {target[:100]}")
            link.unwrap()


def _target(url: str, href: str) -> tuple[str, str]:
    """A link's whole address and its scheme; of what is no address, itself and none."""
    try:
        target = urljoin(url, href)
        return target, urlsplit(target).scheme
    except ValueError:
        return href, ""


def _markdown(root: Any) -> str:
    from markdownify import ATX, BACKSLASH, MarkdownConverter

    writer: Any = MarkdownConverter(
        heading_style=ATX,
        bullets="-",
        newline_style=BACKSLASH,
        table_infer_header=True,
        autolinks=False,
    )
    writer.escape = _escaped
    return str(writer.convert_soup(root))


def _escaped(text: str, _parents: set[str]) -> str:
    """The text with all that could be taken for markup escaped."""
    text = re.sub(r"([\\`*_<|]|&(?=#?\w+;)|(?<=\])[(:])", r"\\\1", text or "")
    text = re.sub(r"(?m)^(\s*)([-+#>])(?=[\s#>])", r"\1\\\2", text)
    return re.sub(r"(?m)^(\s*\d+)([.)])(?=\s)", r"\1\\\2", text)


def _marked(markdown: str, notes: list[str]) -> tuple[str, list[tuple[int, str]]]:
    """The text without its marks and spare blank lines, and on which line each mark stood."""
    lines: list[str] = []
    lost: list[tuple[int, str]] = []
    fenced = False
    for line in markdown.splitlines():
        rest = _MARK.sub("", line).rstrip()
        fenced ^= rest.startswith("```")
        if not fenced:  # where something was taken out, its spaces are left on both sides
            rest = re.sub(r"^ (?=\S)|(?<=\S) (?=[ \xa0]+\S)", "", rest.replace("\xa0 ", " "))
        lost += [(len(lines), notes[int(number)]) for number in _MARK.findall(line)]
        if rest.strip(" -*>#\\") or (not rest and lines and lines[-1]) or set(rest) == {"-"}:
            lines.append(rest)
    return "\n".join(lines).strip("\n") + "\n", lost


def _missing(root: Any, text: str) -> list[str]:
    """The pieces of a page's text that are not, in their order, in the text made of it."""
    letters, at, missing = _letters(text), 0, []
    for piece in root.find_all(string=True):
        wanted = _letters(_MARK.sub("", piece))
        found = letters.find(wanted, at)
        if found < 0:
            missing.append(" ".join(piece.split())[:80])
        else:
            at = found + len(wanted)
    return missing


def _letters(text: str) -> str:
    return "".join(_WORDS.findall(text))
