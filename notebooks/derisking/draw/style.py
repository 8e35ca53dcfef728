"""One look for every figure: page, colours and what they mean.

fig, ax = style.make_canvas(183, 80)
"""

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from cycler import cycler
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

MM = 1 / 25.4  # inches
WIDTHS = (89, 183)  # mm: one and two columns of a journal
MAX_HEIGHT = 170  # mm
# The three sizes of type, in points at print size: notes, ticks and labels of marks; names of axes,
# rows and panels; letters of panels and the one or two words that must be read first.
SIZES = (6, 7, 8)
LINE_SPACING = 1.15  # of texts of several lines

# The one setting that redraws everything in a journal's own way: DERISKING_STYLE names a matplotlib
# style file, laid over ours. If a CSV of the same name stands beside it, its colours replace ours:
# rows with `name` and `colour` those of palette.csv, and so every mark in that colour; rows with
# `group`, `key` and `colour` single categories of meanings.csv.
HERE = Path(__file__).parent
STYLE_VARIABLE = "DERISKING_STYLE"
CYCLE = ("blue", "vermilion", "green", "amber", "sky", "rose", "ink", "muted")


def _read_own_colours() -> pd.DataFrame:
    """Return the rows of the reader's palette beside the style file: name, group, key, colour."""
    columns = ["name", "group", "key", "colour"]
    chosen = os.environ.get(STYLE_VARIABLE)
    file = Path(chosen).with_suffix(".csv") if chosen else None
    if file is None or not file.exists():
        return pd.DataFrame(columns=columns)
    return pd.read_csv(file, dtype=str, keep_default_na=False).reindex(
        columns=columns, fill_value=""
    )


def _read_palette() -> dict[str, str]:
    """Return the colours by name: palette.csv, or by the reader's palette.

    Raises ValueError if the reader's palette names a colour that palette.csv does not.
    """
    colours = pd.read_csv(HERE / "palette.csv", index_col="name")["hex"].to_dict()
    own = _read_own_colours()
    own = own[own["name"].ne("")].set_index("name")["colour"].to_dict()
    if unknown := sorted(set(own) - set(colours)):
        raise ValueError(f"No colours are named {unknown}; the names are {', '.join(colours)}.")
    return colours | own


COLOURS = _read_palette()
INK, NOTE = COLOURS["ink"], COLOURS["note"]  # text and main marks; notes
MUTED, SOFT = COLOURS["muted"], COLOURS["soft"]  # marks that stand back; strokes that join
PALE, HAIRLINE, WASH = (
    COLOURS[name] for name in ("pale", "hairline", "wash")
)  # guides; rules; grounds

plt.style.use(HERE / "style.mplstyle")
mpl.rcParams.update(
    dict.fromkeys(
        ("axes.edgecolor", "axes.labelcolor", "text.color", "xtick.color", "ytick.color"), INK
    )
)
mpl.rcParams.update(
    {"grid.color": PALE, "axes.prop_cycle": cycler(color=[COLOURS[name] for name in CYCLE])}
)
if os.environ.get(STYLE_VARIABLE):
    plt.style.use(os.environ[STYLE_VARIABLE])
    try:
        font_manager.findfont(font_manager.FontProperties(), fallback_to_default=False)
    except ValueError:
        raise ValueError(
            f"The font {mpl.rcParams['font.family'][0]!r} of {os.environ[STYLE_VARIABLE]} is not "
            "known "
            f"to matplotlib. Install it; if it is installed, delete matplotlib's list of fonts in "
            f"{mpl.get_cachedir()} and try again."
        ) from None


class FigureError(Exception):
    """A figure is not fit to be saved; the message names every reason and how to mend it."""


# ---------------------------------------------------------------------------------- visual language


@dataclass(frozen=True)
class Meaning:
    """How one category is drawn everywhere: colour, marker, and how the marker is filled."""

    label: str
    colour: str
    marker: str
    fill: str

    def style(self, size: float = 4.5) -> dict:
        """Return the keyword arguments of `Axes.plot` for marks of `size` points without a line."""
        hollow = self.fill == "none"
        return {
            "marker": self.marker,
            "markersize": size,
            "fillstyle": "full" if hollow else self.fill,
            "markerfacecolor": "white" if hollow else self.colour,
            "markerfacecoloralt": "white",
            "markeredgecolor": self.colour,
            "markeredgewidth": 0.9,
            "linestyle": "none",
        }


@cache
def read_meanings(group: str) -> dict[str, Meaning]:
    """Return the categories of one group of meanings.csv by key, in the order shown."""
    table = pd.read_csv(HERE / "meanings.csv", dtype=str, keep_default_na=False)
    table = table.set_index(["group", "key"])
    own = _read_own_colours()
    table.update(own[own["group"].ne("")].set_index(["group", "key"])[["colour"]])
    table = table.reset_index()
    rows = table[table["group"] == group]
    if rows.empty:
        raise FigureError(
            f"No meanings for {group!r}; groups are {', '.join(table['group'].unique())}."
        )
    return {
        row.key: Meaning(row.label, COLOURS.get(row.colour, row.colour), row.marker, row.fill)
        for row in rows.itertuples()
    }


@cache
def list_groups() -> list[str]:
    """Return the groups of meanings.csv, in the order of the file."""
    return list(pd.read_csv(HERE / "meanings.csv", dtype=str)["group"].unique())


# ------------------------------------------------------------------------------------------ drawing


def make_canvas(
    width: float, height: float, nrows: int = 1, ncols: int = 1, mosaic=None, **options
):
    """Return a figure of `width` x `height` mm and its axes.

    Axes come as from `matplotlib.pyplot.subplots`, or by name as from `subplot_mosaic` if a
    `mosaic` is given. Raises FigureError for a width other than 89 or 183 mm or more height than
    a page has.
    """
    if width not in WIDTHS:
        raise FigureError(f"A figure is {WIDTHS[0]} or {WIDTHS[1]} mm wide, not {width}.")
    if height > MAX_HEIGHT:
        raise FigureError(f"A figure is at most {MAX_HEIGHT} mm high, not {height}.")
    fig = Figure(
        figsize=(width * MM, height * MM)
    )  # not pyplot's: nothing is shown before `show`, in whichever cell
    FigureCanvasAgg(fig)
    if mosaic is not None:
        return fig, fig.subplot_mosaic(mosaic, **options)
    return fig, fig.subplots(nrows, ncols, **options)


def measure_luminance(rgb: np.ndarray) -> np.ndarray:
    """Relative luminance of sRGB values in 0..1 (WCAG 2.2)."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])


def measure_contrast(one, other) -> float:
    """Return the contrast ratio of two colours, 1 (none) to 21 (black on white), by WCAG 2.2."""
    light = sorted(
        float(measure_luminance(np.array(mpl.colors.to_rgb(colour)))) for colour in (one, other)
    )
    return (light[1] + 0.05) / (light[0] + 0.05)
