"""The tidy steps behind the charts of 06: who speaks, how many voices, what amounts, which
rounds."""

import pandas as pd
import pytest

from derisking.core import sources
from derisking.rooms import n06_why_now


def statements(*rows):
    """Rows are (who, reason_class, mission_id, date, sources)."""
    return pd.DataFrame(rows, columns=["who", "reason_class", "mission_id", "date", "sources"])


def test_speakers_are_sorted_into_kinds_and_their_statements_joined():
    found = n06_why_now.gather_speakers(
        statements(
            ("DPRK ambassador in Kampala", "efficiency", "UGA-kampala-embassy", "2023-10-27", "a"),
            ("Ugandan presidency", "efficiency", "UGA-kampala-embassy", "2023-10-23", "b"),
            (
                "President of Uganda",
                "economy;efficiency",
                "UGA-kampala-embassy",
                "2023-10-23",
                "c;b",
            ),
            ("ROK foreign ministry", "sanctions", None, "2023-12-05", "d"),
            (
                "Ryu Hyun Woo (former acting DPRK envoy in Kuwait)",
                "economy",
                None,
                "2023-11-01",
                "e",
            ),
            (
                "Yonhap, as relayed by Korea News Gazette",
                "economy",
                "HKG-hong-kong-cg",
                "2023-10",
                "f",
            ),
            ("DPRK foreign ministry", "economy", None, "1998-03-14", "g"),
        )
    )
    blocks = n06_why_now.BLOCKS
    order = ["dprk", "rok", "host", "other", "other"]
    assert list(found["block"]) == ["1998", *(blocks[group] for group in order)]
    uganda = found[found["name"].eq("Ugandan presidency")].iloc[0]
    assert (
        uganda["marked"] == ["economy", "efficiency"]
        and uganda["sources"] == "b;c"
        and uganda["aside"] == "Kampala"
    )
    yonhap = found[found["name"].eq("Yonhap")].iloc[0]
    assert yonhap["aside"] == "Hong Kong" and yonhap["group"] == "other"


def test_speakers_who_share_a_body_are_one_voice(monkeypatch):
    heard = {"a": {"mofa"}, "b": {"mofa", "afp"}, "c": {"afp"}, "d": {"kbs"}}
    monkeypatch.setattr(
        sources, "name_voices", lambda ids: frozenset().union(*(heard[x] for x in ids.split(";")))
    )
    assert n06_why_now.count_independent_voices(["a", "c"]) == 2
    assert n06_why_now.count_independent_voices(["a", "b", "c", "d"]) == 2  # b links a and c
    assert n06_why_now.count_independent_voices([]) == 0


def test_amounts_are_least_and_greatest_times_the_factor():
    series = pd.DataFrame(
        {
            "series_id": ["x_low", "x_high", "y", "x_low"],
            "year": [2022, 2022, 2022, 2023],
            "value": [10.0, 300.0, 5.0, 1.0],
        }
    )
    plan = pd.DataFrame(
        {"series": [["x_low", "x_high"], ["y"]], "first": 2022, "last": 2022, "factor": [12, 0.1]}
    )
    found = n06_why_now.gather_amounts(series, plan)
    assert found[["low", "high"]].to_numpy().tolist() == [[120, 3600], [0.5, 0.5]]
    assert found["amount"].to_list() == ["120-3,600", "0.50"]


def test_a_note_gives_its_two_percentages():
    note = "arms and troops; only 4 to 20 percent of it seen as paid, 3 years"
    assert n06_why_now.read_percents(note) == (4, 20)


def test_rounds_hold_each_closing_year_and_the_known_years_before_it():
    growth = pd.Series({1990: -3.7, 1991: -5.2, 1993: -4.3, 1994: -1.8, 1995: -4.6})
    found = n06_why_now.gather_rounds(growth, [1991, 1995], before=3)
    assert list(found.columns) == ["round", "lag", "year", "value"]
    assert found.loc[found["lag"].eq(0), "value"].to_list() == [-5.2, -4.6]
    # 1988 and 1989 are not in the series, nor is 1992: they are left out and never filled in.
    assert found[found["round"].eq(1991)]["year"].to_list() == [1990, 1991]
    assert found[found["round"].eq(1995)]["lag"].to_list() == [2, 1, 0]


def test_a_speaker_gets_one_mark_for_each_reason_in_the_order_of_the_chart():
    table = pd.DataFrame(
        {
            "group": ["other", "dprk", "host"],
            "name": ["Yonhap", "Ministry", "Nepalese officials"],
            "aside": ["x"] * 3,
            "marked": [["sanctions", "economy"], ["efficiency"], ["economy"]],
            "sources": ["a", "b", "c"],
        }
    )
    found = n06_why_now.list_marks(table)
    assert list(found.columns) == list(n06_why_now.MARKS)
    assert list(zip(found["key"], found["name"], strict=True)) == [
        ("economy", "Nepalese officials"),
        ("economy", "Yonhap"),
        ("sanctions", "Yonhap"),
        ("efficiency", "Ministry"),
    ]


def test_compilations_differ_by_the_greatest_gap():
    values = pd.DataFrame(
        {
            "key": ["A"] * 4,
            "year": [1, 1, 2, 2],
            "value": [0.5, 0.6, 0.7, 0.4],
            "hollow": [False, True, False, True],
        }
    )
    share, gap = n06_why_now.compare_compilations(values)
    assert list(share["A"]) == [0.5, 0.7] and gap == pytest.approx(0.3)
