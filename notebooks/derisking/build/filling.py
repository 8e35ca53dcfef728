"""Fill the marks in the sentences of a notebook with the values its run glued, and say which do not
fit.

See `derisking.core.glue` for the marks. Three things are faults: a mark or a name in an alternative
text without a value, a value that no sentence uses, and words between marks that are not the value.

What a notebook says of a claim need not be glued: the marks `q21.claim`, `q21.quotation`,
`q21.test` and `q21.verdict` hold our wording of claim Q2.1, the author's own, what would show it,
and the verdict, from the tables of claims and findings.
"""

import re

from derisking.core import paths
from derisking.core.glue import MARK, MIME, GlueError, fill_marks

ALT = re.compile(r"<!-- alt:(.*?)-->", re.DOTALL)
LINE_START = re.compile(r"^\s{0,3}<!--=", re.MULTILINE)


def read_glued(nb) -> dict[str, str]:
    """Return the values that the run of a notebook glued, by name, from its outputs."""
    values = {}
    for cell in nb.cells:
        for out in cell.get("outputs", []):
            values |= out.get("data", {}).get(MIME, {})
    return values


def find_values(nb) -> dict[str, str]:
    """Return every value the marks of a notebook may hold: what its run glued, and what the tables
    say of claims."""
    if not any(names_claim(cell.source) for cell in nb.cells if cell.cell_type == "markdown"):
        return read_glued(nb)
    from derisking.build.claim_words import (
        read_claim_words,
    )  # with pandas, which `make` does without

    return read_glued(nb) | read_claim_words()


def names_claim(text: str) -> bool:
    """Say whether a text has a mark that is filled from the tables of claims and findings."""
    return any("." in match[1] for match in MARK.finditer(text))


def empty_marks(text: str) -> str:
    """Return `text` with nothing between its marks: what its authors wrote."""
    return MARK.sub(lambda match: f"<!--={match[1]}--><!--/-->", text)


def list_used_names(nb, number: str, page: str) -> set[str]:
    """Return the names that the notebook's sentences, its alternative texts, or `page` (as NN.name)
    ask for."""
    texts = "\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")
    names = {match[1] for match in MARK.finditer(texts)}
    names |= {
        name for alt in ALT.findall(texts) for name in re.findall(r"\{([a-z][a-z0-9_]*)\}", alt)
    }
    return names | {
        match[1].split(".")[1] for match in MARK.finditer(page) if match[1].startswith(f"{number}.")
    }


def fill_notebook(nb, name: str):
    """Fill the marks of a notebook that has run.

    Raises GlueError with notebook and cell for a mark without a value, a mark that begins a line
    (Markdown would take the line for HTML), and a glued value that no sentence uses.
    """
    values = find_values(nb)
    for number, cell in enumerate(nb.cells, 1):
        if cell.cell_type != "markdown":
            continue
        where = f"notebooks/{name}, cell {number}"
        if LINE_START.search(cell.source):
            raise GlueError(
                f"{where}: a mark begins a line; put a word before it, "
                "or Markdown takes the line for HTML."
            )
        cell.source = fill_marks(cell.source, values, where)
    page = (
        (paths.ROOT / "README.md").read_text(encoding="utf-8")
        if (paths.ROOT / "README.md").exists()
        else ""
    )
    if unused := sorted(read_glued(nb).keys() - list_used_names(nb, name[:2], page)):
        raise GlueError(
            f"notebooks/{name}: no sentence uses {', '.join(unused)}. "
            "Use each value, or do not glue it."
        )
    return nb


def find_stale_marks(nb, name: str) -> list[str]:
    """Return one line for each mark whose words are not the value glued: filled by hand, or not
    filled since a run."""
    values = find_values(nb)
    return [
        f"notebooks/{name}, cell {number}: found {match[2]!r} between the marks of {match[1]!r}; "
        f"expected {values.get(match[1])!r}. `make` fills the marks; never fill one by hand."
        for number, cell in enumerate(nb.cells, 1)
        if cell.cell_type == "markdown"
        for match in MARK.finditer(cell.source)
        if match[2] != values.get(match[1])
    ]
