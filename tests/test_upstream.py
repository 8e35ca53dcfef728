"""Tests of the loader for a reader's own workbook, on small made-up workbooks of the same
layout."""

import numpy as np
import pandas as pd
import pytest

from derisking.core import tables
from derisking.stats import rates

STATES = {"2": "USA", "731": "PRK", "20": "CAN", "365": "RUS"}


def sheet(ties, year, states=STATES):
    """Lay out one count as the DIPCON workbook does: four header rows, codes across and down, 0 or
    1."""
    codes = list(states)
    rows = [
        [
            *[None] * (len(codes) + 3),
            "The Column Countries are Where the Embassies and Ambassadors are Located.",
        ],
        ["ccode", None, None, None, *map(int, codes)],
        [None, "year", None, None, *[year] * len(codes)],
        [None, None, "abbrev", None, *states.values()],
        [None, None, None, "ISO3let", *states.values()],
    ]
    for code in codes:
        rows.append(
            [
                int(code),
                year,
                states[code],
                states[code],
                *[int((code, other) in ties) for other in codes],
            ]
        )
    return pd.DataFrame(rows)


def workbook(folder, sheets, name="DIPCON_3.0.xlsx"):
    file = folder / name
    with pd.ExcelWriter(file) as writer:
        for title, frame in sheets.items():
            frame.to_excel(writer, sheet_name=str(title), header=False, index=False)
    return file


@pytest.fixture
def counts():
    """Three counts: North Korea loses two of three posts, one of which is back at the next
    count."""
    full = {("731", "2"), ("731", "20"), ("731", "365"), ("2", "20")}
    less = {("731", "365"), ("2", "20"), ("2", "731")}
    back = {("731", "365"), ("731", "20"), ("2", "731")}
    return {1989: full, 1990: less, 1993: back}


@pytest.fixture
def dipcon(tmp_path, counts):
    return workbook(tmp_path, {year: sheet(ties, year) for year, ties in counts.items()})


def test_reads_every_count(dipcon, counts):
    read = rates.read_dipcon(dipcon)
    assert list(read) == [1989, 1990, 1993]
    for year, ties in counts.items():
        matrix = read[year]
        assert {
            (row, column) for row in matrix.index for column in matrix if matrix.loc[row, column]
        } == ties


def test_closed_opened_and_back(dipcon):
    table = rates.compare_counts(rates.read_dipcon(dipcon)).set_index(["prev_wave", "sender"])
    prk = table.loc[(1989, "731")]
    assert (prk["before"], prk["closed"], prk["opened"], prk["back"]) == (3, 2, 0, 1)
    assert prk["closed_share"] == pytest.approx(2 / 3)
    assert prk["lasting_share"] == pytest.approx(1 / 3)
    assert prk["net_loss"] == pytest.approx(2 / 3)
    assert pd.isna(table.loc[(1990, "731"), "back"])


def test_yearly_share():
    assert rates.convert_to_yearly(0.19, 2) == pytest.approx(0.1)
    assert rates.convert_to_yearly(0.19, 1) == pytest.approx(0.19)


def test_states_that_are_new_or_gone_do_not_count(tmp_path):
    """A host that is not listed at both counts is neither closed nor opened there."""
    old = sheet({("731", "2"), ("731", "20")}, 1990)
    new = sheet(
        {("731", "2"), ("731", "99")},
        1993,
        {**{c: n for c, n in STATES.items() if c != "20"}, "99": "NEW"},
    )
    table = rates.compare_counts(
        rates.read_dipcon(workbook(tmp_path, {1990: old, 1993: new}))
    ).set_index("sender")
    assert table.loc["731", ["before", "closed", "opened"]].tolist() == [1, 0, 0]


def test_distribution_has_the_columns_of_the_table(dipcon, monkeypatch):
    monkeypatch.setattr(rates, "MINIMA", (1, 2))
    table = rates.summarise_senders(rates.compare_counts(rates.read_dipcon(dipcon)), "test", "")
    assert list(table) == [field["name"] for field in tables.read_schema("base_rates")["fields"]]
    first = table[table["prev_wave"].eq(1989) & table["min_missions"].eq(1)].iloc[0]
    assert (first["senders"], first["ties_prev"], first["ties_closed"], first["ties_opened"]) == (
        2,
        4,
        2,
        1,
    )
    assert first["pooled_closed_share"] == 0.5
    assert first["senders_ge_17pct"] == 1
    assert first["prk_closed_share"] == pytest.approx(0.6667)
    assert table["prev_wave"].tolist() == [1989, 1989, 1990, 1990][: len(table)]
    assert pd.isna(table.iloc[-1]["senders_lasting_ge_17pct"])  # no later count


def test_senders_of_like_size_are_counted_apart():
    """Of two senders with 40 and more, one has 53 posts and closes nine, one has 100 and closes
    fifty."""
    shares = {"closed_share": [9 / 53, 0.5], "per_year": [9 / 53, 0.5], "before": [53, 100]}
    rest = {"closed": [9, 50], "opened": 0, "back": 0, "net_loss": 0.0, "lasting_share": 0.0}
    head = {"prev_wave": 1989, "wave": 1990, "years_between": 1, "sender": ["1", "2"]}
    table = rates.summarise_senders(pd.DataFrame({**head, **shares, **rest}), "test", "")
    row = table.set_index("min_missions").loc[40]
    assert row[["senders", "senders_ge_17pct"]].tolist() == [2, 2]
    assert row[["senders_to_70", "senders_to_70_ge_17pct_per_year"]].tolist() == [1, 1]


def test_committed_table_is_used_without_a_workbook(tmp_path):
    table, origin = rates.load_base_rates(tmp_path)
    assert table.equals(tables.load_table("base_rates"))
    assert "base_rates" in origin


def test_missing_folder_is_no_error(tmp_path):
    assert rates.find_workbook(rates.DIPCON, tmp_path / "none") is None


def test_workbook_is_used_and_named(dipcon, monkeypatch):
    monkeypatch.setattr(rates, "MINIMA", (1,))
    table, origin = rates.load_base_rates(dipcon.parent)
    assert len(table) == 2
    assert dipcon.name in origin


def diplometrics(folder, rows, columns=("SendingCountry", "Destination", "Year", "Embassy", "LOR")):
    frame = pd.DataFrame(rows, columns=columns)
    file = folder / "Diplometrics_Diplomatic-Representation_1960-2024_20250825.xlsx"
    frame.to_excel(file, index=False)
    return file


ROWS = [
    ["North Korea", "Nepal", 2022, 1, 1.0],
    ["North Korea", "China", 2022, 1, 1.0],
    ["China", "Nepal", 2022, 1, 0.75],
    ["North Korea", "Nepal", 2023, 0, 0.0],
    ["North Korea", "China", 2023, 1, 1.0],
    ["China", "Nepal", 2023, 1, 0.125],
]


@pytest.mark.parametrize("sender", ["SendingCountry", "Sending Country"])
def test_diplometrics(tmp_path, sender):
    file = diplometrics(tmp_path, ROWS, [sender, "Destination", "Year", "Embassy", "LOR"])
    table = rates.compare_counts(rates.read_diplometrics(file)).set_index("sender")
    assert table.loc["North Korea", ["before", "closed"]].tolist() == [2, 1]
    assert table.loc["China", "closed"] == 0
    strict = rates.compare_counts(rates.read_diplometrics(file, least=0.5)).set_index("sender")
    assert strict.loc["China", "closed"] == 1


def test_diplometrics_comes_first(tmp_path, counts, monkeypatch):
    monkeypatch.setattr(rates, "MINIMA", (1,))
    workbook(tmp_path, {year: sheet(ties, year) for year, ties in counts.items()})
    file = diplometrics(tmp_path, ROWS)
    table, origin = rates.load_base_rates(tmp_path)
    assert file.name in origin
    assert table["prk_closed_share"].tolist() == [0.5]


def message(call, *args):
    with pytest.raises(rates.UpstreamError) as error:
        call(*args)
    return str(error.value)


def test_every_error_says_where_to_get_it(tmp_path):
    file = tmp_path / "DIPCON_3.0.xlsx"
    file.write_text("no workbook")
    words = message(rates.read_dipcon, file)
    assert "data/upstream/DIPCON_3.0.xlsx" in words
    assert "u.arizona.edu" in words
    assert "data/upstream/README.md" in words


def test_sheet_without_codes(tmp_path):
    file = workbook(tmp_path, {1989: pd.DataFrame([["a", "b"], [1, 0]]), 1990: sheet(set(), 1990)})
    assert "no row that begins with ccode in sheet 1989" in message(rates.read_dipcon, file)


def test_cell_that_is_no_flag(tmp_path):
    bad = sheet(set(), 1989)
    bad.iloc[6, 5] = "x"
    words = message(rates.read_dipcon, workbook(tmp_path, {1989: bad, 1990: sheet(set(), 1990)}))
    assert "row 7, column 6 of 1989: found 'x'; expected 0 or 1" in words


def test_code_twice(tmp_path):
    bad = sheet(set(), 1989)
    bad.iloc[6, 0] = 2
    words = message(rates.read_dipcon, workbook(tmp_path, {1989: bad, 1990: sheet(set(), 1990)}))
    assert "code 2 twice among the senders of sheet 1989" in words


def test_one_count_is_too_few(tmp_path):
    file = workbook(tmp_path, {"notes": pd.DataFrame([["x"]]), 1990: sheet(set(), 1990)})
    assert "1 sheets named after a year; expected at least two" in message(rates.read_dipcon, file)


def test_diplometrics_without_a_column(tmp_path):
    file = diplometrics(
        tmp_path, [row[:4] for row in ROWS], ["SendingCountry", "Destination", "Year", "Embassy"]
    )
    words = message(rates.read_diplometrics, file)
    assert "no column LOR" in words
    assert "korbel.du.edu" in words


def test_diplometrics_year_that_is_no_number(tmp_path):
    rows = [list(row) for row in ROWS]
    rows[1][2] = "MMXXII"
    assert "row 3, column Year: found 'MMXXII'" in message(
        rates.read_diplometrics, diplometrics(tmp_path, rows)
    )


def test_diplometrics_pair_twice(tmp_path):
    words = message(rates.read_diplometrics, diplometrics(tmp_path, [*ROWS, ROWS[0]]))
    assert "twice; expected one row a pair and year" in words
    assert "row 8" in words


def test_two_workbooks_of_one_kind(tmp_path):
    for name in ("DIPCON_3.0.xlsx", "dipcon_3.0_copy.xlsx"):
        workbook(tmp_path, {1990: sheet(set(), 1990)}, name)
    assert "2 workbooks" in message(rates.find_workbook, rates.DIPCON, tmp_path)


def test_too_few_posts_anywhere(dipcon):
    words = message(
        rates.summarise_senders, rates.compare_counts(rates.read_dipcon(dipcon)), "test", ""
    )
    assert "No sender has 10 posts" in words


def test_missing_state_is_left_out(tmp_path):
    """The workbook of 1975 marks two states as unknown: they are neither senders nor hosts."""
    bad = sheet({("731", "2")}, 1975)
    bad.iloc[8, 4:] = "."
    bad.iloc[5:, 7] = "."
    matrix = rates.read_dipcon(workbook(tmp_path, {1975: bad, 1980: sheet(set(), 1980)}))[1975]
    assert "365" not in matrix.index
    assert "365" not in matrix.columns
    assert matrix.loc["731", "2"]


def set_unknown(frame):
    frame.iloc[8, 4:], frame.iloc[5:, 7] = ".", "."


def set_unknown_but_for_itself(frame):
    set_unknown(frame)
    frame.iloc[8, 7] = 0


def set_unknown_with_blanks(frame):
    frame.iloc[8, 4:], frame.iloc[5:, 7] = " .", ". "


def set_unknown_as_sender(frame):
    frame.iloc[8, 4:] = "."


def set_numbers_as_text(frame):
    set_unknown_but_for_itself(frame)
    frame.iloc[5:, 0] = frame.iloc[5:, 0].astype(str)
    frame.iloc[5:, 4:] = frame.iloc[5:, 4:].astype(str)


@pytest.mark.parametrize(
    "change",
    [
        set_unknown,
        set_unknown_but_for_itself,
        set_unknown_with_blanks,
        set_unknown_as_sender,
        set_numbers_as_text,
    ],
)
def test_a_state_that_was_absent_drops_out_on_both_sides_however_it_is_marked(change, tmp_path):
    first = sheet({("731", "2"), ("731", "20")}, 1975).astype(object)
    change(first)
    sheets = {"Wave 1975 (v3)": first, "1980.0": sheet({("731", "2")}, 1980)}
    counts = rates.read_dipcon(workbook(tmp_path, sheets))
    assert list(counts) == [1975, 1980]
    assert list(counts[1975].index) == list(counts[1975]) == ["2", "731", "20"]
    closed = rates.compare_counts(counts).set_index("sender").loc["731", ["before", "closed"]]
    assert closed.tolist() == [2, 1]


def test_reciprocity_is_counted_apart(dipcon):
    """Canada and Russia keep nothing in Pyongyang in 1989, nor does anyone; in 1990 the US does."""
    table = rates.compare_reciprocity(rates.read_dipcon(dipcon), least=99)
    first = table[table["prev_wave"].eq(1989) & table["outcome"].eq("gone")].iloc[0]
    assert first[rates.CELLS].tolist() == [0, 0, 2, 1]
    lasting = table[table["prev_wave"].eq(1989) & table["outcome"].eq("lasting")].iloc[0]
    assert lasting[rates.CELLS].tolist() == [0, 0, 1, 2]


def plant(tmp_path, returned, onesided):
    """Sixty states in a ring of exchanged posts and one of one-sided ones, two counts."""
    rng = np.random.default_rng(4)
    states = {str(code): f"S{code}" for code in range(1, 61)}
    old = set()
    for one in range(60):
        for step in range(1, 16):
            old.add((str(one + 1), str((one + step) % 60 + 1)))
            if step < 9:
                old.add((str((one + step) % 60 + 1), str(one + 1)))
    lost = {
        pair
        for pair in sorted(old)
        if rng.random() < (returned if (pair[1], pair[0]) in old else onesided)
    }
    sheets = {1970: sheet(old, 1970, states), 1975: sheet(old - lost, 1975, states)}
    counts = rates.read_dipcon(workbook(tmp_path, sheets))
    rows = rates.compare_reciprocity(counts)
    return rates.summarise_reciprocity(rows, "test").set_index("senders").loc["all_20"]


def test_planted_reciprocity_is_found(tmp_path):
    found = plant(tmp_path, 0.05, 0.2)
    assert found["high"] < 0.5
    assert found["low"] < 0.05 * 0.8 / (0.2 * 0.95) < found["high"]


def test_no_reciprocity_is_not_found(tmp_path):
    found = plant(tmp_path, 0.1, 0.1)
    assert found["low"] < 1 < found["high"]


def test_committed_reciprocity_agrees_with_its_counts():
    """The pooled counts are the sums over the intervals."""
    table = tables.load_table("reciprocity_rates")
    pooled = table["prev_wave"].eq(1970) & table["wave"].ge(2008)
    keys = ["senders", "outcome"]
    sums = table[~pooled].groupby(keys)[rates.CELLS].sum().astype(int)
    assert sums.equals(table[pooled].set_index(keys)[rates.CELLS].sort_index().astype(int))


def test_reciprocity_is_counted_in_a_readers_workbook_and_else_as_committed(dipcon, tmp_path):
    committed = rates.load_reciprocity(tmp_path / "nowhere")
    pd.testing.assert_frame_equal(committed, tables.load_table("reciprocity_rates"))
    found = rates.load_reciprocity(dipcon.parent)
    assert list(found.columns) == list(committed.columns)
    assert set(found["senders"]) == {"north_korea"} and set(found["sources"]) == {"reader's copy"}
    # the last row of an outcome is that of all intervals; one interval has none
    keys = ["outcome", "prev_wave", "wave", *rates.CELLS]
    assert found[keys].to_numpy().tolist() == [
        ["gone", 1989, 1990, 0, 0, 2, 1],
        ["gone", 1990, 1993, 0, 0, 0, 1],
        ["gone", 1989, 1993, 0, 0, 2, 2],
        ["lasting", 1989, 1990, 0, 0, 1, 2],
    ]
    # no host returned a post, so there is nothing to compare
    assert found[["odds_ratio", "low", "high"]].isna().all(axis=None)


def test_without_the_library_that_reads_workbooks_its_name_is_told(dipcon, monkeypatch):
    def fail(*_, **__):
        raise ImportError

    monkeypatch.setattr(rates.pd, "read_excel", fail)
    words = message(rates.read_dipcon, dipcon)
    assert words == "Reading data/upstream/DIPCON_3.0.xlsx needs openpyxl: `pip install openpyxl`."
