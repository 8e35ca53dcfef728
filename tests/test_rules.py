"""Every rule between tables, on tables of a few rows made by hand: what is sound passes, and what
breaks the rule is told with row, column, what was found and what was expected."""

import json
from functools import cache

import pandas as pd
import pytest

from derisking.core import checks, plausible, rules, tables


def table(name, *rows):
    """A table with these rows, typed by its schema and numbered as in its file; a row gives the
    cells that matter, as text, and the others are empty."""
    fields = {field["name"]: field for field in tables.read_schema(name)["fields"]}
    given = {column: [row.get(column, "") for row in rows] for row in rows for column in row}
    assert given.keys() <= fields.keys(), f"{name} has no column {given.keys() - fields.keys()}"
    columns = {
        column: tables._typed(pd.Series(given[column], dtype="str"), field)
        if column in given
        else leave_empty(field["type"], len(rows))
        for column, field in fields.items()
    }
    return pd.DataFrame(columns).pipe(lambda frame: frame.set_axis(frame.index + 2))


@cache
def leave_empty(kind, number):
    return tables._typed(pd.Series([""] * number, dtype="str"), {"type": kind})


class Small(dict):
    """Tables by name; one that is not given is empty."""

    def __missing__(self, name):
        return make_empty(name)


@cache
def make_empty(name):
    return table(name)


def find_rule(words):
    """The one rule whose text begins with `words`."""
    (function,) = (function for text, function in rules.RULES if text.startswith(words))
    return function


def find_faults(words, **given):
    """The faults that the one rule whose text begins with `words` tells of these tables."""
    return find_rule(words)(Small(given))[2]


def work_out(words, **given):
    """What the one rule whose text begins with `words` yields: expected, found, and its faults as
    (table, row, column, found, expected)."""
    expected, found, faults = find_rule(words)(Small(given))
    places = [(f.file, f.row, f.column, f.found, f.expected) for f in faults]
    assert all(place[0].startswith("data/evidence/") for place in places)
    return (
        expected,
        found,
        [(file.removeprefix("data/evidence/").removesuffix(".csv"), *at) for file, *at in places],
    )


# ----------------------------------------------------------------------------- the published counts


def post(mission_id, before, after, kind="embassy", region="Asia", **more):
    """A row of missions: on Seoul's list before, after, or neither."""
    return {
        "mission_id": mission_id,
        "in_rok_53": before,
        "in_rok_44": after,
        "mission_type": kind,
        "region": region,
        **more,
    }


POSTS = table(
    "missions",
    post("AAA-a", "1", "1"),
    post("BBB-b", "1", "0", region="Africa"),
    post("CCC-c", "1", "1", "consulate_general", "Europe"),
    post("DDD-d", "1", "1", "permanent_mission", "Americas"),
    post("EEE-e", "1", "1", "representation", "Middle East"),
    post("FFF-f", "1", "0", region="Africa"),
    post("GGG-g", "0", "1", "consulate_general", "Europe"),
    post("HHH-h", "1", "1", region="Africa"),
    post("III-i", "", "", region="Africa"),
)


@pytest.mark.parametrize(
    ("words", "quantity", "asof", "scope", "column", "number"),
    [
        ("53 posts in October", "missions_abroad", "2023-10", "world", "in_rok_53", 7),
        ("of them 47 embassies", "embassies_abroad", "2023-10", "world", "in_rok_53", 4),
        ("of them 3 consulates", "consulates_abroad", "2023-10", "world", "in_rok_53", 1),
        ("of them 3 repres", "representations_abroad", "2023-10", "world", "in_rok_53", 2),
        ("44 posts at the end", "missions_abroad", "2023-12", "world", "in_rok_44", 6),
        ("end of 2023, Asia", "missions_abroad", "2023-12", "asia", "in_rok_44", 1),
        ("end of 2023, Americas", "missions_abroad", "2023-12", "americas", "in_rok_44", 1),
        ("end of 2023, Europe", "missions_abroad", "2023-12", "europe", "in_rok_44", 2),
        ("end of 2023, Middle East", "missions_abroad", "2023-12", "middle_east", "in_rok_44", 1),
        ("end of 2023, Africa", "missions_abroad", "2023-12", "africa", "in_rok_44", 1),
    ],
)
def test_posts_named_add_up_to_the_count_that_seoul_gave(
    words, quantity, asof, scope, column, number
):
    right = {"quantity": quantity, "asof": asof, "scope": scope, "series": "rok", "status": "used"}
    # what must not be compared with: another day, thing and part of the world, another counting
    # body, and a count that was given up
    others = [
        {**right, "asof": "2022-12"},
        {**right, "quantity": "staff_abroad"},
        {**right, "series": "rok_staff"},
        {**right, "status": "superseded"},
    ]
    if asof == "2023-12":
        others.append({**right, "scope": "oceania"})
    others = [{**row, "value": "99"} for row in others]

    def tables_with(value):
        counts = table("mission_counts", *others, {**right, "value": str(value)})
        return {"missions": POSTS, "mission_counts": counts}

    def compare(value):
        return work_out(words, **tables_with(value))

    assert compare(number) == (str(number), str(number), [])
    wrong = str(number + 1)
    assert compare(wrong) == (
        wrong,
        str(number),
        [("missions", None, column, f"{number} posts named", wrong)],
    )
    mend = "The published figure stands in mission_counts.csv; see reconciliation.csv."
    assert find_faults(words, **tables_with(wrong))[0].mend == mend
    for twice in ([right, right], []):  # which of two, or of none, should the names add up to?
        counts = table("mission_counts", *others, *({**row, "value": "7"} for row in twice))
        with pytest.raises(ValueError, match="size 1"):
            work_out(words, missions=POSTS, mission_counts=counts)


def test_the_names_gone_are_those_of_the_list():
    def compare(*named):
        rows = [{"list_id": "rok_2024_01_30", "mission_id": name} for name in named]
        rows.append({"list_id": "frank_2023_12", "mission_id": "AAA-a"})
        posts = POSTS[POSTS["in_rok_53"].notna()]
        return work_out("names gone", missions=posts, closure_lists=table("closure_lists", *rows))

    assert compare("BBB-b", "FFF-f") == ("2", "2", [])
    fault = "on one of the two only", "the same names"
    assert compare("FFF-f", "HHH-h") == (
        "2",
        "2",
        [
            ("missions", row, "in_rok_44", f"{name} {fault[0]}", fault[1])
            for row, name in ((3, "BBB-b"), (9, "HHH-h"))
        ],
    )


def test_a_complete_list_names_as_many_as_its_body_counts():
    def compare(*total):
        rows = [("a", "1", "1", total[0]), ("a", "1", "1", total[-1]), ("b", "1", "0", "9")]
        rows.append(("c", "1", "1", "1"))
        columns = ("list_id", "named", "list_complete", "list_total")
        rows = [dict(zip(columns, row, strict=True)) for row in rows]
        return work_out("lists of closures", closure_lists=table("closure_lists", *rows))

    assert compare("2") == ("2 lists", "2 lists", [])
    wrong = [("closure_lists", row, "list_total", "2 names under a", "3") for row in (2, 3)]
    assert compare("3") == ("2 lists", "1 lists", wrong)
    # the total of a list stands in each of its rows, and is the same in all
    assert compare("2", "3") == ("2 lists", "1 lists", wrong[1:])


RECONCILED = {
    **{"R01": 7, "R02": 4, "R03": 1, "R04": 2, "R05": 6, "R06": 1, "R07": 1, "R08": 2, "R09": 1},
    **{"R10": 1, "R11": 2, "R12": 4, "R13": 2, "R14": 5, "R15": 2, "R16": 1, "R17": 2},
}


@pytest.mark.parametrize("wrong", [None, *RECONCILED])
def test_each_line_of_the_reconciliation_is_worked_out_again(wrong):
    named = {
        "frank_2023_12": "BFC",
        "joongang_2023_11_29": "BF",
        "rok_2023_12_05": "FA",
        "rok_2024_01_30": "BFA",
    }
    lists = table(
        "closure_lists",
        *(
            {"list_id": name, "mission_id": f"{letter * 3}-{letter.lower()}"}
            for name, letters in named.items()
            for letter in letters
        ),
    )
    told = {name: str(value) for name, value in reversed(RECONCILED.items())}
    if wrong:
        told[wrong] = "77"
    rows = [{"control_id": name, "observed": value} for name, value in told.items()]
    found = work_out(
        "checks R01 to R17",
        missions=POSTS[POSTS["in_rok_53"].notna()],
        closure_lists=lists,
        reconciliation=table("reconciliation", *rows),
    )
    if not wrong:
        assert found == ("17 checks", "17 checks", [])
        return
    row = list(told).index(wrong) + 2
    expected = f"{RECONCILED[wrong]}, as the tables yield"
    fault = ("reconciliation", row, "observed", "'77'", expected)
    assert found == ("17 checks", "16 checks", [fault])


# ------------------------------------------------------------------------------------------- spells

ENDS = ("earliest", "latest")
PAIRS = [
    ("missions", "opened", "closed"),
    ("pyongyang_missions", "opened", "closed"),
    ("pyongyang_missions", "suspended", "returned"),
    ("relations", "established", "severed"),
    ("risks", "taken_on", "reduced"),
]


@pytest.mark.parametrize(("name", "first", "second"), PAIRS)
def test_nothing_ends_before_it_began(name, first, second):
    def row(begun, ended):
        """One that began between two days and ended between two others."""
        return {
            first: begun[0][:4],
            second: ended[1][:4],
            **{f"{first}_{end}": day for end, day in zip(ENDS, begun, strict=True)},
            **{f"{second}_{end}": day for end, day in zip(ENDS, ended, strict=True)},
        }

    sound = [
        row(("1990-01-01", "1990-12-31"), ("1998-01-01", "1998-12-31")),
        row(("1990-01-01", "1990-12-31"), ("1985-01-01", "1990-01-01")),  # on the first day
        row(("1990-01-01", "1990-12-31"), ("", "")),
        row(("", "1990-12-31"), ("1980-01-01", "1980-12-31")),
    ]
    words = f"{name}: {second} not before {first}"
    assert work_out(words, **{name: table(name, *sound)}) == ("2 rows", "2 rows", [])
    early = row(("1990-01-01", "1990-12-31"), ("1980-01-01", "1989-12-31"))
    fault = (name, 6, second, f"1989 ({second})", f"a day after 1990 ({first})")
    found = work_out(words, **{name: table(name, *sound, early)})
    assert found == ("3 rows", "2 rows", [fault])


@pytest.mark.parametrize(
    ("name", "key", "first", "second"),
    [
        ("missions", "mission_id", "opened", "closed"),
        ("pyongyang_missions", "mission_id", "opened", "closed"),
        ("relations", "iso3", "established", "severed"),
    ],
)
def test_spells_of_one_post_do_not_overlap(name, key, first, second):
    def row(one, spell, begun, ended):
        """A spell from the year `begun` to the year `ended`."""
        return {
            key: one,
            "spell": str(spell),
            first: begun,
            second: ended,
            f"{first}_earliest": f"{begun}-01-01",
            f"{first}_latest": f"{begun}-12-31",
            f"{second}_earliest": f"{ended}-12-31" if ended else "",
        }

    words = f"{name}: spells of one {key.removesuffix('_id')} do not overlap"
    later = row("AAA", 2, "1990", "")
    alone = row("BBB", 1, "1960", "1970")
    # the file need not be in the order of the spells; the same day is no overlap
    for ended in ("1985", "1990"):
        sound = table(name, later, alone, row("AAA", 1, "1980", ended))
        assert work_out(words, **{name: sound}) == ("1 repeats", "1 repeats", [])
    for ended, told in (("1991", "1991"), ("", "nan")):
        found = f"AAA spell 2 {first} 1990"
        expected = f"a day after the end of spell 1 ({told})"
        wrong = table(name, later, alone, row("AAA", 1, "1980", ended))
        fault = (name, 2, first, found, expected)
        assert work_out(words, **{name: wrong}) == ("1 repeats", "0 repeats", [fault])


def test_a_post_has_a_closing_date_exactly_if_it_is_gone():
    rows = [("1998", "closed"), ("1998", "not_listed"), ("", "open")]
    rows += [("1998", "open"), ("", "closed"), ("", "not_listed")]
    rows = [dict(zip(("closed", "status_latest"), row, strict=True)) for row in rows]
    found = work_out("missions: a post has a closing date", missions=table("missions", *rows))
    told = ["open with closing date 1998"]
    told += [f"{status} with closing date nan" for status in ("closed", "not_listed")]
    assert found == (
        "6 spells",
        "3 spells",
        [
            ("missions", row, "status_latest", text, "one that fits")
            for row, text in enumerate(told, 5)
        ],
    )


# ------------------------------------------------------------------------------- sources and series


def test_a_source_that_no_row_uses_is_told_as_a_likely_loss():
    names = ["by-event", "also-by-event", "by-place", "by-place-there", "by-both", "idle"]
    expected, found, (fault,) = work_out(
        "sources: every source is used",
        sources=table("sources", *({"source_id": name} for name in names)),
        events=table("events", {"sources": "by-event;also-by-event"}),
        missions=table("missions", {"coord_source": "by-place"}, {"coord_source": "by-both"}),
        pyongyang_missions=table(
            "pyongyang_missions", {"coord_source": "by-place-there"}, {"coord_source": "by-both"}
        ),
    )
    assert (expected, found) == ("6 sources", "5 sources")
    assert fault[:4] == ("sources", 7, "source_id", "'idle'")
    assert fault[4].startswith("a source that some row names. The row that named it may be lost")
    assert "`git diff -- data/evidence` shows what is" in fault[4]


def test_titles_and_days_of_a_source():
    rows = [
        ("0", "", "2023-10-01", "2023-10-01"),
        ("1", "제목", "2023-10", "2023-10-01"),
        ("0", "", "2023", ""),
        ("0", "", "", "2023-01-01"),
        ("0", "제목", "2023-10-02", "2023-10-01"),
    ]
    columns = ("title_is_ours", "original_title", "date_published", "accessed")
    rows = [dict(zip(columns, row, strict=True)) for row in rows]
    assert work_out("sources: a second title", sources=table("sources", *rows)) == (
        "5 sources",
        "3 sources",
        [
            ("sources", 6, "original_title", "제목", "an empty cell, or 1 in title_is_ours"),
            ("sources", 6, "accessed", "2023-10-01", "a day from 2023-10-02 on"),
        ],
    )


def value(series_id="a", year="1990", number="1", **more):
    """A row of series."""
    row = {"series_id": series_id, "year": year, "period": year, "value": number, "unit": "t"}
    return {**row, "basis": "x", "sources": "s", **more}


def test_the_index_of_series_agrees_with_the_series():
    index = [
        {"series_id": "b", "unit": "t", "first_year": "1980", "last_year": "1980", "n": "1"},
        {"series_id": "a", "unit": "t", "first_year": "1990", "last_year": "1992", "n": "4"},
    ]
    index[0] |= {"n_unsourced": "0"}
    index[1] |= {"n_unsourced": "1"}
    rows = [value(), value(year="1991"), value(year="1992"), value("b", "1980")]
    rows.append(value(year="1995", sources=""))  # unsourced: counted, but it sets no year
    other = value(basis="y")  # another basis is another value

    def compare(rows, index):
        return work_out(
            "series: the index agrees",
            series=table("series", *rows),
            series_index=table("series_index", *index),
        )

    assert compare(rows, index) == ("5 values", "5 values", [])
    six = [index[0], {**index[1], "n": "5"}]
    assert compare([*rows, other], six) == ("6 values", "6 values", [])
    wrong = {"first_year": "1991", "last_year": "1995", "n": "3", "n_unsourced": "0"}
    faults = [("series_index", 3, column, told, index[1][column]) for column, told in wrong.items()]
    assert compare(rows, [index[0], {**index[1], **wrong}]) == ("5 values", "1 values", faults)
    rows[2]["unit"] = "kg"
    assert compare(rows, index) == ("5 values", "4 values", [("series", 4, "unit", "a in kg", "t")])


@pytest.mark.parametrize(
    ("years", "gaps"),
    [
        ((1990, 1991, 1992), ""),
        ((1992, 1990, 1990), "1991"),
        ((1990, 1994), "1991-1993"),
        ((1990, 1992, 1993, 1996), "1991;1994-1995"),
    ],
)
def test_the_index_of_series_names_the_years_without_a_sourced_value(years, gaps):
    rows = [value(year=str(year), basis=str(n)) for n, year in enumerate(years)]
    rows.append(value(year="1991", sources=""))  # a value without a source fills no gap
    about = {"series_id": "a", "unit": "t", "n": str(len(rows)), "n_unsourced": "1"}
    about |= {"first_year": str(min(years)), "last_year": str(max(years))}

    def compare(told):
        return work_out(
            "series: the index agrees",
            series=table("series", *rows),
            series_index=table("series_index", {**about, "gaps": told}),
        )

    number = f"{len(rows)} values"
    assert compare(gaps) == (number, number, [])
    faults = [("series_index", 2, "gaps", "1999", gaps)]
    assert compare("1999") == (number, f"{len(rows) - 1} values", faults)


def test_a_series_of_the_index_has_a_sourced_value():
    index = [{"series_id": name, "unit": "t", "n": "1"} for name in ("a", "b", "c")]
    index[0] |= {"first_year": "1990", "last_year": "1990", "n_unsourced": "0"}
    assert work_out(
        "series: the index agrees",
        series=table("series", value(), value("b", sources="")),
        series_index=table("series_index", *index),
    ) == (
        "2 values",
        "0 values",
        [
            ("series_index", row, "series_id", name, "a series with a sourced value")
            for row, name in ((3, "b"), (4, "c"))
        ],
    )


def finding(**more):
    """A row of findings."""
    row = {"finding_id": "F", "claim_id": "C", "bears": "supports", "strength": "moderate"}
    return {**row, "voices": "2", "sources": "s;t", **more}


def test_voices_of_a_finding_are_those_of_its_sources(monkeypatch):
    heard = {"s;t": {"mofa", "afp"}, "t": {"afp"}}
    monkeypatch.setattr(checks, "name_voices", heard.__getitem__)
    rows = [finding(), finding(sources="t", voices="1"), finding(sources="", voices="0")]
    rows += [finding(sources="t"), finding(sources="", voices="1")]
    assert work_out("findings: the number of independent", findings=table("findings", *rows)) == (
        "5 findings",
        "3 findings",
        [("findings", 5, "voices", "2", "1"), ("findings", 6, "voices", "1", "0")],
    )


def test_one_voice_is_never_strong_and_a_null_speaks_for_nobody():
    def ends(low, high, bears):
        return finding(interval_low=low, interval_high=high, bears=bears)

    sound = [
        finding(strength="strong"),
        finding(strength="moderate", voices="1"),
        ends("1.1", "2", "supports"),
        ends("0.5", "0.9", "against"),
        ends("0.5", "2", "mixed"),
        ends("0.5", "2", "does_not_discriminate"),
    ]
    wrong = [
        finding(strength="strong", voices="1"),
        ends("1", "2", "supports"),
        ends("0.5", "1", "against"),
    ]
    found = work_out("findings: one voice", findings=table("findings", *sound, *wrong))
    assert found == (
        "9 findings",
        "6 findings",
        [
            ("findings", 8, "strength", "F", "moderate or weak, on one voice"),
            ("findings", 9, "bears", "F", "does_not_discriminate or mixed"),
            ("findings", 10, "bears", "F", "does_not_discriminate or mixed"),
        ],
    )


def test_a_quotation_stands_beside_what_is_his_and_beside_nothing_inferred():
    rows = [("full", "his words"), ("short", "his words"), ("inferred", "")]
    rows += [("quoted_by_institute", ""), ("quoted_by_institute", "their words")]
    rows += [("full", ""), ("short", ""), ("inferred", "whose words")]
    rows = [{"claim_id": "C", "basis": basis, "quotation": text} for basis, text in rows]
    fault = ("quotation", "C", "a quotation exactly if it is his")
    assert work_out("claims: what is taken", claims=table("claims", *rows)) == (
        "8 claims",
        "5 claims",
        [("claims", row, *fault) for row in (7, 8, 9)],
    )


def test_who_was_sent_home_is_read_from_the_expulsions():
    acts = [("AAA", "expelled", "known"), ("BBB", "told_to_leave", "known")]
    acts += [("CCC", "staff_cut", "known"), ("DDD", "expelled", "unclear")]
    acts += [("AAA", "expelled", "unclear"), ("EEE", "expelled", "denied")]
    acts = table(
        "expulsions",
        *(dict(zip(("mission_id", "act", "status"), row, strict=True)) for row in acts),
    )
    sent, cut = "any_diplomat_expelled_2016_2018", "staff_cut_2016_2018"

    def compare(*rows):
        rows = [dict(zip(("mission_id", sent, cut), row, strict=True)) for row in rows]
        return work_out("host_traits", expulsions=acts, host_traits=table("host_traits", *rows))

    sound = [("AAA", "1", "0"), ("BBB", "1", "0"), ("CCC", "0", "1"), ("DDD", "", "0")]
    sound.append(("EEE", "0", "0"))
    assert compare(*sound) == ("5 posts", "5 posts", [])
    wrong = [("AAA", "0", "1"), ("BBB", "", "0"), ("CCC", "1", "0"), ("DDD", "0", "0")]
    assert compare(*wrong, sound[4]) == (
        "5 posts",
        "1 posts",
        [
            ("host_traits", 2, sent, "False", "True"),
            ("host_traits", 2, cut, "True", "False"),
            ("host_traits", 3, sent, "<NA>", "True"),
            ("host_traits", 4, sent, "True", "False"),
            ("host_traits", 4, cut, "False", "True"),
            ("host_traits", 5, sent, "False", "<NA>"),
        ],
    )


def test_meetings_by_year_are_counted_from_the_summits():
    met = [("CHN", "visit_abroad"), ("RUS", "third_country"), ("USA", "third_country")]
    met += [("CHN", "received"), ("CHN", "third_country_informal"), ("", "received")]
    met = [{"date": "2019-06-20", "iso3": i, "format": f, "sources": "s"} for i, f in met]
    met.append({"date": "2018", "iso3": "CHN", "format": "received"})  # no source, no meeting
    numbers = {
        "leader_summits": 4,
        "leader_summits_abroad": 3,
        "leader_summits_received": 2,
        "leader_summits_china": 2,
        "leader_summits_russia": 1,
        "leader_summits_other": 1,
    }
    rows = [value(name, "2019", str(number)) for name, number in numbers.items()]
    rows += [value("leader_summits_china", "2018", "0"), value("rice", "2019", "9")]

    def compare(rows):
        return work_out(
            "series: meetings", summits=table("summits", *met), series=table("series", *rows)
        )

    # a meeting of an unknown state is one received, and one of none of the two great partners
    rows[5]["value"] = "2"
    assert compare(rows) == ("7 values", "7 values", [])
    rows[0]["value"], rows[6]["value"] = "5", "1"
    assert compare(rows) == (
        "7 values",
        "5 values",
        [
            ("series", 2, "value", "leader_summits 2019: 5", "4"),
            ("series", 8, "value", "leader_summits_china 2018: 1", "0"),
        ],
    )


def test_a_note_is_the_word_of_its_author():
    rows = [("note_to_host", "DPRK embassy"), ("confirmed_dprk", "KCNA"), ("seen", "AFP")]
    rows += [("note_to_host", "Host of the DPRK"), ("confirmed_dprk", "AFP")]
    rows = [dict(zip(("observation", "who"), row, strict=True)) for row in rows]
    wanted = "DPRK ..., and in brackets who told of it"
    assert work_out("closures_2023", closures_2023=table("closures_2023", *rows)) == (
        "4 statements",
        "2 statements",
        [
            ("closures_2023", row, "who", who, wanted)
            for row, who in ((5, "Host of the DPRK"), (6, "AFP"))
        ],
    )


def test_posts_of_a_network_are_the_sum_of_their_kinds():
    kinds = {"embassies": "10", "consulates": "5", "permanent_missions": "2", "other_posts": "1"}
    rows = [{"posts": total, **kinds} for total in ("18", "17", "19")]
    assert work_out("lowy_networks", lowy_networks=table("lowy_networks", *rows)) == (
        "3 rows",
        "1 rows",
        [("lowy_networks", 3, "posts", "17", "18"), ("lowy_networks", 4, "posts", "19", "18")],
    )


def test_what_rests_on_encyclopedias_alone_is_low():
    kinds = {"wiki": "encyclopedia", "copy": "encyclopedia", "paper": "news"}
    rows = [("wiki", "low"), ("wiki;paper", "high"), ("paper", "high"), ("", "unsourced")]
    rows += [("copy;wiki", "medium"), ("wiki", "high")]
    rows = [dict(zip(("sources", "confidence"), row, strict=True)) for row in rows]
    found = work_out(
        "what rests on encyclopedias",
        sources=table("sources", *({"source_id": k, "kind": v} for k, v in kinds.items())),
        events=table("events", *rows),
        lowy_networks=table("lowy_networks", {"sources": "wiki"}),  # a table without grades
    )
    faults = [
        ("events", row, "confidence", grade, "low, or a better source")
        for row, grade in ((6, "medium"), (7, "high"))
    ]
    assert found == ("3 rows", "1 rows", faults)


def test_each_concept_has_one_preferred_series():
    rows = [("food", "1"), ("food", "0"), ("trade", "1"), ("trade", "1"), ("votes", "0")]
    rows = [dict(zip(("concept", "preferred"), row, strict=True)) for row in rows]
    assert work_out("series_index", series_index=table("series_index", *rows)) == (
        "3 concepts",
        "1 concepts",
        [
            ("series_index", 4, "preferred", "2 preferred series for trade", "1"),
            ("series_index", 6, "preferred", "0 preferred series for votes", "1"),
        ],
    )


# --------------------------------------------------------------------------------- claims, findings


def answers(*parts, indicator="one;two", no_result="", testable="yes", **more):
    """What the rule on indicators says of a claim whose findings answer these parts."""
    rows = [finding(answers=part, **more) for part in parts]
    rows.append(finding(claim_id="D", answers="2"))  # of another claim
    claim = {"claim_id": "C", "testable": testable, "indicator": indicator, "no_result": no_result}
    return work_out(
        "claims: each part of an indicator",
        claims=table("claims", claim),
        findings=table("findings", *rows),
    )


PART = "a finding with a source whose `answers` names the part, or the reason why there is none"


def test_each_part_of_an_indicator_is_answered_or_said_to_have_no_result():
    assert answers("1", "2") == ("2 parts", "2 parts", [])
    assert answers("1;2") == ("2 parts", "2 parts", [])
    assert answers("1", no_result="2: nobody counts it") == ("2 parts", "2 parts", [])
    assert answers("", no_result="1: a;2: b") == ("2 parts", "2 parts", [])
    assert answers("", testable="no") == ("0 parts", "0 parts", [])
    found = "C, part 2 of its indicator (two): no finding"
    assert answers("1") == ("2 parts", "1 parts", [("claims", 2, "no_result", found, PART)])
    found = "C, part 1 of its indicator (one): answered and without a result"
    fault = ("claims", 2, "no_result", found, PART)
    assert answers("1;2", no_result="1: lost") == ("2 parts", "1 parts", [fault])


def test_a_finding_without_source_answers_nothing():
    expected, found, faults = answers("1;2", sources="")
    assert (expected, found, len(faults)) == ("2 parts", "0 parts", 2)


def test_parts_are_counted_over_all_claims_that_can_be_tested():
    rows = [("A", "yes", "one"), ("B", "no", ""), ("C", "partly", "one;two")]
    rows = [dict(zip(("claim_id", "testable", "indicator"), row, strict=True)) for row in rows]
    found = work_out(
        "claims: each part of an indicator",
        claims=table("claims", *rows),
        findings=table("findings", finding(claim_id="A", answers="1"), finding(answers="1")),
    )
    place = ("claims", 4, "no_result", "C, part 2 of its indicator (two): no finding", PART)
    assert found == ("3 parts", "2 parts", [place])


def test_no_reason_is_given_for_a_part_that_the_indicator_has_not():
    told = "3: nobody counts it"
    fault = ("claims", 2, "no_result", told, "1 to 2, the parts of the indicator of C")
    assert answers("1;2", no_result=told) == ("2 parts", "1 parts", [fault])


@pytest.mark.parametrize("stray", ["3", "0"])
def test_a_finding_cannot_answer_a_part_that_the_indicator_has_not(stray):
    fault = ("findings", 3, "answers", f"2;{stray}", "1 to 2, the parts of the indicator of C")
    assert answers("1", f"2;{stray}") == ("2 parts", "1 parts", [fault])


def test_what_carries_a_verdict_names_the_part_that_it_answers():
    claims = table(
        "claims", {"claim_id": "C", "testable": "partly"}, {"claim_id": "N", "testable": "no"}
    )
    sound = [
        finding(answers="1"),
        finding(strength="weak"),
        finding(bears="mixed"),
        finding(claim_id="N"),
    ]
    wrong = [finding(), finding(bears="against", strength="strong")]
    expected = "the part of the indicator that it answers, or a weak grade"
    rows = table("findings", *sound, *wrong)
    assert work_out("findings: what carries", claims=claims, findings=rows) == (
        "3 findings",
        "1 findings",
        [("findings", row, "answers", "F", expected) for row in (6, 7)],
    )


def test_predictions_are_dated_ahead_and_decided_by_a_source():
    def row(status, on="", by="", look_by="2027-01-01", concerns="C"):
        return {
            "registered_on": "2026-01-01",
            "look_by": look_by,
            "status": status,
            "decided_on": on,
            "decided_by": by,
            "concerns": concerns,
        }

    day = "2027-02-01"
    sound = [row("open"), row("met", day, "s"), row("open", concerns="R", look_by="2026-01-02")]
    wrong = [
        row("open", day),
        row("open", by="s"),
        row("met", day),
        row("met", by="s"),
        row("open", look_by="2026-01-01"),
        row("open", concerns="X"),
    ]
    status = "open, or decided_on and decided_by both filled in"
    name = "predictions_registered"
    found = work_out(
        "predictions",
        claims=table("claims", {"claim_id": "C"}),
        rivals=table("rivals", {"rival_id": "R"}),
        predictions_registered=table(name, *sound, *wrong),
    )
    assert found == (
        "9 marks",
        "3 marks",
        [
            (name, 9, "look_by", "2026-01-01", "a day after registered_on"),
            (name, 5, "status", "open", status),
            (name, 6, "status", "open", status),
            (name, 7, "status", "met", status),
            (name, 8, "status", "met", status),
            (name, 10, "concerns", "X", "a key of claims or rivals"),
        ],
    )


def test_a_graded_row_is_loaded_exactly_if_it_has_a_source(monkeypatch):
    rows = [("s", "high"), ("t", "low"), ("", "unsourced")]
    rows = [dict(zip(("sources", "confidence"), row, strict=True)) for row in rows]
    words, expected = "no unsourced row", "a row that is loaded exactly if it has a source"
    given = {"events": table("events", *rows)}
    given["lowy_networks"] = table("lowy_networks", {"sources": "s"})  # a table without grades
    assert work_out(words, **given) == ("2 sourced rows", "2 sourced rows", [])
    monkeypatch.setattr(checks, "keep_sourced", lambda rows: rows)
    fault = ("events", 4, "sources", "loaded without a source", expected)
    assert work_out(words, **given) == ("2 sourced rows", "1 sourced rows", [fault])
    monkeypatch.setattr(checks, "keep_sourced", lambda rows: rows.iloc[1:2])
    fault = ("events", 2, "sources", "left out with a source", expected)
    assert work_out(words, **given) == ("2 sourced rows", "1 sourced rows", [fault])


# -------------------------------------------------------------------------------- places and days


@pytest.mark.parametrize(
    ("iso3", "lat", "lon", "lies"),
    [
        ("PRK", 39.02, 125.75, True),
        ("PRK", 125.75, 39.02, False),
        ("PRK", 55.75, 37.62, False),
        ("DDR", 52.52, 13.4, True),  # a state that is gone lies where its capital lies today
        ("DDR", 39.02, 125.75, False),
        ("XXX", 0.0, 0.0, True),  # no state: another rule's to tell
    ],
)
def test_whether_a_place_may_lie_in_a_country(iso3, lat, lon, lies):
    assert plausible.lies_in(iso3, lat, lon) is lies


@pytest.mark.parametrize(
    ("lat", "lon", "lies"),
    [
        (10, 20, True),
        (12, 24, True),
        (9.5, 19.5, True),
        (12.5, 24.5, True),
        (9.4, 22, False),
        (12.6, 22, False),
        (11, 19.4, False),
        (11, 24.6, False),
    ],
)
def test_a_place_may_lie_half_a_degree_outside_the_box_of_a_country(monkeypatch, lat, lon, lies):
    monkeypatch.setattr(plausible, "_boxes", lambda: {"408": [(0, 0, 1, 1), (20, 10, 24, 12)]})
    assert plausible.lies_in("PRK", lat, lon) is lies
    assert plausible.lies_in("SGP", lat, lon)  # not on this map: nothing can be said


def test_a_country_in_one_part_and_in_several_has_a_box_a_part(monkeypatch, tmp_path):
    square = [[3, 1], [5, 1], [5, 2], [3, 2], [3, 1]]
    far = [[x + 50, y + 20] for x, y in square]
    grounds = {
        "004": {"type": "Polygon", "coordinates": [square, [[4, 1.5]]]},
        "008": {"type": "MultiPolygon", "coordinates": [[square], [far]]},
    }
    features = [
        {"properties": {"iso_numeric": code}, "geometry": ground}
        for code, ground in grounds.items()
    ]
    file = tmp_path / "countries.geojson"
    file.write_text(json.dumps({"features": features}), encoding="utf-8")
    monkeypatch.setattr(plausible.paths, "BASEMAP", tmp_path)
    boxes = plausible._boxes.__wrapped__()
    assert boxes == {"004": [(3, 1, 5, 2)], "008": [(3, 1, 5, 2), (53, 21, 55, 22)]}


def test_posts_lie_in_their_country_and_a_city_in_one_place(monkeypatch):
    boxes = {"408": [(124, 37, 131, 43)], "643": [(27, 41, 180, 82)], "024": [(11, -18, 24, -4)]}
    monkeypatch.setattr(plausible, "_boxes", lambda: boxes)

    def row(iso3, city, lat, lon):
        return {"iso3": iso3, "city": city, "lat": lat, "lon": lon}

    abroad = [
        row("RUS", "Moscow", "55.7", "37.6"),
        row("RUS", "Moscow", "55.7", "37.6"),
        row("AGO", "Moscow", "-8.8", "13.2"),  # a city of that name elsewhere is another city
        row("RUS", "Vladivostok", "", ""),
        row("RUS", "Moscow", "55.8", "37.6"),
        row("RUS", "Moscow", "55.7", "37.7"),
        row("AGO", "Luanda", "13.2", "-8.8"),
        row("AGO", "Luanda", "55.7", "37.6"),
    ]
    there = [row("RUS", "Pyongyang", "39", "125.8"), row("RUS", "Pyongyang", "55.7", "37.6")]
    found = work_out(
        "posts lie in the country",
        missions=table("missions", *abroad),
        pyongyang_missions=table("pyongyang_missions", *there),
    )
    same = "55.7, 37.6, as in another row of the same city"
    turned = "a place in AGO; latitude and longitude are swapped"
    assert found == (
        "9 places",
        "4 places",
        [
            ("missions", 6, "lat", "55.8, 37.6 for Moscow", same),
            ("missions", 7, "lat", "55.7, 37.7 for Moscow", same),
            ("missions", 8, "lat", "13.2, -8.8 for Luanda", turned),
            ("missions", 9, "lat", "55.7, 37.6 for Luanda", "a place in AGO"),
            ("pyongyang_missions", 3, "lat", "55.7, 37.6 for Pyongyang", "a place in PRK"),
        ],
    )


def test_iso3_is_the_beginning_of_the_key():
    rows = [("AGO", "AGO-luanda-embassy"), ("", "AGO-luanda-embassy"), ("AGO", "")]
    rows.append(("BEN", "AGO-luanda-embassy"))
    rows = [dict(zip(("iso3", "mission_id"), row, strict=True)) for row in rows]
    found = work_out("iso3 is the code", missions=table("missions", *rows))
    fault = ("missions", 5, "iso3", "BEN for AGO-luanda-embassy", "AGO")
    assert found == ("2 rows", "1 rows", [fault])


def test_days_lie_between_the_division_of_korea_and_the_newest_source():
    def compare(**given):
        known = [{"date_published": day} for day in ("2024-05", "2099", "", "2025")]
        return work_out("no date or year", sources=table("sources", *known), **given)

    # the newest source may itself be a slip: the second newest sets the end
    assert compare() == ("3 dates", "2 dates", [SLIP])
    events = [("1945", "1945-01-01"), ("2025", "2025-12-31"), ("1944-12-31", "1944-12-31")]
    events.append(("2026", "2026-01-01"))
    events = [dict(zip(("date", "date_latest"), row, strict=True)) for row in events]
    waves = [{"year_start": "1944", "year_end": "1990"}]
    within = "a day from 1945 to 2025"
    assert compare(
        events=table("events", *events),
        waves=table("waves", *waves),
        states=table("states", {"valid_from": "1816-01-01"}, {"valid_from": "2026-01-01"}),
        predictions_registered=table("predictions_registered", {"look_by": "2030-01-01"}),
    ) == (
        "15 dates",
        "8 dates",
        [
            ("events", 4, "date", "1944-12-31", within),
            ("events", 5, "date", "2026", within),
            ("events", 4, "date_latest", "1944-12-31", within),
            ("events", 5, "date_latest", "2026-01-01", within),
            SLIP,
            ("states", 3, "valid_from", "2026-01-01", "a day from any year to 2025"),
            ("waves", 2, "year_start", "1944", within),
        ],
    )


SLIP = ("sources", 3, "date_published", "2099", "a day from 1945 to 2025")


def test_ends_of_events_periods_of_series_and_years_of_waves():
    def stay(date, last, end):
        return {"date": date, "date_latest": last, "end_date": end}

    events = [
        stay("2018-03-25", "2018-03-25", "2018-03-28"),
        stay("2018-03-25", "2018-03-25", ""),
        stay("2018-03-25", "2018-03-25", "2018-03-25"),
        stay("2018-03-25", "2018-03-25", "2018-05-24"),  # 60 days
        stay("2018-03-25", "2018-03-25", "2018-05-25"),
        stay("2018-03-25", "2018-03-25", "2018-03-24"),
    ]
    summits = [stay("2018-03", "2018-03-31", "2018-03-28")]
    periods = [("1990", "1990"), ("1990", "1989/1990"), ("1990", "1990-1994")]
    periods += [("1992", "1990 to 1994"), ("1989", "1990-1994"), ("1995", "1990-1994")]
    series = [value(year=year, period=period) for year, period in periods]
    waves = [("1998", "2000", "1998-03-01", "2000-12-31"), ("1998", "2000", "1999-01-01", "")]
    waves.append(("1998", "2000", "1998-01-01", "2001-01-01"))
    columns = ("year_start", "year_end", "date_earliest", "date_latest")
    waves = [dict(zip(columns, row, strict=True)) for row in waves]
    waves[1]["date_latest"] = "2000-01-01"
    expected = "a day at most 60 days later"
    assert work_out(
        "nothing ends before",
        events=table("events", *events),
        summits=table("summits", *summits),
        series=table("series", *series),
        waves=table("waves", *waves),
    ) == (
        "15 rows",
        "8 rows",
        [
            ("events", 6, "end_date", "2018-05-25 for 2018-03-25", expected),
            ("events", 7, "end_date", "2018-03-24 for 2018-03-25", expected),
            ("summits", 2, "end_date", "2018-03-28 for 2018-03", expected),
            ("series", 6, "period", "1990-1994", "a period around 1989"),
            ("series", 7, "period", "1990-1994", "a period around 1995"),
            ("waves", 3, "year_start", "1998", "1999, as date_earliest"),
            ("waves", 4, "year_end", "2000", "2001, as date_latest"),
        ],
    )


# --------------------------------------------------------------------------------- sizes and shares


def sizes(*rows):
    """What the rule on sizes says of these rows of series: their faults."""
    expected, found, faults = work_out("series: every value within", series=table("series", *rows))
    assert expected == f"{sum(row['value'] != '' for row in rows)} values"
    assert found == f"{int(expected.split()[0]) - len(faults)} values"
    return [(row, found, expected) for _, row, _, found, expected in faults]


@pytest.mark.parametrize(
    ("unit", "number", "bounds"),
    [
        ("share of votes", "0", None),
        ("share of votes", "1", None),
        ("share of votes", "1.01", "0 to 1 share"),
        ("share of votes", "-0.01", "0 to 1 share"),
        ("percent", "100", None),
        ("percent", "100.5", "0 to 100 percent"),
        ("percent of trade", "-1", "0 to 100 percent"),
        ("percent per year", "-50", None),
        ("percent per year", "50", None),
        ("percent per year", "-50.5", "-50 to 50 percent per year"),
        ("percent per year", "50.5", "-50 to 50 percent per year"),
        ("tonnes", "123456789", None),
        ("tonnes", "-1", "0 to inf"),
        ("tonnes", "", None),
    ],
)
def test_a_value_lies_within_the_bounds_of_its_unit(unit, number, bounds):
    told = [(2, f"a 1990: {float(number or 0):g}", bounds)] if bounds else []
    assert sizes(value(number=number, unit=unit)) == told


SIZE = "the size of the others: is a point read as one of thousands, a unit another?"


def grow(*numbers, series_id="a", **more):
    """A series with these values from 1990 on."""
    return [
        value(series_id, str(year), str(number), **more)
        for year, number in enumerate(numbers, 1990)
    ]


@pytest.mark.parametrize(
    ("numbers", "rows"),
    [
        ((5.8, 5.9, 6, 6.1), []),
        ((5.8, 5.9, 5825, 6.1), [4]),  # a point read as one of thousands
        ((1, 5, 6, 120), []),  # twenty times the largest other
        ((1, 5, 6, 121), [5]),
        ((30, 40, 50, 1), []),  # a thirtieth of the smallest other
        ((30.1, 40, 50, 1), [5]),
        ((1, 1, 900), []),  # too few to have a size of their own
        ((0, 0, 5, 5), []),  # nought has no size
        ((0, 5, 5, 5, 0), []),
        ((1, 1, 1000), [4]),  # unless it is a thousand times what went before
        ((1, 1, 999), []),
        ((1, 1000, 1000, 1000, 1000), [2]),  # there the first is the odd one, not the second
    ],
)
def test_no_value_is_of_another_size_than_the_others_of_its_series(numbers, rows):
    assert [row for row, _, _ in sizes(*grow(*numbers))] == rows


def test_a_value_of_another_size_is_told_with_its_value():
    assert sizes(*grow(5, 5, 5, 5000)) == [(5, "a 1993: 5000", SIZE)]


def test_a_jump_is_measured_within_a_series_and_basis_in_the_order_of_years():
    # another series or basis may have any size, and growth may be near nought
    assert sizes(*grow(1, 1, 1, 1), *grow(9000, 9000, 9000, 9000, series_id="b")) == []
    assert sizes(*grow(1, 1, 1, 1), *grow(9000, 9000, 9000, 9000, basis="y")) == []
    growth = grow(0.1, 3, 4, 5, series_id="gdp_growth_x", unit="percent per year")
    assert sizes(*growth) == []
    # the file need not be in the order of years
    assert [row for row, _, _ in sizes(*grow(1, 1, 1000)[::-1])] == [2]


def test_a_value_is_told_once_though_it_is_out_of_bounds_and_of_another_size():
    found = sizes(*grow(0.5, 0.5, 0.5, 500, unit="share"))
    assert found == [(5, "a 1993: 500", "0 to 1 share")]


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("mission_counts", "value"),
        ("waves", "reported"),
        ("closure_lists", "list_total"),
        ("expulsions", "number"),
    ],
)
def test_counts_stay_below_the_number_of_states(name, column):
    rows = [{column: number} for number in ("0", "200", "", "201", "-1")]
    assert work_out("counts of posts", **{name: table(name, *rows)}) == (
        "4 counts",
        "2 counts",
        [(name, 5, column, "201", "0 to 200"), (name, 6, column, "-1", "0 to 200")],
    )


RATES = {
    **{"prev_wave": "1985", "wave": "1990", "years_between": "5", "senders": "150"},
    **{"ties_prev": "1000", "ties_closed": "128", "pooled_closed_share": "0.128"},
    **{"senders_ge_17pct": "10", "share_senders_ge_17pct": "0.0667"},
    **{"senders_ge_17pct_per_year": "9", "share_senders_ge_17pct_per_year": "0.06"},
    **{"senders_net_loss_ge_13pct": "8", "share_senders_net_loss_ge_13pct": "0.0533"},
    **{"senders_lasting_ge_17pct": "7", "share_senders_lasting_ge_17pct": "0.0467"},
    **{"median": "0.1", "p75": "0.2", "p90": "0.3", "p95": "0.3", "max": "0.9"},
    **{"lasting_median": "0.1", "lasting_p95": "0.2", "lasting_max": "0.3"},
}


@pytest.mark.parametrize(
    ("changed", "column", "found", "expected"),
    [
        ({"pooled_closed_share": "0.1279"}, None, None, None),  # the last digit may differ
        ({"pooled_closed_share": ""}, None, None, None),
        (
            {"pooled_closed_share": "0.1278"},
            "pooled_closed_share",
            "0.1278",
            "0.128, ties_closed in ties_prev",
        ),
        *(
            (
                {f"share_{part}": "0.5"},
                f"share_{part}",
                "0.5",
                f"{RATES[f'share_{part}']}, {part} in senders",
            )
            for part in (
                "senders_ge_17pct",
                "senders_ge_17pct_per_year",
                "senders_net_loss_ge_13pct",
                "senders_lasting_ge_17pct",
            )
        ),
        ({"median": "0.25"}, "median", "0.25", "at most p75, 0.2"),
        ({"p75": "0.35"}, "p75", "0.35", "at most p90, 0.3"),
        ({"p90": "0.35"}, "p90", "0.35", "at most p95, 0.3"),
        ({"p95": "0.95"}, "p95", "0.95", "at most max, 0.9"),
        ({"lasting_median": "0.25"}, "lasting_median", "0.25", "at most lasting_p95, 0.2"),
        ({"lasting_p95": "0.35"}, "lasting_p95", "0.35", "at most lasting_max, 0.3"),
        ({"years_between": "10"}, "years_between", "10", "5, from 1985 to 1990"),
    ],
)
def test_base_rates_are_those_of_their_counts(changed, column, found, expected):
    rows = table("base_rates", RATES, RATES | changed)
    faults = [("base_rates", 3, column, found, expected)] if column else []
    number = f"{2 - len(faults)} intervals"
    assert work_out("base_rates", base_rates=rows) == ("2 intervals", number, faults)


def test_an_interval_holds_its_estimate():
    columns = ("low", "odds_ratio", "high")
    rows = [("0.5", "1", "2"), ("1", "1", "1"), ("", "9", "2"), ("0.5", "9", "")]
    rows += [("1.5", "1", "2"), ("0.5", "3", "2")]
    rates = [dict(zip(columns, row, strict=True)) for row in rows]
    findings = [("1", "2"), ("", ""), ("1", "1"), ("2", "1")]
    findings = [finding(interval_low=low, interval_high=high) for low, high in findings]
    assert work_out(
        "intervals hold",
        reciprocity_rates=table("reciprocity_rates", *rates),
        findings=table("findings", *findings),
    ) == (
        "7 intervals",
        "4 intervals",
        [
            ("reciprocity_rates", 6, "low", "1.5 to 2", "the lower end first"),
            ("reciprocity_rates", 7, "low", "0.5 to 2", "the lower end first"),
            ("findings", 5, "interval_low", "2 to 1", "the lower end first"),
        ],
    )
