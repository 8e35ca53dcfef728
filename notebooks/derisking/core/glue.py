"""Glue the numbers of an analysis into the sentences about it.

A code cell ends with `glue(worst_year=1998, fall="33 percent")`. It shows names and values; the
sentences in Markdown cells hold each value between marks that no reader sees:

    by <!--=worst_year-->1998<!--/--> output had fallen by <!--=fall-->33 percent<!--/-->

The build writes the values between the marks after each run (`derisking.build.filling`). A caption
stands in the Markdown cell under its figure and is filled in the same way; an alternative text
stands in a comment of that cell, `<!-- alt: ... -->`, with names in braces. The word "glue" and the
idea are MyST-NB's.
"""

import re

# read by the build; viewers show the plain text beside it
MIME = "application/vnd.derisking.glue+json"
NAME = re.compile(r"[a-z][a-z0-9_]*")
MARK = re.compile(r"<!--=([a-z0-9_.]+)-->(.*?)<!--/-->", re.DOTALL)

_values: dict[str, str] = {}


class GlueError(Exception):
    """A value cannot be glued, or a sentence asks for one that is not there."""


def glue(**values) -> None:
    """Keep values for the sentences of this notebook, and show them.

    Whole numbers and text are taken as they are (thousands get a comma); round or format other
    numbers yourself: how exact a number is told is a decision of its author. Raises GlueError for
    any other type, for an empty value, and for a name that the notebook has already glued to
    another value.
    """
    # only a notebook needs it; the build reads marks at every `make`
    from IPython.display import display

    words = {name: _worded(name, value) for name, value in values.items()}
    for name, word in words.items():
        if _values.get(name, word) != word:
            raise GlueError(
                f"{name!r} is already glued to {_values[name]!r}; glue {word!r} under another name."
            )
    _values.update(words)
    width = max(map(len, words))
    shown = "\n".join(f"{name:{width}}  {word}" for name, word in words.items())
    display({"text/plain": shown, MIME: words}, raw=True)


def _worded(name: str, value) -> str:
    if not NAME.fullmatch(name):
        raise GlueError(
            f"{name!r} is no name for a glued value: small letters, digits and underscores."
        )
    if isinstance(value, str):
        word = value.strip()
    elif hasattr(value, "__index__") and not isinstance(value, bool):
        number = value.__index__()
        word = str(number) if abs(number) < 10_000 else f"{number:,}"
    elif isinstance(value, float) and value == round(value, 2):
        word = f"{value:g}"
    else:
        raise GlueError(
            f"{name!r} is {value!r}; glue a whole number, one of at most two decimals, or text."
        )
    if not word or "-->" in word:
        raise GlueError(f"{name!r} is {value!r}, which cannot stand between marks.")
    return word


def known_values() -> dict[str, str]:
    """Return what the running notebook has glued so far, by name."""
    return dict(_values)


def fill_marks(text: str, values: dict[str, str], where: str) -> str:
    """Return `text` with every mark filled from `values`. Raises GlueError, naming `where`, for a
    name not among them."""

    def fill(match):
        if match[1] not in values:
            glued = ", ".join(sorted(name for name in values if "." not in name)) or "none"
            raise GlueError(f"{where}: no value {match[1]!r} is glued. Glued are: {glued}.")
        return f"<!--={match[1]}-->{values[match[1]]}<!--/-->"

    return MARK.sub(fill, text)


def fill_braces(text: str, values: dict[str, str], where: str) -> str:
    """Return `text` with every {name} replaced by its value. Raises GlueError, naming `where`, for
    an unknown name."""

    def fill(match):
        if match[1] not in values:
            raise GlueError(
                f"{where}: no value {match[1]!r} is glued. "
                f"Glued are: {', '.join(sorted(values)) or 'none'}."
            )
        return values[match[1]]

    return re.sub(r"\{([a-z][a-z0-9_]*)\}", fill, text)


def strip_marks(text: str) -> str:
    """Return `text` without marks, their values left in place: what a reader sees."""
    return MARK.sub(lambda match: match[2], text)


def split_sentence(text: str) -> tuple[str, str]:
    """Return the first sentence of a text and what follows it.

    A full stop after a single capital letter is that of a name (R. Frank) and ends no sentence. The
    next one begins with no small letter, unless with that of a panel (a: ...).
    """
    end = r"(?<=[.!?])(?<!\b[A-Z]\.)\s+(?=[^a-z]|[a-z]: )"
    first, *rest = re.split(end, text.strip(), maxsplit=1)
    return first, "".join(rest)
