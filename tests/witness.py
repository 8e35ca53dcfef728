"""Notes, in the kernel of a notebook that is checked, which tables its cells open and what its
figures draw."""

import os
import sys
from pathlib import Path

OPENED, POINTS, DISCS = "opened", "all points drawn", "discs of the first axes"
# Runs in the kernel before the first cell and leaves no name behind.
PRELUDE = """
def _():
    import sys
    sys.path.append({root!r})
    from tests import witness
    sys.path.pop()
    witness.note_run({noted!r})
_()
del _
"""


def note_run(folder: str) -> None:
    """Note what is opened from now on, and what every figure that is saved draws."""
    note_tables(Path(folder, OPENED))
    from derisking.draw import save

    keep = save.save_figure

    def note(fig, name, *, data, **rest):
        keep(fig, name, data=data, **rest)
        note_figure(fig, data, Path(folder, f"{name}.npz"))

    save.save_figure = note


def note_tables(file: Path) -> None:
    """Write down every table that is opened for reading."""
    opened = file.open("a", buffering=1)

    def note(event, arguments):
        if event == "open" and str(arguments[0]).endswith(".csv") and arguments[1] in ("r", "rb"):
            opened.write(f"{os.path.realpath(arguments[0])}\n")

    sys.addaudithook(note)


def note_figure(fig, data, file: Path) -> None:
    """Keep every number at which something stands, and the columns of the frame that are numbers
    or days."""
    import numpy as np

    columns = {name: list_numbers(data[name]) for name in data}
    discs = [line for line in fig.axes[0].lines if line.get_marker() == "o"]
    noted = {POINTS: list_coordinates(fig), DISCS: sum(len(line.get_xdata()) for line in discs)}
    np.savez(file, **noted, **{name: found for name, found in columns.items() if found is not None})


def list_coordinates(fig):
    """Return every number at which something stands: lines, marks, areas, bars, images."""
    import numpy as np

    found = []
    for ax in fig.axes:
        for line in ax.lines:
            found += [line.get_xdata(orig=False), line.get_ydata(orig=False)]
        for collection in ax.collections:
            found += [collection.get_offsets(), *(path.vertices for path in collection.get_paths())]
        for patch in ax.patches:
            found.append(patch.get_patch_transform().transform(patch.get_path().vertices))
        found += [
            np.ma.filled(np.ma.asarray(image.get_array(), dtype=float), 0) for image in ax.images
        ]
    flat = [np.ma.filled(np.ma.asarray(part, dtype=float), np.nan).ravel() for part in found]
    points = np.concatenate(flat)
    return np.unique(points[np.isfinite(points)])


def list_numbers(column):
    """Return the values of a column as they are drawn, days as matplotlib counts them; None for
    words."""
    import matplotlib.dates as mdates
    import numpy as np
    import pandas as pd

    column = column.dropna()
    if pd.api.types.is_datetime64_any_dtype(column):
        return np.asarray(mdates.date2num(column), dtype=float)
    if pd.api.types.is_numeric_dtype(column):
        return np.asarray(column, dtype=float)
    return None
