"""`plain`: what a visitor reads of a Markdown text, as text."""

from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from chatbot.knowledge.markdown import parse


def plain(source: str) -> str:
    """The text without its markup; no word is added or dropped.

    Kept are line breaks, a blank line between blocks, list marks as written, and the cells of a
    table row, set apart by ` | `. Escapes and entities are resolved. Of a link the text is kept
    and its address dropped; an image becomes its description.
    """
    return _blocks(SyntaxTreeNode(parse(source)[0]))


def inline(token: Token) -> str:
    return "".join(map(_inline, token.children or ()))


def _inline(child: Token) -> str:
    if child.type in ("softbreak", "hardbreak"):
        return "\n"
    return inline(child) if child.type == "image" else child.content


def _blocks(node: SyntaxTreeNode, *, in_item: bool = False) -> str:
    """The text of the blocks in one; inside a list item a nested list needs no blank line."""
    parts: list[str] = []
    for block in node.children:
        apart = not in_item or (block.type == "paragraph" and not block.hidden)
        if text := _block(block):
            parts += ["\n\n" if apart else "\n", text]
    return "".join(parts[1:])


def _block(node: SyntaxTreeNode) -> str:
    if node.type == "inline" and node.token:
        return inline(node.token)
    if node.type in ("fence", "code_block"):
        return node.content.strip("\n")
    if node.type in ("bullet_list", "ordered_list"):
        return "\n".join(map(_item, node.children))
    if node.type == "table":
        rows = [row for part in node.children for row in part.children]
        return "\n".join(" | ".join(map(_blocks, row.children)) for row in rows)
    return _blocks(node)


def _item(node: SyntaxTreeNode) -> str:
    mark = f"{node.info}{node.markup} "
    lines = _blocks(node, in_item=True).split("\n")
    indented = (" " * len(mark) + line if line else "" for line in lines[1:])
    return "\n".join([mark + lines[0], *indented]).rstrip(" ")
