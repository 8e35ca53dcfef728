"""Chart forms that several notebooks use and that are no maps and no timelines. They take tidy frames."""

import pandas as pd
from matplotlib.colors import LogNorm

from derisking.draw.style import INK, MUTED, NOTE, PALE, SEQUENTIAL


def grid(ax, rows: list[str], columns: list[str], top: bool = True) -> None:
    """Prepare `ax` as a table of marks: one line a row from the top down, one column a category, labels outside."""
    ax.set_xlim(-0.6, len(columns) - 0.4)
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.set_xticks(range(len(columns)), columns)
    ax.set_yticks(range(len(rows)), rows)
    ax.tick_params(length=0, top=False, labeltop=top, labelbottom=not top)
    ax.hlines(range(len(rows)), -0.6, len(columns) - 0.4, color=PALE, lw=0.4, zorder=0)
    for side in ax.spines.values():
        side.set_visible(False)


def marks(
    ax, frame: pd.DataFrame, x: str, y: str, group: str, meanings: dict, size: float = 4.5
) -> None:
    """Draw one mark a row of `frame` at columns `x` and `y`, styled by the meaning of column `group`."""
    for name, rows in frame.groupby(group, sort=False):
        ax.plot(rows[x], rows[y], zorder=3, **meanings[name].style(size))


def note(ax, x: float, y: float, words: str, **options):
    """Write a small note at data coordinates, vertically centred."""
    return ax.text(x, y, words, **{"fontsize": 6, "color": NOTE, "va": "center", **options})


def flags(ax, frame: pd.DataFrame, columns: list[str], colours: list[str]) -> None:
    """Fill a grid from flag columns: a disc for true, a small dot for false, nothing for unknown; one row of `frame` a line."""
    for x, (name, colour) in enumerate(zip(columns, colours, strict=True)):
        known = frame[name].astype("boolean")
        for value, style in (
            (True, {"marker": "o", "ms": 6, "color": colour}),
            (False, {"marker": ".", "ms": 2.5, "color": MUTED}),
        ):
            rows = [y for y, found in enumerate(known) if pd.notna(found) and bool(found) is value]
            ax.plot([x] * len(rows), rows, ls="none", zorder=3, **style)


def footer(ax, y: float, label: str, values) -> None:
    """Write a line of figures under a grid, one a column, with its label in the place of a row label; "?" for unknown."""
    ax.text(-0.68, y, label, ha="right", va="center", fontsize=7, color=INK)
    for x, value in enumerate(values):
        ax.text(
            x,
            y,
            "?" if pd.isna(value) else str(value),
            ha="center",
            va="center",
            fontsize=7,
            color=INK,
        )


def dumbbell(ax, frame: pd.DataFrame, label: str, low: str, high: str) -> None:
    """Draw one line a row from the value in column `low` (filled) to that in `high` (hollow), labels on the left."""
    ax.hlines(range(len(frame)), frame[low], frame[high], color=MUTED, lw=1, zorder=1)
    ax.plot(frame[high], range(len(frame)), "o", mfc="white", mec=INK, ms=5, zorder=3)
    ax.plot(frame[low], range(len(frame)), "o", color=INK, ms=5, zorder=3)
    ax.set_yticks(range(len(frame)), frame[label])
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(frame) - 0.5, -0.5)
    ax.spines["left"].set_visible(False)


def heat(fig, ax, table: pd.DataFrame, label: str, every: int) -> None:
    """Draw a table of counts (rows by ordered columns) as a heat map on a logarithmic scale; zero stays white."""
    top = table.to_numpy().max()
    image = ax.imshow(table.where(table > 0).to_numpy(dtype=float), aspect="auto", cmap=SEQUENTIAL,
                      norm=LogNorm(1, top), interpolation="nearest")  # fmt: skip
    ax.set_yticks(range(len(table)), table.index)
    places = [place for place, name in enumerate(table.columns) if name % every == 0]
    ax.set_xticks(places, table.columns[places])
    ax.tick_params(length=0)
    for side in ax.spines.values():
        side.set_visible(False)
    bar = fig.colorbar(image, ax=ax, pad=0.01, aspect=18)
    bar.set_label(label, fontsize=6)
    bar.outline.set_visible(False)
    bar.set_ticks([tick for tick in (1, 3, 10, 30, 100, 300) if tick <= top])
    bar.ax.yaxis.set_major_formatter("{x:.0f}")
    bar.ax.minorticks_off()


def dated(
    ax,
    frame: pd.DataFrame,
    group: str,
    meanings: dict,
    date: str = "asof",
    strong: str | None = None,
) -> None:
    """Draw one mark a row at `value`, with a bar over the days it may refer to; never a line from mark to mark.

    Columns: value, status, `group` (a key of `meanings`), and the bounds `{date}_earliest`, `{date}_latest`. Rows with a
    status other than `strong` are drawn pale. A row without an earliest day stands before its latest with a dotted bar.
    """
    for row in frame.itertuples():
        meaning, alpha = meanings[getattr(row, group)], 1 if strong in (None, row.status) else 0.35
        earliest, latest = getattr(row, f"{date}_earliest"), getattr(row, f"{date}_latest")
        start = latest - pd.Timedelta(days=60) if pd.isna(earliest) else earliest
        style = ":" if pd.isna(earliest) else "-"
        ax.plot(
            [start, latest],
            [row.value] * 2,
            color=meaning.colour,
            lw=0.7,
            ls=style,
            alpha=alpha,
            zorder=2,
        )
        ax.plot(
            [start + (latest - start) / 2], [row.value], alpha=alpha, zorder=3, **meaning.style(4)
        )
