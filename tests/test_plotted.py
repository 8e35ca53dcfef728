"""The CSV of a figure holds what the figure shows: its values are found, one by one, among the
coordinates drawn.

What a figure draws is noted while pytest runs its notebook (`witness`); the checks themselves stand
there among the cells (`notebook_runs`), because they need that run.
"""

import json

import numpy as np
import pandas as pd
import pytest
from tests import witness

from derisking.core import paths
from derisking.rooms import n04_risks, n05_why_taken

# Columns whose every value must stand in the figure as a coordinate, and the factor by which it is
# drawn.
DRAWN = {
    "01-voices": {"papers": 1, "voices": 1},
    "02-ties-and-posts": {"value": 1, "lower": 1, "upper": 1},
    "03-closure-wave": {"closed_earliest": 1},
    "03-overview": {"value": 1, "lower": 1, "upper": 1},
    "04-exposure": {"value": 1},
    "05-collapse": {"value": 1},
    "06-alignment": {"value": 1},
    "07-visitors": {"date_latest": 1, "until": 1},
    "07-meetings": {"date_earliest": 1, "date_latest": 1},
    "08-base-rates": {"p95_per_year": 1, "share": 1},
    "08-rounds": {"with_share": 1, "without_share": 1},
    "08-specification-curve": {"odds_ratio": 1},
}


def find_missing(noted, columns: dict[str, float]) -> dict[str, np.ndarray]:
    """Return, by column, the values that stand nowhere in a figure."""
    points, missing = noted[witness.POINTS], {}
    for column, factor in columns.items():
        values = noted[column] * factor
        assert len(values), f"{column} is empty"
        # bars that are counted downwards stand at the negative of their value
        nearest = np.array([np.abs(np.abs(points) - abs(value)).min() for value in values])
        missing[column] = values[nearest > np.maximum(1e-6, np.abs(values) * 1e-6)]
    return {column: values for column, values in missing.items() if len(values)}


def count_names(noted) -> tuple[int, int]:
    """Return the discs of the closure matrix, and the names on its lists."""
    days = ("12", "confirmed", "29", "05", "30", "31", "predicted")
    lists = [noted[name] for name in noted if name.endswith(days)]
    return int(noted[witness.DISCS]), int(np.concatenate(lists).sum())


def test_every_figure_named_is_one_that_is_saved():
    records = json.loads((paths.FIGURES / "datapackage.json").read_text(encoding="utf-8"))
    assert set(DRAWN) <= {record["name"] for record in records["resources"]}


@pytest.mark.parametrize(("value", "missing"), [(3, {}), (4, {"value": [4]})])
def test_a_value_that_is_not_drawn_is_found(value, missing):
    noted = {witness.POINTS: np.array([1.0, 2, -3]), "value": np.array([1.0, value])}
    assert find_missing(noted, {"value": 1}) == missing


def count_marks(fig) -> dict[str, int]:
    """Return how many marks of a figure are full and how many are hollow."""
    lines = [line for line in fig.axes[0].lines if line.get_marker() in ("s", "o", "^")]
    found = {"full": 0, "hollow": 0}
    for line in lines:
        found["hollow" if line.get_markerfacecolor() == "white" else "full"] += len(
            line.get_xdata()
        )
    return found


def test_each_mission_and_each_measure_is_one_mark():
    rows = [("early", "missions", 12, 15), ("early", "opening", 3, 3), ("early", "closing", 1, 1)]
    rows += [("late", "missions", 2, 2), ("late", "opening", 4, 4), ("late", "closing", 21, 21)]
    counts = pd.DataFrame(rows, columns=["span", "kind", "lower", "upper"])
    found = count_marks(n05_why_taken.draw_missions_fell(counts))
    assert found == {"full": counts["lower"].sum(), "hollow": 3}


def test_each_risk_is_one_mark_wherever_its_first_reduction_lies():
    days = ["2005-01-01", "2020-01-01", "2020-01-01", "2023-08-01", None]
    ends = ["2005-12-31", "2020-12-31", "2020-01-31", "2023-08-31", None]
    risks = pd.DataFrame({"reduced_earliest": days, "reduced_latest": ends}).apply(pd.to_datetime)
    risks = risks.assign(
        group=["before", "before", "before", "after", "never"],
        down=[True, True, False, False, False],
    )
    shut = pd.Timestamp("2020-01-22"), pd.Timestamp("2023-08-26")
    fig = n04_risks.draw_register(risks, shut, pd.Timestamp("2022-02-24"))
    assert count_marks(fig) == {"full": 3, "hollow": 2}
    ends = [line for line in fig.axes[0].lines if line.get_marker() in ("s", "^")]
    assert {n04_risks.EARLIER, n04_risks.NEVER} < {x for line in ends for x in line.get_xdata()}
