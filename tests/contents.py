"""Compare two files that a notebook makes: byte for byte with the versions of requirements.lock,
and by what they say with any others."""

import re
from pathlib import Path

import pandas as pd
from PIL import Image
from pypdf import PdfReader

from derisking.build import lock

DEPARTURES = lock.list_departures()
# Other versions of scipy or numpy may add up in another order; no result hangs on the tenth digit.
TOLERANCE = 1e-6


def say_what_is_compared() -> str:
    """Return the line that every test run begins with."""
    if not DEPARTURES:
        return "figures: compared byte for byte (all packages are those of requirements.lock)"
    return (
        "figures: compared by contents, not by bytes, because these are not the versions of "
        f"requirements.lock: {lock.describe_departures(DEPARTURES)}"
    )


def read_contents(file: Path):
    """Return what a file says: a table, the size of a picture, the words drawn in it."""
    if file.suffix == ".csv":
        return pd.read_csv(file)
    if file.suffix == ".png":
        with Image.open(file) as picture:
            return picture.size
    if file.suffix == ".pdf":
        page = PdfReader(file).pages[0]
        return [*map(float, page.mediabox), *sorted(page.extract_text().split())]
    if file.suffix == ".svg":
        return re.findall(
            r'<svg [^>]*viewBox="[^"]*"|<title>.*?</title>|<desc>.*?</desc>',
            file.read_text("utf-8"),
        )
    return file.read_bytes()


def differ(made: Path, committed: Path, by_bytes: bool = not DEPARTURES) -> bool:
    """Say whether two files of one kind differ in what is promised of them."""
    if by_bytes:
        return made.read_bytes() != committed.read_bytes()
    new, old = read_contents(made), read_contents(committed)
    if not isinstance(new, pd.DataFrame):
        return new != old
    try:
        pd.testing.assert_frame_equal(new, old, rtol=TOLERANCE, check_dtype=False)
    except AssertionError:
        return True
    return False


def list_changed_cells(made, committed, by_bytes: bool = not DEPARTURES) -> list[str]:
    """Return the cells in which a run departs from the notebook that is committed, for people."""
    if len(made.cells) != len(committed.cells):
        return [f"{len(made.cells)} cells instead of {len(committed.cells)}"]
    told = []
    for number, (new, old) in enumerate(zip(made.cells, committed.cells, strict=True), 1):
        if new.source != old.source:
            told.append(f"cell {number}: other words")
        if _shown(new, by_bytes) != _shown(old, by_bytes):
            told.append(f"cell {number}: another output")
    return told


def _shown(cell, by_bytes: bool) -> list:
    outputs = [dict(out) for out in cell.get("outputs", [])]
    for out in outputs:
        if not by_bytes and "data" in out:
            out["data"] = {kind: text for kind, text in out["data"].items() if kind != "image/png"}
    return [cell.get("execution_count"), outputs]
