"""Chart forms on maps. They take tidy frames of places and know nothing of what is plotted.

A panel is one equal-area map. Places come as `lon`, `lat` (degrees, WGS 84); positions within a panel are in metres of
its projection. The ground is Natural Earth's countries with its de facto borders (data/basemap).
"""

from dataclasses import dataclass
from functools import cache

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pandas as pd
import shapely

from derisking.core import paths
from derisking.draw.style import HAIRLINE, INK, MM, NOTE, SOFT

LAND, BORDER = HAIRLINE, "white"
RADIUS = 6_371_007  # metres, authalic

ANGLES = np.radians([0, 180, 30, -30, 150, -150, 90, -90, 60, -60, 120, -120, 15, -15, 165, -165])
GAPS = (1, 3, 6, 9, 13, 17, 22, 28, 35, 44)  # points between the edge of a mark and its label


# ------------------------------------------------------------------------------------------------ ground


def equal_earth(lon: float = 0) -> str:
    """Return the Equal Earth projection (equal-area, for the world) centred on a meridian."""
    return f"+proj=eqearth +lon_0={lon} +R={RADIUS} +units=m"


def local(lon: float, lat: float) -> str:
    """Return Lambert's azimuthal equal-area projection (for a continent) centred on a point."""
    return f"+proj=laea +lon_0={lon} +lat_0={lat} +R={RADIUS} +units=m"


@cache
def _countries() -> gpd.GeoDataFrame:
    return gpd.read_file(paths.BASEMAP / "countries.geojson")


def columns(fig, axes, left: float, step: float, height: float, gap: float = 2) -> None:
    """Place axes side by side at the foot of the page: the first at `left`, one each `step` mm, `gap` mm between them."""
    for place, ax in enumerate(axes):
        put(fig, ax, left + place * step, 0.5, step - gap, height)


@dataclass(frozen=True)
class View:
    """What a panel shows: projection, ground to draw (west, south, east, north), middle (lon, lat) and width in km."""

    crs: str
    box: tuple[float, float, float, float]
    centre: tuple[float, float]
    width: float


WORLD = View(equal_earth(10), (-169, -58, 179.9, 84), (8, 13), 25700)
EUROPE = View(local(16, 50), (-40, 20, 80, 84), (15.5, 49.2), 3750)
AFRICA = View(local(18, 3), (-50, -50, 90, 65), (17.5, 3.7), 8500)
ASIA = View(local(105, 22), (40, -45, 179.9, 84), (103.5, 21.5), 8300)


def land(crs: str, box: tuple[float, float, float, float], detail: float = 0) -> gpd.GeoSeries:
    """Return the countries within `box` (west, south, east, north, in degrees), projected.

    detail: metres that may be smoothed away, shared borders together; what a page cannot show only makes files large.
    """
    ground = _countries().clip(shapely.box(*box), keep_geom_type=True).geometry
    ground = ground.segmentize(1.0).to_crs(crs)
    return ground.simplify_coverage(detail) if detail else ground


INSETS = {"Europe": EUROPE, "Africa and the Middle East": AFRICA, "Asia": ASIA}


def position(places: pd.DataFrame, crs: str) -> pd.DataFrame:
    """Return columns `x` and `y` (metres) for the columns `lon` and `lat` of `places`, with the same index."""
    points = gpd.GeoSeries(gpd.points_from_xy(places["lon"], places["lat"]), index=places.index, crs="EPSG:4326")
    points = points.to_crs(crs)
    return pd.DataFrame({"x": points.x, "y": points.y})


def put(fig, ax, left: float, bottom: float, width: float, height: float) -> None:
    """Place `ax` on the page, all in mm from the lower left corner. The figure's own layout is switched off."""
    fig.set_layout_engine("none")
    across, up = fig.get_size_inches() / MM
    ax.set_position([left / across, bottom / up, width / across, height / up])


def panel(ax, view: View, frame: bool = True) -> None:
    """Draw the ground of a view into `ax`, which must have its place. Its height follows from the shape of `ax`."""
    area = ax.get_window_extent()
    middle = position(pd.DataFrame({"lon": [view.centre[0]], "lat": [view.centre[1]]}), view.crs).iloc[0]
    half = view.width * 500, view.width * 500 * area.height / area.width
    land(view.crs, view.box, view.width).plot(
        ax=ax, color=LAND, edgecolor=BORDER, linewidth=0.35, zorder=0, aspect=None
    )
    ax.set_xlim(middle["x"] - half[0], middle["x"] + half[0])
    ax.set_ylim(middle["y"] - half[1], middle["y"] + half[1])
    ax.set(xticks=[], yticks=[], xlabel="", ylabel="")
    for side in ax.spines.values():
        side.set(visible=frame, color=SOFT, linewidth=0.5)


def draw(fig, ax, view: View, at: tuple, frame: pd.DataFrame, style, named=None, routes=None) -> pd.DataFrame:
    """Draw one panel: put it at (left, bottom, width, height) mm, its ground, its places; return the places drawn.

    frame, style, named, routes are as in `places`. A panel with only some places named has no line around it.
    """
    put(fig, ax, *at)
    panel(ax, view, frame=named is None)
    return places(ax, view.crs, frame, style, named, routes)


def atlas(fig, axes, frame: pd.DataFrame, style, named: pd.Series) -> pd.DataFrame:
    """Draw the world above and `INSETS` below on a page of 183 x 155 mm into the first four of `axes`.

    frame: as in `places`, and `ground`, the inset a place belongs to. named: places to name in the world panel; an inset
    names all of its own. Returns the places drawn in every panel, with the column panel.
    """
    drawn = [draw(fig, axes[0], WORLD, (0, 70, 183, 84), frame, style, named).assign(panel="World")]
    for ax, left, (name, view) in zip(axes[1:], (0.3, 62, 123.7), INSETS.items(), strict=False):
        rows = frame[frame["ground"].eq(name)]
        drawn.append(draw(fig, ax, view, (left, 0.3, 59, 64), rows, style).assign(panel=name))
        ax.set_title(name, fontsize=7, pad=2)
    return pd.concat(drawn)


# ------------------------------------------------------------------------------------------------- marks


def places(ax, crs: str, frame: pd.DataFrame, style, named=None, routes: pd.DataFrame | None = None) -> pd.DataFrame:
    """Draw places with their names into a panel; return the rows drawn, those within the view, with x and y (metres).

    frame: lon, lat, text, size, colour, and what `style(row)` needs. named: rows to label, a boolean column, else all.
    routes: lon0, lat0, lon1, lat1, sure, bend, drawn as by `links`; labels keep clear of them.
    """
    here = frame.join(position(frame, crs))
    here = here[here["x"].between(*ax.get_xlim()) & here["y"].between(*ax.get_ylim())]
    lines = []
    if routes is not None:
        ends = [position(routes.rename(columns={f"lon{i}": "lon", f"lat{i}": "lat"}), crs).add_suffix(i) for i in "01"]
        arcs = pd.concat([*ends, routes[["sure", "bend"]]], axis=1)
        links(ax, arcs)
        lines = [route(row.x0, row.y0, row.x1, row.y1, row.bend) for row in arcs.itertuples()]
    marks(ax, here, style)
    label(ax, here, lines, named=named)
    return here


def marks(ax, places: pd.DataFrame, style) -> None:
    """Draw one mark a row of `places` (columns x, y); `style(row)` returns the keyword arguments of `Axes.plot`."""
    for row in places.itertuples():
        ax.plot(row.x, row.y, **{"zorder": 4, "clip_on": True, **style(row)})


def links(ax, routes: pd.DataFrame, colour: str = INK) -> None:
    """Draw a bent arrow a row of `routes` from (x0, y0) to (x1, y1), in metres.

    bend: how far it bends, as a share of its length, to the right if positive. sure: dotted where it is False.
    """
    for row in routes.itertuples():
        arrow = {
            "arrowstyle": "-|>,head_length=0.28,head_width=0.13",
            "connectionstyle": f"arc3,rad={row.bend}",
            "linestyle": "-" if row.sure else (0, (1.5, 1.5)),
            "linewidth": 0.6,
            "color": colour,
            "shrinkA": 3.5,
            "shrinkB": 3.5,
        }
        ax.annotate("", (row.x1, row.y1), (row.x0, row.y0), zorder=2, arrowprops=arrow)


# ------------------------------------------------------------------------------------------------ labels


def label(
    ax, places: pd.DataFrame, lines: list[np.ndarray] = (), mark: float = 6, named: pd.Series | None = None
) -> None:
    """Write `text` beside every place (columns x, y, text, size, colour), with a thin leader where it stands off.

    named: which places to label, True or False by index; all if it is not given. The others are kept clear of.

    The layout is deterministic. Every label takes the cheapest of some hundred places around its mark: near before far,
    beside before above; never over a mark (`mark` points wide), another label, one of `lines` (arrays of x, y in
    metres) or the edge. Labels are placed in turn until none can be bettered.
    """
    fig = ax.get_figure()
    scale = 72 / fig.dpi
    renderer = fig.canvas.get_renderer()
    area = ax.get_window_extent(renderer)
    at = ax.transData.transform(places[["x", "y"]].to_numpy(float)) * scale
    edge = np.array([area.x0, area.y0, area.x1, area.y1]) * scale + np.array([1, 1, -1, -1])
    inside = (at > edge[:2]).all(axis=1) & (at < edge[2:]).all(axis=1)
    inside &= True if named is None else named.reindex(places.index).to_numpy(bool)
    spots = np.hstack([at - mark / 2, at + mark / 2])
    others = [np.delete(spots, own, axis=0) for own in np.flatnonzero(inside)]
    places, at = places[inside], at[inside]
    taken = [line for line in lines if len(line) > 1]
    walls = (
        np.concatenate([_pieces(ax.transData.transform(line) * scale) for line in taken]) if taken else np.empty((0, 4))
    )
    sizes = [_size(ax, row.text, row.size, renderer) * scale for row in places.itertuples()]
    options = [_candidates(point, size, mark) for point, size in zip(at, sizes, strict=True)]
    free = [_fixed_cost(*option[:2], spots, edge, walls) for option, spots in zip(options, others, strict=True)]
    costs = [free_cost + option[2] for free_cost, option in zip(free, options, strict=True)]
    chosen = _settle(options, costs)
    back = ax.transData.inverted()
    for row, (boxes, leads, _), pick in zip(places.itertuples(), options, chosen, strict=True):
        x0, y0, x1, y1 = boxes[pick]
        x, y = back.transform(np.array([(x0 + x1) / 2, (y0 + y1) / 2]) / scale)
        ax.text(
            x, y, row.text, fontsize=row.size, color=row.colour, ha="center", va="center", zorder=5, linespacing=1.0
        )
        lead = leads[pick]
        if np.hypot(lead[2] - lead[0], lead[3] - lead[1]) > 2.5:
            ends = back.transform(lead.reshape(2, 2) / scale)
            ax.plot(ends[:, 0], ends[:, 1], color=NOTE, lw=0.4, zorder=3, solid_capstyle="butt")


def route(x0: float, y0: float, x1: float, y1: float, bend: float) -> np.ndarray:
    """Return points along the arc that `links` draws, for `label` to keep clear of."""
    share = np.linspace(0, 1, 25)[:, None]
    start, end = np.array([x0, y0]), np.array([x1, y1])
    middle = (start + end) / 2 + bend * np.array([end[1] - start[1], start[0] - end[0]])
    return (1 - share) ** 2 * start + 2 * share * (1 - share) * middle + share**2 * end


def _size(ax, text: str, points: float, renderer) -> np.ndarray:
    probe = mpl.text.Text(0, 0, text, fontsize=points, figure=ax.get_figure(), linespacing=1.0)
    box = probe.get_window_extent(renderer)
    return np.array([box.width, box.height])


def _pieces(points: np.ndarray) -> np.ndarray:
    return np.hstack([points[:-1], points[1:]])


def _candidates(point: np.ndarray, size: np.ndarray, mark: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return boxes (x0, y0, x1, y1), leaders (x0, y0, x1, y1) and costs of the places a label may take, in points."""
    boxes, leads, costs = [], [], []
    for gap in GAPS:
        for rank, angle in enumerate(ANGLES):
            way = np.array([np.cos(angle), np.sin(angle)])
            near = point + way * (mark / 2 + gap)
            side = np.where(np.abs(way) < 0.3, 0, np.sign(way))
            centre = near + side * size / 2
            box = np.concatenate([centre - size / 2, centre + size / 2])
            touch = np.clip(near, box[:2] + 0.2, box[2:] - 0.2)
            boxes.append(box)
            leads.append(np.concatenate([point + way * mark / 2, np.where(side == 0, touch, near)]))
            costs.append(gap * 1.0 + rank * 0.12 + (2.0 if gap > 2 else 0))
    return np.array(boxes), np.array(leads), np.array(costs)


def _overlap(boxes: np.ndarray, others: np.ndarray, pad: float = 0.6) -> np.ndarray:
    """Return for each box how many of `others` it overlaps."""
    if not len(others):
        return np.zeros(len(boxes))
    a, b = boxes[:, None, :], others[None, :, :]
    return (
        (a[..., 0] < b[..., 2] + pad)
        & (a[..., 2] > b[..., 0] - pad)
        & (a[..., 1] < b[..., 3] + pad)
        & (a[..., 3] > b[..., 1] - pad)
    ).sum(axis=1)


def _struck(boxes: np.ndarray, pieces: np.ndarray) -> np.ndarray:
    """Return for each box how many line pieces pass through it, tried at eleven points of each piece."""
    if not len(pieces):
        return np.zeros(len(boxes))
    share = np.linspace(0, 1, 11)[None, :, None]
    along = pieces[:, None, :2] * (1 - share) + pieces[:, None, 2:] * share
    points = along[None]
    a = boxes[:, None, None, :]
    hit = (
        (points[..., 0] > a[..., 0])
        & (points[..., 0] < a[..., 2])
        & (points[..., 1] > a[..., 1])
        & (points[..., 1] < a[..., 3])
    )
    return hit.any(axis=2).sum(axis=1)


def _crossing(leads: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return for each leader how many line pieces it crosses."""
    if not len(others):
        return np.zeros(len(leads))
    p, r = leads[:, None, :2], leads[:, None, 2:] - leads[:, None, :2]
    q, s = others[None, :, :2], others[None, :, 2:] - others[None, :, :2]
    cross = r[..., 0] * s[..., 1] - r[..., 1] * s[..., 0]
    safe = np.where(cross == 0, np.inf, cross)
    d = q - p
    t = (d[..., 0] * s[..., 1] - d[..., 1] * s[..., 0]) / safe
    u = (d[..., 0] * r[..., 1] - d[..., 1] * r[..., 0]) / safe
    return ((t > 0) & (t < 1) & (u > 0) & (u < 1) & (cross != 0)).sum(axis=1)


def _fixed_cost(boxes, leads, foreign, edge, walls) -> np.ndarray:
    """Return what each candidate costs against the edge, other marks (`foreign`) and given lines, which do not move."""
    near = 5 * _overlap(boxes, foreign, pad=3)  # a label close to a foreign mark may be read as its name
    out = (boxes[:, 0] < edge[0]) | (boxes[:, 1] < edge[1]) | (boxes[:, 2] > edge[2]) | (boxes[:, 3] > edge[3])
    cost = (
        near
        + 1000 * out
        + 1000 * _overlap(boxes, foreign)
        + 1000 * _struck(boxes, walls)
        + 40 * _crossing(leads, walls)
    )
    return cost + 300 * np.array([_struck(foreign, lead[None]).sum() if len(foreign) else 0 for lead in leads])


def _settle(options: list, costs: list[np.ndarray], rounds: int = 40) -> list[int]:
    """Return the candidate each label takes: each in turn its cheapest given the others, until none moves."""
    order = sorted(range(len(options)), key=lambda i: (-np.sort(costs[i])[:12].sum(), i))
    chosen: dict[int, int] = {}
    for _ in range(rounds):
        moved = False
        for i in order:
            boxes, leads, _ = options[i]
            others = [j for j in chosen if j != i]
            placed = np.array([options[j][0][chosen[j]] for j in others]).reshape(-1, 4)
            strings = np.array([options[j][1][chosen[j]] for j in others]).reshape(-1, 4)
            total = (
                costs[i]
                + 1000 * _overlap(boxes, placed)
                + 300 * _struck(boxes, strings)
                + 200 * _crossing(leads, strings)
            )
            if len(placed):
                total = total + 300 * np.array([_struck(placed, lead[None]).sum() for lead in leads])
            best = int(np.argmin(total))
            moved |= chosen.get(i) != best
            chosen[i] = best
        if not moved:
            break
    return [chosen[i] for i in range(len(options))]
