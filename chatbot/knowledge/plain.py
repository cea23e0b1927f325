"""`plain`: what a visitor reads of a Markdown text, as text."""

from collections.abc import Iterator, Sequence

from markdown_it.token import Token

from chatbot.knowledge.markdown import parse


def plain(source: str) -> str:
    """The text without its markup; no word is added or dropped.

    Kept are line breaks, a blank line between blocks, list marks as written, and the cells of a
    table row, set apart by ` | `. Escapes and entities are resolved. Of a link the text is kept
    and its address dropped; an image becomes its description.
    """
    return _blocks(parse(source)[0])


def inline(token: Token) -> str:
    """The text of one inline token."""
    return "".join(
        "\n" if child.type in ("softbreak", "hardbreak")
        else inline(child) if child.type == "image" else child.content
        for child in token.children or ()
    )  # fmt: skip


def _blocks(tokens: Sequence[Token], *, in_item: bool = False) -> str:
    """The text of sibling blocks; inside a list item a nested list needs no blank line."""
    parts: list[str] = []
    for first, body in _siblings(tokens):
        apart = not in_item or (first.type == "paragraph_open" and not first.hidden)
        if text := _block(first, body):
            parts += ["\n\n" if apart else "\n", text]
    return "".join(parts[1:])


def _siblings(tokens: Sequence[Token]) -> Iterator[tuple[Token, Sequence[Token]]]:
    """Each block's first token, and the tokens inside the block."""
    start, depth = 0, 0
    for at, token in enumerate(tokens):
        depth += token.nesting
        if depth == 0:
            yield tokens[start], tokens[start + 1 : at]
            start = at + 1


def _block(first: Token, body: Sequence[Token]) -> str:
    if first.type == "inline":
        return inline(first)
    if first.type in ("fence", "code_block"):
        return first.content.strip("\n")
    if first.type in ("bullet_list_open", "ordered_list_open"):
        return "\n".join(_item(item, inner) for item, inner in _siblings(body))
    if first.type == "table_open":
        rows = [row for _, part in _siblings(body) for row in _siblings(part)]
        return "\n".join(" | ".join(_blocks(cell) for _, cell in _siblings(row)) for _, row in rows)
    return _blocks(body)


def _item(first: Token, body: Sequence[Token]) -> str:
    mark = f"{first.info}{first.markup} "
    lines = _blocks(body, in_item=True).split("\n")
    indented = (" " * len(mark) + line if line else "" for line in lines[1:])
    return "\n".join([mark + lines[0], *indented]).rstrip(" ")
