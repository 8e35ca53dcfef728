"""The CSV of a figure holds what the figure shows: its values are found, one by one, among the
coordinates drawn.

The notebooks' code runs here with a `show` that keeps figure and frame instead of saving them.
"""

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
import pytest

from derisking.build import run
from derisking.core import glue, paths, tables
from derisking.draw import save

# Columns whose every value must stand in the figure as a coordinate, and the factor by which it is
# drawn.
DRAWN = {
    "01-published-counts": {"value": 1, "asof_latest": 1},
    "01-voices": {"papers": 1, "voices": 1},
    "02-ties-and-posts": {"value": 1, "lower": 1, "upper": 1},
    "03-closure-wave": {"closed_earliest": 1},
    "03-overview": {"value": 1, "lower": 1, "upper": 1},
    "05-collapse": {"value": 1},
    "05-missions-fell": {"lower": 1, "upper": 1},
    "06-alignment": {"value": 1},
    "06-substitutes": {"low": 1, "high": 1},
    "07-visitors": {"date_latest": 1, "until": 1},
    "07-return": {"returned_latest": 1},
    "07-meetings": {"date_earliest": 1, "date_latest": 1},
    "08-base-rates": {"median_per_year": 1, "p95_per_year": 1, "prk_per_year": 1, "share": 1},
    "08-leave-one-out": {"p": 1, "p_found": 1},
    "08-power": {"odds_ratio": 1},
    "08-rounds": {"odds_ratio": 1},
    "08-specification-curve": {"odds_ratio": 1},
}


@pytest.fixture(scope="module")
def drawn():
    """Run the notebooks concerned and return each figure with the frame passed beside it."""
    kept, patch = {}, pytest.MonkeyPatch()
    patch.setattr(
        save, "save_figure", lambda fig, name, *, data, **rest: kept.update({name: (fig, data)})
    )
    patch.chdir(paths.NOTEBOOKS)
    for file in run.list_notebooks():
        if any(name.startswith(file.stem[:2]) for name in DRAWN):
            patch.setattr(glue, "_values", {})  # each notebook glues values of its own
            space = {"__name__": file.stem, "display": lambda *shown, **options: None}
            for cell in run.read_notebook(file).cells:
                if cell.cell_type == "code":
                    exec(compile(cell.source, file.name, "exec"), space)
    yield kept
    patch.undo()


def coordinates(fig) -> np.ndarray:
    """Return every number at which something stands: lines, marks, areas, bars, images, texts."""
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
    flat = np.concatenate(
        [np.ma.filled(np.ma.asarray(part, dtype=float), np.nan).ravel() for part in found]
    )
    return np.unique(flat[np.isfinite(flat)])


def numbers(column: pd.Series) -> np.ndarray:
    column = column.dropna()
    return np.asarray(
        mdates.date2num(column) if pd.api.types.is_datetime64_any_dtype(column) else column,
        dtype=float,
    )


@pytest.mark.parametrize("name", DRAWN)
def test_every_value_of_the_csv_is_drawn(name, drawn):
    fig, data = drawn[name]
    fig.canvas.draw()
    points = coordinates(fig)
    for column, factor in DRAWN[name].items():
        values = numbers(data[column]) * factor
        # bars that are counted downwards stand at the negative of their value
        nearest = np.array([np.abs(np.abs(points) - abs(value)).min() for value in values])
        missing = values[nearest > np.maximum(1e-6, np.abs(values) * 1e-6)]
        assert len(values) > 0 and len(missing) == 0, f"{name}, {column}: not drawn {missing[:5]}"


@pytest.mark.parametrize("name", DRAWN)
def test_the_frame_passed_is_the_committed_csv(name, drawn):
    committed = (paths.FIGURES / f"{name}.csv").read_text(encoding="utf-8")
    assert tables.format_csv(drawn[name][1].reset_index(drop=True)) == committed


def test_each_disc_of_the_closure_matrix_is_one_name_on_one_list(drawn):
    fig, data = drawn["01-closure-lists"]
    discs = [line for line in fig.axes[0].lines if line.get_marker() == "o"]
    lists = [
        name
        for name in data
        if name.endswith(("12", "confirmed", "29", "05", "30", "31", "predicted"))
    ]
    assert sum(len(line.get_xdata()) for line in discs) == int(
        data[lists].fillna(False).to_numpy().sum()
    )
