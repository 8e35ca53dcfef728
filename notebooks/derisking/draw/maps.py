"""Maps. They take tidy frames of places and know nothing of what is plotted.

A panel is one equal-area map. Places come as `lon`, `lat` (degrees, WGS 84); positions within a
panel are in metres of its projection. The ground is Natural Earth's countries with its de facto
borders (data/basemap).
"""

from dataclasses import dataclass
from functools import cache

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pandas as pd
import shapely

from derisking.core import paths
from derisking.draw.axes import place_axes
from derisking.draw.style import HAIRLINE, NOTE, SOFT

RADIUS = 6_371_007  # metres, authalic


# ------------------------------------------------------------------------------------------- ground


def project_region(lon: float, lat: float) -> str:
    """Return Lambert's azimuthal equal-area projection (for a continent) centred on a point."""
    return f"+proj=laea +lon_0={lon} +lat_0={lat} +R={RADIUS} +units=m"


@dataclass(frozen=True)
class View:
    """What a panel shows.

    crs: projection. box: ground to draw (west, south, east, north). centre: lon, lat. width: km.
    """

    crs: str
    box: tuple[float, float, float, float]
    centre: tuple[float, float]
    width: float


EUROPE = View(project_region(16, 50), (-40, 20, 80, 84), (15.5, 49.8), 5000)
AFRICA = View(project_region(18, 3), (-50, -50, 90, 65), (20, 4.5), 10300)
ASIA = View(project_region(105, 22), (40, -45, 179.9, 84), (104, 22), 10100)
AMERICAS = View(project_region(-75, 10), (-170, -60, -10, 84), (-74, 13), 8900)


@cache
def _read_countries() -> gpd.GeoDataFrame:
    return gpd.read_file(paths.BASEMAP / "countries.geojson")


@cache
def load_ground(view: View) -> gpd.GeoSeries:
    """Return the countries within the box of a view, projected.

    What a page cannot show only makes files large: detail below a millionth of the width is
    smoothed away, shared borders together.
    """
    ground = _read_countries().clip(shapely.box(*view.box), keep_geom_type=True).geometry
    return ground.segmentize(1.0).to_crs(view.crs).simplify_coverage(view.width)


def locate_places(places: pd.DataFrame, crs: str) -> pd.DataFrame:
    """Return columns `x`, `y` (metres) for columns `lon`, `lat` of `places`, on the same index."""
    points = gpd.points_from_xy(places["lon"], places["lat"], crs="EPSG:4326").to_crs(crs)
    return pd.DataFrame({"x": points.x, "y": points.y}, index=places.index)


def draw_ground(ax, view: View, frame: bool = True) -> None:
    """Draw the ground of a view into `ax`, which has its place; its shape decides the height."""
    area = ax.get_window_extent()
    centre = pd.DataFrame([view.centre], columns=["lon", "lat"])
    x, y = locate_places(centre, view.crs).iloc[0]
    half = view.width * 500, view.width * 500 * area.height / area.width
    land = {"color": HAIRLINE, "edgecolor": "white", "linewidth": 0.35}
    load_ground(view).plot(ax=ax, zorder=0, aspect=None, **land)
    ax.set(xlim=(x - half[0], x + half[0]), ylim=(y - half[1], y + half[1]))
    ax.set(xticks=[], yticks=[], xlabel="", ylabel="")
    ax.spines[:].set(visible=frame, color=SOFT, linewidth=0.5)


def draw_panel(ax, view: View, at, frame: pd.DataFrame, style, named=None):
    """Draw one panel, its ground and its places; return the places drawn.

    at: (left, top, width, height), as for `place_axes`. frame, style, named: as in
    `draw_places`. A panel with only some places named has no line around it.
    """
    place_axes(ax, *at)
    draw_ground(ax, view, frame=named is None)
    return draw_places(ax, view.crs, frame, style, named)


# -------------------------------------------------------------------------------------------- marks


def draw_places(ax, crs: str, frame: pd.DataFrame, style, named=None) -> pd.DataFrame:
    """Draw places with their names into a panel; return those within the view, with x, y (metres).

    frame: lon, lat, text, size, colour, and what `style(row)` needs; it returns the keyword
    arguments of `Axes.plot`. named: which rows to label, all if not given.
    """
    here = frame.join(locate_places(frame, crs))
    here = here[here["x"].between(*ax.get_xlim()) & here["y"].between(*ax.get_ylim())]
    for row in here.itertuples():
        ax.plot(row.x, row.y, **{"zorder": 4, "clip_on": True, **style(row)})
    label_places(ax, here, named)
    return here


# ------------------------------------------------------------------------------------------- labels

ANGLES = np.radians([0, 180, 30, -30, 150, -150, 90, -90, 60, -60, 120, -120, 15, -15, 165, -165])
GAPS = (1, 3, 6, 9, 13, 17, 22, 28, 35, 44)  # points between the edge of a mark and its label
MARK = 6.0  # points: width of a mark
LEADER = 2.5  # points: a label farther off than this gets a leader


def label_places(ax, places: pd.DataFrame, named: pd.Series | None = None) -> None:
    """Write `text` beside each place (x, y, text, size, colour), with a leader where it is far.

    named: which places to label, by index; the others are kept clear of. `lay_map_labels` decides
    where they go.
    """
    fig = ax.get_figure()
    scale = 72 / fig.dpi
    renderer = fig.canvas.get_renderer()
    area = ax.get_window_extent(renderer)
    page = np.array([area.x0, area.y0, area.x1, area.y1]) * scale + np.array([1, 1, -1, -1])
    at = ax.transData.transform(places[["x", "y"]].to_numpy(float)) * scale
    inside = (at > page[:2]).all(axis=1) & (at < page[2:]).all(axis=1)
    if named is not None:
        inside &= named.reindex(places.index).to_numpy(bool)
    sizes = np.zeros((len(places), 2))
    for number, row in enumerate(places.itertuples()):
        probe = mpl.text.Text(0, 0, row.text, fontsize=row.size, figure=fig)
        box = probe.get_window_extent(renderer)
        sizes[number] = box.width * scale, box.height * scale
    boxes, leads = lay_map_labels(at, sizes, inside, page)
    back = ax.transData.inverted()
    for row, box, lead in zip(places[inside].itertuples(), boxes, leads, strict=True):
        x, y = back.transform((box[:2] + box[2:]) / 2 / scale)
        words = {"fontsize": row.size, "color": row.colour}
        ax.text(x, y, row.text, ha="center", va="center", zorder=5, **words)
        if np.hypot(*(lead[2:] - lead[:2])) > LEADER:
            ends = back.transform(lead.reshape(2, 2) / scale)
            ax.plot(*ends.T, color=NOTE, lw=0.4, zorder=3, solid_capstyle="butt")


def lay_map_labels(at, sizes, named, page) -> tuple[np.ndarray, np.ndarray]:
    """Say where labels go: boxes and leaders, both (x0, y0, x1, y1), one row for each named place.

    at: middles of all marks. sizes: width and height of their labels. named: which are labelled.
    page: the edge no label crosses. All in points.

    The labels with least room are placed first. Each takes the cheapest of 160 places around its
    mark: near before far, beside before above; never, if it can be helped, over a mark, a
    label placed before, or the edge. Then each looks once more, now that all others stand.
    """
    spots = np.hstack([at - MARK / 2, at + MARK / 2])
    own = np.flatnonzero(named)
    options = [_list_candidates(at[i], sizes[i]) for i in own]
    costs = []
    for i, (boxes, leads, distance) in zip(own, options, strict=True):
        others = np.delete(spots, i, axis=0)
        costs.append(distance + _cost_of_ground(boxes, leads, others, page))
    room = [np.sort(cost)[:12].sum() for cost in costs]
    order = sorted(range(len(own)), key=lambda i: (-room[i], i))
    boxes, leads = np.full((len(own), 4), np.nan), np.full((len(own), 4), np.nan)
    for i in order * 2:
        boxes[i] = leads[i] = np.nan
        stand = ~np.isnan(boxes[:, 0])
        taken = _cost_of_labels(options[i][0], options[i][1], boxes[stand], leads[stand])
        best = int(np.argmin(costs[i] + taken))
        boxes[i], leads[i] = options[i][0][best], options[i][1][best]
    return boxes, leads


def _list_candidates(point: np.ndarray, size: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return boxes, leaders and costs of the places a label may take around its mark."""
    gap, angle = (grid.ravel() for grid in np.meshgrid(GAPS, ANGLES, indexing="ij"))
    rank = np.tile(np.arange(len(ANGLES)), len(GAPS))
    way = np.column_stack([np.cos(angle), np.sin(angle)])
    near = point + way * (MARK / 2 + gap)[:, None]
    side = np.where(np.abs(way) < 0.3, 0, np.sign(way))
    centre = near + side * size / 2
    boxes = np.hstack([centre - size / 2, centre + size / 2])
    touch = np.clip(near, boxes[:, :2] + 0.2, boxes[:, 2:] - 0.2)
    leads = np.hstack([point + way * MARK / 2, np.where(side == 0, touch, near)])
    return boxes, leads, gap + rank * 0.12 + np.where(gap > 2, 2.0, 0.0)


def _cost_of_ground(boxes, leads, marks, page) -> np.ndarray:
    """Return what each candidate costs against what does not move: edge, foreign marks."""
    out = (boxes[:, :2] < page[:2]).any(axis=1) | (boxes[:, 2:] > page[2:]).any(axis=1)
    close = count_overlaps(boxes, marks, pad=3)  # may be read as the name of the other mark
    over = out + count_overlaps(boxes, marks)
    through = find_hits(leads, marks).sum(axis=1)
    return 5 * close + 1000 * over + 300 * through


def _cost_of_labels(boxes, leads, placed, strings) -> np.ndarray:
    """Return what each candidate costs against the labels placed and their leaders."""
    over = 1000 * count_overlaps(boxes, placed) + 300 * find_hits(strings, boxes).sum(axis=0)
    through = 300 * find_hits(leads, placed).sum(axis=1)
    return over + through + 200 * count_crossings(leads, strings)


def count_overlaps(boxes: np.ndarray, others: np.ndarray, pad: float = 0.6) -> np.ndarray:
    """Return for each box how many of `others` it overlaps or comes nearer to than `pad`."""
    a, b = boxes[:, None], others[None]
    apart = (a[..., :2] >= b[..., 2:] + pad) | (a[..., 2:] <= b[..., :2] - pad)
    return (~apart.any(axis=-1)).sum(axis=1)


def find_hits(pieces: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Return a table, pieces by boxes: does the piece of line pass through the box?

    Tried at eleven points of each piece, which is close enough for the length of a leader.
    """
    share = np.linspace(0, 1, 11)[None, :, None]
    along = pieces[:, None, :2] * (1 - share) + pieces[:, None, 2:] * share
    points, box = along[:, None], boxes[None, :, None]
    inside = (points > box[..., :2]) & (points < box[..., 2:])
    return inside.all(axis=-1).any(axis=-1)


def count_crossings(leads: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return for each leader how many pieces of line it crosses."""
    p, r = leads[:, None, :2], leads[:, None, 2:] - leads[:, None, :2]
    q, s = others[None, :, :2], others[None, :, 2:] - others[None, :, :2]
    cross = r[..., 0] * s[..., 1] - r[..., 1] * s[..., 0]
    safe = np.where(cross == 0, np.inf, cross)
    d = q - p
    t = (d[..., 0] * s[..., 1] - d[..., 1] * s[..., 0]) / safe
    u = (d[..., 0] * r[..., 1] - d[..., 1] * r[..., 0]) / safe
    return ((t > 0) & (t < 1) & (u > 0) & (u < 1) & (cross != 0)).sum(axis=1)
