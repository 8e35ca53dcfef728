"""The drawing vocabulary: axes of years, intervals, rows, keys, line breaks, labels that keep
clear."""

import itertools

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derisking.draw import style
from derisking.draw.axes import (
    fill_page,
    locate_day,
    mark_days,
    place_axes,
    set_rows,
    set_years,
    shade_span,
    to_year,
)
from derisking.draw.labels import (
    measure_text,
    wrap_letters,
    wrap_words,
)
from derisking.draw.marks import (
    Panel,
    centre_rows,
    draw_dated,
    draw_interval,
    draw_key,
    draw_series,
    find_middle,
    find_runs,
    gather_panels,
    lay_groups,
    list_entries,
    make_hollow,
    make_panels,
    stack_rows,
    write_head,
)
from derisking.draw.save import find_text_faults


@pytest.fixture
def ax():
    return style.make_canvas(183, 60)[1]


# ------------------------------------------------------------------------------------------ axes


def test_a_day_is_a_year_with_a_fraction():
    assert to_year("2020-01-01") == 2020 and to_year("2020-07-02") == 2020.5
    assert to_year(1991.25) == 1991.25 and np.isnan(to_year(pd.NaT))
    days = pd.to_datetime(pd.Series(["2019-01-01", None]))
    assert to_year(days).tolist()[0] == 2019 and np.isnan(to_year(days)[1])


@pytest.mark.parametrize("dated", [True, False])
def test_ticks_stand_at_the_start_of_years(ax, dated):
    set_years(ax, 1989, 2026, every=5, dated=dated)
    ticks = [tick for tick in ax.get_xticks() if ax.get_xlim()[0] <= tick <= ax.get_xlim()[1]]
    assert ticks == [locate_day(ax, f"{year}-01-01") for year in range(1990, 2026, 5)]
    ax.figure.canvas.draw()
    shown = [words.get_text() for words in ax.get_xticklabels() if words.get_text()]
    assert {"1990", "2025"} <= set(shown)


def test_days_and_years_land_on_the_same_place_on_either_axis():
    _, (numeric, dated) = style.make_canvas(183, 60, 1, 2)
    set_years(numeric, 1989, 2026)
    set_years(dated, 1989, 2026, dated=True)
    assert locate_day(numeric, "2020-07-02") == 2020.5
    assert locate_day(dated, 2020.5) == mdates.date2num(pd.Timestamp("2020-07-02"))


def test_a_shared_axis_is_dated_with_its_fellow():
    _, (top, low) = style.make_canvas(183, 60, 2, 1, sharex=True)
    set_years(top, 1989, 2026, dated=True)
    assert locate_day(low, "2000-01-01") == mdates.date2num(pd.Timestamp("2000-01-01"))


def test_axes_stand_where_the_millimetres_say(ax):
    place_axes(ax, 20, 5, 100, 30)
    box = ax.get_position()
    assert (box.x0 * 183, (1 - box.y1) * 60) == pytest.approx((20, 5))
    assert (box.width * 183, box.height * 60) == pytest.approx((100, 30))
    assert fill_page(ax) == pytest.approx((183, 60)) and ax.get_ylim() == pytest.approx((60, 0))


def test_rows_run_from_the_top_down(ax):
    set_rows(ax, ["one", "two"], guides="between")
    assert ax.get_ylim() == (1.5, -0.5) and len(ax.lines) == 1


def test_a_band_is_named_in_the_middle_of_what_is_seen(ax):
    set_years(ax, 2000, 2019)
    shade_span(ax, "1990-01-01", "2010-01-01", words="a band")
    assert ax.texts[0].xy[0] == 2005
    mark_days(ax, {"one": "2004-01-01", "two": "2005-01-01"}, heights=2)
    assert find_text_faults(ax.figure) == []


# ------------------------------------------------------------------------------------- intervals

DATES = {
    "date_earliest": pd.to_datetime(["2001-01-01", None, "2003-06-01"]),
    "date_latest": pd.to_datetime(["2001-12-31", "2002-05-01", None]),
}


def test_the_middle_of_an_interval_is_the_day_known_where_one_is():
    found = find_middle(pd.DataFrame(DATES))
    assert found.tolist() == [
        pd.Timestamp("2001-07-02"),
        pd.Timestamp("2002-05-01"),
        pd.Timestamp("2003-06-01"),
    ]
    early = find_middle(pd.DataFrame(DATES), first=pd.Timestamp("2002-01-01"))
    assert early[0] == pd.Timestamp("2002-01-01")


@pytest.mark.parametrize("dated", [True, False])
def test_an_open_end_fades_out_and_bears_no_tick(ax, dated):
    set_years(ax, 2000, 2009, dated=dated)
    draw_interval(ax, 1, pd.NaT, "2005-01-01", fade=365)
    (line,), (faded,) = ax.lines, ax.collections
    known = locate_day(ax, "2005-01-01")
    assert set(line.get_xdata()[~np.isnan(line.get_xdata())]) == {known}
    reach = min(path.vertices[:, 0].min() for path in faded.get_paths())
    assert reach == pytest.approx(locate_day(ax, "2004-01-02"), abs=2 if dated else 0.01)
    alphas = faded.get_colors()[:, 3]
    assert alphas[0] == 1 and (np.diff(alphas) < 0).all()


def test_an_interval_has_a_tick_at_each_bound_and_one_bound_at_least(ax):
    set_years(ax, 2000, 2009)
    draw_interval(ax, 1, "2001-01-01", "2002-01-01", tick=0.2)
    heights = ax.lines[0].get_ydata()
    assert np.nanmin(heights) == 0.8 and np.nanmax(heights) == 1.2
    with pytest.raises(ValueError, match="without any bound"):
        draw_interval(ax, 1, pd.NaT, pd.NaT)


def test_dated_rows_are_drawn_by_what_they_mean(ax):
    set_years(ax, 2000, 2009, dated=True)
    frame = pd.DataFrame(DATES).assign(value=[1, 2, 3], body="rok", pale=[False, True, False])
    draw_dated(ax, frame, "value", "body", style.read_meanings("body"), faint="pale")
    marks = [line for line in ax.lines if line.get_marker() == "D"]
    assert [mark.get_ydata()[0] for mark in marks] == [1, 2, 3]
    assert [mark.get_alpha() for mark in marks] == [None, 0.35, None]


# ------------------------------------------------------------------------------------ rows, runs


def test_runs_break_where_a_year_is_missing(ax):
    assert [list(run) for run in find_runs([1990, 1991, 1993, 1994, 1996])] == [[0, 1], [2, 3], [4]]
    frame = pd.DataFrame({"year": [1993, 1990, 1991], "value": [3.0, 1.0, 2.0]})
    draw_series(ax, frame.assign(hollow=[True, False, False]), style.read_meanings("body")["rok"])
    joined = [line for line in ax.lines if line.get_linestyle() == "-"]
    assert [list(line.get_xdata()) for line in joined] == [[1990.5, 1991.5]]


spans = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20)), min_size=1, max_size=40)


@given(spans, st.integers(0, 5))
def test_stacked_spans_keep_apart_and_need_no_row_too_many(pairs, gap):
    starts = [start for start, _ in pairs]
    ends = [start + long for start, long in pairs]
    rows = stack_rows(starts, ends, gap)
    for i, j in itertools.combinations(range(len(pairs)), 2):
        if rows[i] == rows[j]:
            assert starts[i] >= ends[j] + gap or starts[j] >= ends[i] + gap
    deepest = max(
        sum(a - gap < s <= a or a <= s < e + gap for s, e in [(s, e)])
        for a in starts
        for s, e in zip(starts, ends, strict=True)
    )
    assert deepest <= rows.max() + 1


def test_rows_dodge_about_a_line():
    assert centre_rows([0, 1, 2, 3, 4]).tolist() == [0, 1, -1, 2, -2]


def test_groups_stand_under_their_headings():
    frame = pd.DataFrame({"kind": ["b", "a", "b"], "tall": [2, 1, 1]})
    laid, heads = lay_groups(frame, "kind", ["a", "b", "none"], air=1.5)
    assert heads == {"a": 0.0, "b": 3.5 - 0.0 - 1.0} and laid["y"].tolist() == [1.0, 3.5, 4.5]
    laid, heads = lay_groups(frame, "kind", ["b", "a"], air=1, head=0, heights="tall")
    assert laid["y"].tolist() == [0.5, 2.0, 4.0] and heads == {"b": 0.5, "a": 4.0}


# -------------------------------------------------------------------------- panels, counts by year


def test_panels_show_their_own_series_in_their_own_unit():
    columns = ["series_id", "year", "value", "basis", "period"]
    rows = [("x", 1999, 5, "reported", "1999"), ("x", 2000, 7, "estimate", "2000")]
    rows += [("y", 2000, 9, "reported", "1999/2000"), ("z", 2000, 1, "reported", "2000")]
    series = pd.DataFrame(rows, columns=columns)
    panels = {
        "a": Panel("One", "thousand", (0, 10), {"x": "kotra"}, 0.001),
        "b": Panel("Two", "number", (0, 10), {"y": "jetro"}),
    }
    shown = gather_panels(panels, series, (2000, 2001))
    assert shown["panel"].tolist() == ["a", "b"] and shown["value"].tolist() == [0.007, 9]
    assert shown["hollow"].tolist() == [True, True]  # an estimate; a year across two


# ------------------------------------------------------------------------------------ heads, keys


def test_letter_heading_and_unit_stand_on_one_line(ax):
    write_head(ax, "a", "Subject, gypsy", "percent")
    assert {text.get_va() for text in ax.texts} == {"baseline"}
    assert {text.get_position()[1] for text in ax.texts} == {4}
    assert find_text_faults(ax.figure) == []
    _, panels = make_panels({"a": ("One", "per year"), "b": ("Two", "")}, 60, (1, 2))
    assert list(panels) == ["a", "b"]


@pytest.mark.parametrize("place", ["above", "above right", "below", "upper left", (60, 20)])
def test_one_key_for_every_place(place):
    fig, ax = style.make_canvas(183, 60)
    place_axes(ax, 20, 12, 150, 34)
    key = draw_key(ax, "direction", place)
    names = [meaning.label for meaning in style.read_meanings("direction").values()]
    assert [text.get_text() for text in key.get_texts()] == names
    assert find_text_faults(fig) == []


def test_a_key_takes_groups_meanings_and_looks():
    closed = style.read_meanings("status")["closed"]
    assert [words for words, _ in list_entries("status", only={"closed", "kept"})] == [
        "kept",
        "closed",
    ]
    shown = list_entries([closed, ("a line", {"color": "k", "lw": 1}), ("open", closed)], size=3)
    assert [words for words, _ in shown] == ["closed", "a line", "open"]
    assert shown[0][1]["markersize"] == 3
    assert make_hollow(shown[0][1])["markerfacecolor"] == "white"


# ---------------------------------------------------------------------------------------- labels


@given(
    st.lists(st.text("abcdefgh", min_size=1, max_size=12), min_size=1, max_size=15),
    st.integers(8, 40),
)
def test_line_breaks_lose_nothing_and_are_as_few_as_can_be(words, letters):
    lines = wrap_letters(" ".join(words), letters).split("\n")
    assert " ".join(lines).split() == words
    assert all(len(line) <= letters or " " not in line for line in lines)
    greedy, room = 1, letters
    for place, word in enumerate(words):
        need = len(word) + (place > 0 and room != letters)
        if room != letters and need > room:
            greedy, room, need = greedy + 1, letters, len(word)
        room -= need
    assert len(lines) == greedy


def test_lines_are_broken_by_their_width():
    words = "The narrowest lines that need no more of them than the widest"
    lines = wrap_words(words, 30, 6).split("\n")
    assert max(measure_text(line, 6) for line in lines) <= 30
    assert (
        measure_text("wide\nwider", 6) == measure_text("wider", 6) == measure_text("wider", 3) * 2
    )
