"""The tidy steps behind the charts of 07: what became of a mission, how long an opening lasted."""

import pandas as pd
import pytest

from derisking.rooms import n07_what_follows

STAYED, NEW, BACK, AWAY, SILENT = n07_what_follows.GROUPS
FATES = {  # state -> what became of its mission, whether it is friendly
    "China": (STAYED, True),
    "Egypt": (STAYED, False),
    "Iran": (BACK, True),
    "Sweden": (BACK, False),
    "Poland": (BACK, False),
    "Germany": (AWAY, False),
    "France": (SILENT, False),
    "Cuba": (SILENT, True),
}


@pytest.fixture
def missions():
    table = pd.DataFrame(FATES.values(), columns=["group", "close"])
    unknown = dict.fromkeys(["iso3", "returned_earliest", "returned_latest"], pd.NA)
    table = table.assign(sending_state=list(FATES), status_latest_asof="2024", **unknown)
    seen = table["sending_state"].map({"Egypt": "2022-02-10"}).fillna("2024-01-30")
    return table.assign(seen=pd.to_datetime(seen))


def test_a_heading_counts_those_that_share_a_fate_among_all_or_among_those_that_left(missions):
    headings = n07_what_follows.name_blocks(missions)
    assert dict(zip(missions["sending_state"], headings, strict=True)) == {
        "China": "1 of 3 stayed",
        "Egypt": "1 of 5 stayed",
        "Iran": "1 of 2 are back",
        "Sweden": "2 of 4 are back",
        "Poland": "2 of 4 are back",
        "Germany": "2 not known to be back",
        "France": "2 not known to be back",
        "Cuba": "1 not known to be back",
    }


def test_a_tile_is_filled_if_the_mission_is_at_work_and_an_old_report_is_told(missions):
    fig, shown = n07_what_follows.draw_return(missions, pd.Timestamp("2023-08-26"))
    (ax,) = fig.axes
    written = [text.get_text() for text in ax.texts]
    assert set(shown["sending_state"]) | set(shown["heading"]) <= set(written)
    assert [words for words in written if "heard" in words] == ["last heard of in February 2022"]
    filled = [tile for tile in ax.patches if tile.get_facecolor()[3]]
    assert (len(ax.patches), len(filled)) == (len(FATES), 5)


def test_an_opening_runs_to_the_step_that_undid_it_and_a_plan_that_fell_through_has_none():
    rows = [
        ("lasting", "opening", "2024-02-09", None),
        ("short", "opening", "2025-02-20", "shut"),
        ("shut", "closing", "2025-03-05", None),
        ("race", "opening", "2025-04-06", "no race"),
        ("no race", "closing", "2026-03-09", None),
        ("plan", "neutral", "2024-08-14", None),
    ]
    steps = pd.DataFrame(rows, columns=["id", "direction", "date_earliest", "reversed_by"])
    steps["date_earliest"] = pd.to_datetime(steps["date_earliest"])
    steps["date_latest"] = steps["date_earliest"]
    found = n07_what_follows.pair_steps(steps, single=["race"]).set_index("id")
    assert found["words"].to_dict() == {
        "lasting": "no end known",
        "short": "13 days",
        "race": "one day",
        "no race": "did not happen",
        "plan": "did not happen",
    }
    ends = found["until"].dropna().dt.strftime("%Y-%m-%d").to_dict()
    assert ends == {"short": "2025-03-05", "race": "2025-04-06"}
