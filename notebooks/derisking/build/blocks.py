"""Marked blocks: the parts of a page or notebook that the build writes.

A block stands between `<!-- begin NAME -->` and `<!-- end NAME -->`, which no reader sees. Whatever
is between them is replaced; everything else is left to its author.
"""

import re


class BlockError(Exception):
    """A page lacks a block, or its marks do not match."""


def _pattern(name: str) -> re.Pattern:
    return re.compile(
        rf"(<!-- begin {re.escape(name)} -->\n).*?(\n?<!-- end {re.escape(name)} -->)", re.DOTALL
    )


def names(text: str) -> list[str]:
    """Return the names of the blocks of a text, in order."""
    return re.findall(r"<!-- begin (\S+) -->", text)


def fill(text: str, name: str, content: str, where: str = "the page") -> str:
    """Return `text` with the block's content replaced. Raises BlockError unless the block stands
    there exactly once."""
    found = _pattern(name).findall(text)
    if len(found) != 1:
        raise BlockError(
            f"{where}: found block {name!r} {len(found)} times; expected once, as "
            f"<!-- begin {name} --> ... <!-- end {name} --> on lines of their own."
        )
    return _pattern(name).sub(
        lambda match: f"{match[1]}{content.strip()}\n{match[2].lstrip()}", text
    )


def read(text: str, name: str, where: str = "the page") -> str:
    """Return the content of a block. Raises BlockError unless the block stands there exactly
    once."""
    found = re.findall(_pattern(name).pattern.replace(".*?", "(.*?)"), text, re.DOTALL)
    if len(found) != 1:
        raise BlockError(f"{where}: found block {name!r} {len(found)} times; expected once.")
    return found[0][1].strip()


def empty(text: str, keep: tuple[str, ...] = ()) -> str:
    """Return a text without the content of its blocks, those in `keep` excepted: what its authors
    wrote."""
    for name in [name for name in names(text) if name not in keep]:
        text = _pattern(name).sub(lambda match: match[1] + match[2].lstrip(), text)
    return text
