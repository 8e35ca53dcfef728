"""Loading, naming sources, and the rules between tables."""

import ast
import csv
import json
from functools import cache

import pandas as pd
import pytest

from derisking.build import run
from derisking.core import cells, checks, dates, paths, rules, sources, tables
from derisking.rooms import n01_ingestion

TABLES = list(tables.list_tables())
EVIDENCE = list(tables.list_tables("evidence"))


def raw(table):
    with (paths.DATA / tables.list_tables()[table]["path"]).open(
        encoding="utf-8", newline=""
    ) as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("table", TABLES)
def test_loading_keeps_every_cell(table):
    frame, cells = tables.load_table(table, unsourced=True), raw(table)
    assert len(frame) == len(cells)
    for field in tables.read_schema(table)["fields"]:
        column = frame[field["name"]]
        assert column.dtype == tables.DTYPES[field["type"]]
        assert column.isna().tolist() == [row[field["name"]] == "" for row in cells]
        if field["type"] == "boolean":
            assert column.dropna().map({True: "1", False: "0"}).tolist() == [
                r[field["name"]] for r in cells if r[field["name"]]
            ]
        if field["type"] == "number":
            assert column.dropna().tolist() == [
                float(r[field["name"]]) for r in cells if r[field["name"]]
            ]


def test_every_file_in_the_folder_is_described_and_the_other_way_round():
    described = {resource["path"] for resource in tables.read_package()["resources"]}
    assert described == {
        f"{folder}/{file.name}"
        for folder in ("evidence", "derived")
        for file in (paths.DATA / folder).iterdir()
        if not file.name.startswith(".")  # what programs keep for themselves
    }


@pytest.mark.parametrize("table", EVIDENCE)
def test_no_unsourced_row_is_loaded_unless_asked_for(table):
    sourced, whole = tables.load_table(table), tables.load_table(table, unsourced=True)
    if "sources" in whole:
        assert sourced["sources"].notna().all()
        assert len(whole) - len(sourced) == sum(row["sources"] == "" for row in raw(table))
    if "confidence" in whole:
        assert not sourced["confidence"].eq("unsourced").any()


def test_some_rows_are_unsourced_or_the_test_above_shows_nothing():
    assert len(tables.load_table("series", unsourced=True)) > len(tables.load_table("series"))


def test_every_table_agrees_with_the_schema():
    assert checks.validate_files() == []


@pytest.mark.parametrize("table", TABLES)
def test_derived_and_evidence_tables_pass_the_same_check(table):
    text = (paths.DATA / tables.list_tables()[table]["path"]).read_text(encoding="utf-8")
    assert cells.check_text(text, tables.list_tables()[table]) == []


@cache
def work_out_rules():
    return {result.rule: result for result in checks.check_rules()}


@pytest.mark.parametrize("rule", [text for text, _ in rules.RULES])
def test_every_rule_holds(rule):
    result = work_out_rules()[rule]
    assert result.ok, (
        "\n".join(map(str, result.faults))
        or f"{result.rule}: {result.found}, expected {result.expected}"
    )


def test_the_rules_cover_what_was_published():
    found = {rule.split(":")[0]: result.found for rule, result in work_out_rules().items()}
    assert (
        found["53 posts in October 2023"] == "53" and found["44 posts at the end of 2023"] == "44"
    )
    regions = {"Asia": "12", "Americas": "6", "Europe": "15", "Middle East": "5", "Africa": "6"}
    assert {name: found[f"end of 2023, {name}"] for name in regions} == regions
    assert [
        found[f"of them {kind}"]
        for kind in ("47 embassies", "3 consulates general", "3 representations")
    ] == [
        "47",
        "3",
        "3",
    ]


def test_the_schema_says_everything_a_codebook_needs():
    for name, resource in tables.list_tables().items():
        assert resource["title"] and len(resource["description"]) > 40, name
        assert resource["schema"]["primaryKey"], name
        for field in resource["schema"]["fields"]:
            where = f"{name}.{field['name']}"
            assert len(field["description"].split()) >= 3 and field["title"], where
            if field["type"] in ("integer", "number"):
                assert field.get("unit"), where
            if "codes" in field:
                assert list(field["codes"]) == [
                    str(code) for code in field["constraints"].get("enum", field["codes"])
                ], where
    package = tables.read_package()
    assert all(
        package[key]
        for key in (
            "title",
            "licenses",
            "contributors",
            "sources",
            "version",
            "keywords",
            "temporal",
            "spatial",
        )
    )


def test_frictionless_itself_finds_the_package_valid():
    from frictionless import Package

    report = Package(str(paths.PACKAGE)).validate()
    assert report.valid, report.flatten(["title", "rowNumber", "fieldName", "note"])[:5]


def test_an_unknown_table_is_answered_with_the_known_ones():
    with pytest.raises(tables.EvidenceError, match="missions"):
        tables.load_table("embassies")


def test_sources_are_named_once_in_order_of_publication():
    lists = tables.load_table("closure_lists")
    line = sources.link_sources(lists[lists["list_id"].eq("rok_2024_01_30")])
    assert line.count("](http") == 2 and "2024" in line
    assert sources.link_sources(lists, limit=3).endswith(
        f"and {len(sources.list_references(lists)) - 3} more (`sources.csv`)"
    )
    published = sources.list_references(lists)["date_published"].dropna()
    assert published.is_monotonic_increasing and sources.list_references(lists).index.is_unique


def test_a_korean_title_is_in_hangul_beside_an_english_one():
    known = tables.load_table("sources")
    hangul = "[\uac00-\ud7a3]"
    assert not known["title"].str.contains(hangul).any()
    bare = known["language"].eq("ko") & ~known["title_is_ours"]
    assert not bare.any()  # an English title of a Korean text is ours
    own = known[known["language"].eq("ko")]["original_title"].dropna()
    assert len(own) >= 19 and own.str.contains(hangul).all()


def test_voices_count_whom_a_paper_passes_on():
    assert sources.name_voices(
        "newsis-2024-01-30-mofa-list;koreaherald-2024-01-30-missions-44"
    ) == {"rok_mofa"}
    assert len(sources.name_voices("stimson-2023-12-13-frank")) == 1
    nk_news = (
        tables.load_table("sources")
        .query("publisher == 'NK News' and relays.isna()")["source_id"]
        .iloc[0]
    )
    assert sources.name_voices(nk_news) == {"nk_news"}


# ------------------------------------------------------------------------------------------ derived


def test_the_closure_matrix_solves_the_puzzle_of_53_46_44():
    matrix = tables.load_table("closure_matrix")
    press, seven, article, nine = (
        matrix[name]
        for name in ("joongang_2023_11_29", "rok_2023_12_05", "frank_2023_12", "rok_2024_01_30")
    )
    assert len(matrix) == 53
    assert [int(53 - column.sum()) for column in (press, seven, article, nine)] == [46, 46, 44, 44]
    assert ((press | seven) == article).all() and int((press & seven).sum()) == 5
    assert matrix[article != nine]["city"].tolist() == ["Kinshasa", "Tripoli"]
    partly = matrix["nknews_2023_12"]
    assert partly.isna().sum() == 53 - 4 and not partly.eq(False).any()


def test_missions_by_year_are_bounds():
    years = tables.load_table("missions_by_year")
    assert (years["lower"] <= years["upper"]).all()
    wide = years.pivot(index="year", columns="evidence", values="upper")
    assert (wide["confirmed"] <= wide["likely"]).all() and (
        wide["likely"] <= wide["any_listing"]
    ).all()
    late = years.query("year == 2023 and evidence == 'likely'").iloc[0]
    assert late["lower"] <= 44 + 3 and late["upper"] >= 44


def test_posts_are_counted_once_on_a_case_worked_by_hand():
    missions = pd.DataFrame(
        {
            "mission_id": ["A", "A", "B"],
            "resident_evidence": ["confirmed", "confirmed", "unverified"],
            "opened_earliest": ["1970-01-01", "1979-01-01", "1970-06-01"],
            "opened_latest": ["1970-12-31", "1980-12-31", "1975-12-31"],
            "closed": ["1975", None, "1990"],
            "closed_earliest": ["1975-01-01", None, "1985-01-01"],
            "closed_latest": ["1975-12-31", None, "1990-12-31"],
        }
    )
    for name in missions.filter(regex="_(earliest|latest)$"):
        missions[name] = pd.to_datetime(missions[name])
    confirmed = missions[missions["resident_evidence"].eq("confirmed")]
    assert n01_ingestion.count_posts(confirmed, "1970-12-31") == [1, 1]
    assert n01_ingestion.count_posts(missions, "1970-12-31") == [1, 2]
    assert n01_ingestion.count_posts(confirmed, "1975-12-31") == [0, 1]
    assert n01_ingestion.count_posts(confirmed, "1977-12-31") == [0, 0]
    assert n01_ingestion.count_posts(missions, "1980-12-31") == [2, 2]


def test_each_derived_table_has_a_reader_or_is_said_to_be_made_for_readers_outside():
    later = sorted(paths.NOTEBOOKS.glob("0[2-9]_*.ipynb"))
    texts = [file.read_text(encoding="utf-8") for file in later]
    for name, resource in tables.list_tables("derived").items():
        read = any(f'\\"{name}\\"' in text for text in texts)
        outside = "Made for readers outside" in resource["description"]
        assert read != outside, f"{name}: read by a later notebook, or made for readers outside?"


def test_the_panel_adds_up_to_the_posts_by_year():
    panel = tables.load_table("host_year").groupby("year")
    stock = tables.load_table("missions_by_year").pivot(index="year", columns="evidence")
    ends = {"posts_lower": ("lower", "likely"), "posts_upper": ("upper", "any_listing")}
    for column, total in ends.items():
        assert (panel[column].sum() == stock[total]).all(), column


def test_the_panel_has_each_state_once_a_year_and_bounds_that_are_bounds():
    panel = tables.load_table("host_year")
    assert not panel.duplicated(["iso3", "year"]).any()
    for owner in ("", "their_"):
        least, most = panel[f"{owner}posts_lower"], panel[f"{owner}posts_upper"]
        assert (least <= most).all() and (panel[f"{owner}embassies_upper"] <= most).all()
        assert (panel[f"{owner}embassies_lower"] <= least).all()
        known = panel[f"{owner}presence"]
        assert (known.eq(True).fillna(False) == least.ge(1)).all()
        assert (known.eq(False).fillna(False) == most.eq(0)).all()


@pytest.mark.parametrize(
    ("state", "year", "column", "value"),
    [
        ("NPL", 2022, "presence", True),
        ("NPL", 2023, "presence", False),  # closed by 5 December
        ("CHN", 2023, "posts_lower", 3),  # Beijing, Shenyang and the branch in Dandong
        ("CHN", 2023, "embassies_upper", 1),
        ("SWE", 2023, "their_presence", True),
        ("DDR", 1989, "their_embassies_lower", 1),
        ("DDR", 1989, "cow", 265),
        ("SRB", 1990, "cow", 345),
        ("YEM", 1989, "cow", 678),
        ("YEM", 1990, "cow", 679),
    ],
)
def test_the_panel_on_cases_known_from_elsewhere(state, year, column, value):
    panel = tables.load_table("host_year").set_index(["iso3", "year"])
    assert panel.loc[(state, year), column] == value


def test_the_pairs_are_the_panel_seen_from_both_sides():
    panel, pairs = tables.load_table("host_year"), tables.load_table("dyad_year")
    assert (pairs["sender"].eq("PRK") ^ pairs["receiver"].eq("PRK")).all()
    assert pairs.loc[pairs["sender"].eq("PRK"), "sender_cow"].eq(731).all()
    for owner, side, other in (("", "sender", "receiver"), ("their_", "receiver", "sender")):
        half = pairs[pairs[side].eq("PRK")].set_index([other, "year"])["posts_upper"]
        whole = panel.set_index(["iso3", "year"])[f"{owner}posts_upper"]
        whole = whole[whole.ge(1)].rename_axis(half.index.names)
        pd.testing.assert_series_equal(half.sort_index(), whole.sort_index(), check_names=False)


def test_a_post_counts_once_however_many_spells_it_had():
    day = pd.Timestamp("1970-01-01")
    spells = pd.DataFrame(
        {
            "mission_id": ["A", "A", "B"],
            "iso3": ["AAA", "AAA", "AAA"],
            "opened_earliest": [day, day, day],
            "opened_latest": [day, day, pd.Timestamp("1972-12-31")],
            "closed": None,
            "closed_earliest": pd.NaT,
            "closed_latest": pd.NaT,
        }
    )
    found = dates.bound_open(spells, pd.Series([True, True, True]), range(1969, 1973))
    assert found["lower"].to_dict() == {
        ("AAA", 1970): 1,
        ("AAA", 1971): 1,
        ("AAA", 1972): 2,
    }
    assert found["upper"].tolist() == [2, 2, 2]


# ------------------------------------------------------------------------------------------- states


def find_period(states, iso3, year):
    """Return the row of a state that holds at the end of a year, or that ended in it."""
    rows = states[states["iso3"].eq(iso3) & ~states["valid_from"].dt.year.gt(year)]
    return rows[~rows["valid_to"].dt.year.lt(year)].iloc[-1]


def test_every_state_that_a_table_names_is_in_states():
    known = set(tables.load_table("states")["iso3"])
    named = {}
    for name, resource in tables.list_tables().items():
        for field in resource["schema"]["fields"]:
            if field.get("iso3166") and name != "states":
                assert field["refersTo"] == ["states.iso3"], f"{name}.{field['name']}"
                column = tables.load_table(name, unsourced=True)[field["name"]]
                named |= dict.fromkeys(cells.split_items(column), name)
    assert set(named) == known and len(known) > 150


def test_a_state_that_is_not_in_the_list_is_refused_with_its_row():
    texts = {
        name: (paths.DATA / tables.list_tables()[name]["path"]).read_text(encoding="utf-8")
        for name in ("states", "relations")
    }
    texts["relations"] = texts["relations"].replace("\nZWE,", "\nTUV,")
    resources = {name: tables.list_tables()[name] for name in texts}
    (fault,) = [f for f in checks._check_references(resources, texts) if "source" not in f.column]
    assert (fault.column, fault.found) == ("iso3", "'TUV'") and "states.csv" in fault.expected


@pytest.mark.parametrize("code", ["cow", "gw", "vdem", "wikidata"])
def test_a_code_belongs_to_one_state_in_every_year(code):
    states = tables.load_table("states")
    for year in range(1946, 2026):
        first, last = states["valid_from"].dt.year, states["valid_to"].dt.year
        alive = states[~first.gt(year) & ~last.le(year) & states[code].notna()]
        assert alive[code].is_unique, (year, alive[alive[code].duplicated(keep=False)])


def test_periods_of_one_state_follow_each_other():
    for iso3, rows in tables.load_table("states").sort_values("valid_from").groupby("iso3"):
        gap = rows["valid_from"].iloc[1:].to_numpy() - rows["valid_to"].iloc[:-1].to_numpy()
        assert (gap == pd.Timedelta(days=1)).all(), iso3


@pytest.mark.parametrize(
    ("iso3", "year", "cow", "gw", "name", "end"),
    [
        ("PRK", 2023, 731, 731, "North Korea", None),
        ("DDR", 1989, 265, 265, "East Germany (GDR)", "1990-10-02"),
        ("SRB", 1989, 345, 345, "Yugoslavia", "2006-06-04"),
        ("SRB", 2010, 345, 340, "Serbia", None),
        ("YMD", 1989, 680, 680, "South Yemen (PDRY)", "1990-05-21"),
        ("RUS", 1989, 365, 365, "Soviet Union", "1991-12-25"),
        ("CZE", 1989, 315, 315, "Czechoslovakia", "1992-12-31"),
        ("CZE", 1993, 316, 316, "Czechia", None),
        ("VNM", 2023, 816, 816, "Vietnam", None),
        ("NRU", 2023, 970, 971, "Nauru", None),  # 970 is Kiribati for Gleditsch and Ward
    ],
)
def test_states_that_changed_carry_the_codes_of_their_time(iso3, year, cow, gw, name, end):
    row = find_period(tables.load_table("states"), iso3, year)
    assert (row["name"], row["cow"], row["gw"]) == (name, cow, gw)
    assert row["valid_to"] == pd.Timestamp(end) if end else pd.isna(row["valid_to"])


def test_no_table_mixes_a_withdrawn_code_with_that_of_the_seat():
    for name in ("missions", "pyongyang_missions", "relations", "series"):
        column = next(f["name"] for f in tables.read_schema(name)["fields"] if f.get("iso3166"))
        used = set(tables.load_table(name, unsourced=True)[column].dropna())
        assert not used & {"YUG", "SUN", "CSK", "SCG"}, name


def test_the_rounds_are_compared_in_africa_on_one_base():
    waves = tables.load_table("wave_table").set_index("year")
    assert waves["closed_africa_north"].tolist() == [7, 8, 8, 5]
    assert (waves["closed_africa"] <= waves["closed_africa_north"]).all()


def test_the_wave_table_holds_shares_only_where_like_is_divided_by_like():
    waves = tables.load_table("wave_table").set_index("year")
    assert waves["share"].notna().tolist() == [False, False, True, True]
    assert waves.loc[1998, "share"] == pytest.approx(14 / 68) and waves.loc[
        2023, "share"
    ] == pytest.approx(9 / 53)


def test_writing_refuses_what_departs_from_the_schema_and_leaves_the_old_table(stage):
    waves = tables.load_table("wave_table")
    tables.write_table("wave_table", waves)
    file = stage / "data" / "derived" / "wave_table.csv"
    before = file.read_bytes()
    for wrong, words in (
        (waves.drop(columns="share"), "columns missing"),
        (waves.assign(mood="good"), "columns unknown"),
        (pd.concat([waves, waves]), "a second time"),
        (waves.assign(share=1.5), "at most 1"),
        (waves.assign(sources=None), "may not be empty"),
    ):
        with pytest.raises(tables.EvidenceError, match=words):
            tables.write_table("wave_table", wrong)
        assert file.read_bytes() == before
    with pytest.raises(tables.EvidenceError, match="no derived table"):
        tables.write_table("missions", waves)


def test_the_descriptor_is_written_as_the_build_writes_it():
    text = paths.PACKAGE.read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), indent=1, ensure_ascii=False) + "\n"


# --------------------------------------------------------------------------------- even-handed


def faults_of(known, words):
    """Faults of the rules whose text holds `words`, over tables read before."""
    return [
        fault
        for text, function in rules.RULES
        if words in text
        for fault in rules._work_out(text, function, known).faults
    ]


@pytest.fixture(scope="module")
def sound():
    """The tables as they are, each read once for all the changes below."""
    return rules.Tables()


@pytest.fixture
def copied(tmp_path, sound):
    """Change one cell of one table: `copied(table, match, column, value)` returns all tables."""

    def change(table, match, column, value):
        rows = raw(table)
        hit = [row for row in rows if all(row[key] == text for key, text in match.items())]
        assert hit, f"no row {match} in {table}"
        hit[0][column] = value
        file = tmp_path / tables.list_tables()[table]["path"]
        file.parent.mkdir()
        with file.open("w", encoding="utf-8", newline="") as opened:
            writer = csv.DictWriter(opened, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        changed = rules.Tables(tmp_path)
        for name in EVIDENCE:
            if name != table:
                changed._read[name] = sound[name]
        return changed

    return change


@pytest.mark.parametrize(
    ("table", "match", "column", "value", "words"),
    [
        ("findings", {"finding_id": "T.1-e03"}, "bears", "against", "interval that holds 1"),
        ("findings", {"finding_id": "Q1.3-e01"}, "strength", "strong", "one voice is moderate"),
        ("findings", {"finding_id": "T.1-e03"}, "voices", "9", "independent voices"),
        ("claims", {"claim_id": "Q3.2"}, "quotation", "", "his sentence beside it"),
        ("claims", {"claim_id": "Q3.9"}, "quotation", "set it off", "his sentence beside it"),
        (
            "series",
            {"series_id": "un_vote_agreement_russia", "year": "2023"},
            "value",
            "83.33",
            "bounds of its unit",
        ),
        (
            "series",
            {"series_id": "trade_total_kotra_usd_m", "year": "2014"},
            "value",
            "7610000",
            "bounds of its unit",
        ),
        (
            "host_traits",
            {"mission_id": "BGD-dhaka-embassy"},
            "any_diplomat_expelled_2016_2018",
            "0",
            "expulsions",
        ),
        (
            "series",
            {"series_id": "leader_summits", "year": "2025"},
            "value",
            "7",
            "meetings of the leader",
        ),
        (
            "series",
            {"series_id": "leader_summits_received", "year": "2002"},
            "value",
            "1",
            "meetings of the leader",
        ),
        ("claims", {"claim_id": "Q1.3"}, "no_result", "", "part of an indicator"),
        ("claims", {"claim_id": "Q1.8"}, "no_result", "1: none was found", "part of an indicator"),
        ("findings", {"finding_id": "Q3.4-e01"}, "answers", "", "what carries a verdict"),
        ("closures_2023", {"obs_id": "BGD-01"}, "who", "NTV Bangladesh", "a note of the DPRK"),
        ("openings", {"opening_id": "O35"}, "confidence", "medium", "encyclopedias"),
        ("lowy_networks", {"iso3": "PRK", "edition": "2023"}, "posts", "44", "sum of their kinds"),
    ],
)
def test_what_tilted_a_verdict_once_is_refused_with_its_row(
    copied, table, match, column, value, words
):
    found = faults_of(copied(table, match, column, value), words)
    assert len(found) == 1 and found[0].row and found[0].column == column


def test_the_same_fact_points_the_same_way_wherever_it_stands():
    """Findings in the same words under two claims carry the same grade."""
    findings = tables.load_table("findings")
    twice = findings[findings["finding"].duplicated(keep=False)]
    assert len(twice) and twice.groupby("finding")["strength"].nunique().eq(1).all()


def test_a_negative_with_a_source_names_the_last_date_that_the_source_covers():
    findings = tables.load_table("findings").set_index("finding_id")
    for name in ("T.3-e02", "Q4.6-e01"):
        assert "July 2024" in findings.loc[name, "finding"]


def test_a_part_of_an_indicator_without_finding_or_reason_is_refused(copied):
    """The only finding that answers a part stops naming it: the claim and the part are named."""
    found = faults_of(copied("findings", {"finding_id": "Q1.3-e01"}, "answers", ""), "each part")
    assert [fault.column for fault in found] == ["no_result"]
    assert "Q1.3, part 1" in found[0].found and "no finding" in found[0].found


def test_a_finding_that_answers_a_part_that_is_not_there_is_refused(copied):
    found = faults_of(copied("findings", {"finding_id": "Q1.3-e02"}, "answers", "3;4"), "each part")
    assert [(fault.column, fault.found) for fault in found] == [("answers", "3;4")]


def read_code():
    """Yield the name and the tree of every code cell, and of every module of a room."""
    for file in run.list_notebooks():
        for cell in run.read_notebook(file).cells:
            if cell.cell_type == "code":
                yield file.name, ast.parse(cell.source)
    for file in sorted((paths.NOTEBOOKS / "derisking" / "rooms").glob("*.py")):
        yield file.name, ast.parse(file.read_text(encoding="utf-8"))


def list_typed(tree, known, least):
    """Return the collections in some code that hold at least `least` constants out of `known`."""
    for node in ast.walk(tree):
        parts = {ast.Dict: "keys", ast.List: "elts", ast.Set: "elts", ast.Tuple: "elts"}
        if type(node) in parts:
            held = {
                part.value
                for part in getattr(node, parts[type(node)])
                if isinstance(part, ast.Constant)
            }
            if len(held & known) >= least:
                yield sorted(held & known)


def test_who_was_closed_is_read_from_the_lists_and_typed_nowhere():
    named = tables.load_table("closure_lists")["mission_id"].unique()
    posts = tables.load_table("missions").set_index("mission_id").loc[named]
    known = {*named, *posts["city"], *posts["host"], *posts["iso3"]}
    typed = [(name, held) for name, tree in read_code() for held in list_typed(tree, known, 3)]
    assert typed == []


def test_the_years_of_talks_are_defined_in_one_place():
    years = {1994, 2000, 2007, 2018, 2019}
    places = {name for name, tree in read_code() if any(list_typed(tree, years, 4))}
    assert places == {"05_why_taken.ipynb"}


def test_no_number_of_the_base_says_that_a_host_lost_posts_abroad():
    counts = tables.load_table("mission_counts").set_index("count_id")
    assert counts.loc[["C014", "C098"], "status"].eq("disputed").all()
