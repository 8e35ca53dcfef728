"""Looking up who says what about a word, whatever the state is called."""

import pytest

from derisking.build import find, places
from derisking.core import sources, tables


def rows_of(hits, table):
    return [row for name, row in hits if name == table]


def test_every_row_with_all_words_is_found_and_no_other():
    hits = find.search("Kathmandu farewell")[""]
    rows = rows_of(hits, "closures_2023")
    assert rows and all(row["mission_id"] == "NPL-kathmandu-embassy" for row in rows)
    whole = tables.load_table("closures_2023", unsourced=True)
    assert (
        len(rows)
        >= (
            whole["mission_id"].eq("NPL-kathmandu-embassy")
            & whole["observation"].eq("farewell_call")
        ).sum()
        > 0
    )
    assert all("farewell" in " ".join(row.dropna().astype(str)).lower() for row in rows)


def test_a_row_is_told_with_its_key_and_all_its_sources(capsys):
    assert find.main(["AGO-luanda-embassy", "Angolan", "--table", "closures_2023"]) == 0
    told = capsys.readouterr().out
    hits = find.search("AGO-luanda-embassy Angolan", "closures_2023")[""]
    assert hits
    for _, row in hits:
        assert f"closures_2023: {row['obs_id']}" in told
        for source in sources.list_references(row.to_frame().T).itertuples():
            assert source.publisher in told and source.url in told
    assert told.rstrip().endswith(f"{len(hits)} rows in 1 tables")


@pytest.mark.parametrize(
    ("asked", "same"),
    [
        ("N'Djamena", "Tschad"),
        ("Ndjamena", "N’DJAMENA"),
        ("Kinshasa", "DR Congo"),
        ("Zaire", "콩고 민주 공화국"),
        ("Côte d'Ivoire", "Cote dIvoire"),
        ("네팔", "Népal"),
        ("USSR", "Sowjetunion"),
        ("Turkey", "Türkei"),
    ],
)
def test_one_place_has_many_names(asked, same):
    keys = [
        [(name, *row.astype(str)) for name, row in find.search(words)[""]]
        for words in (asked, same)
    ]
    assert keys[0] and sorted(keys[0]) == sorted(keys[1])


@pytest.mark.parametrize(
    ("asked", "wanted", "others"),
    [("Guinea", "GIN", {"GNB", "GNQ", "PNG"}), ("Niger", "NER", {"NGA"})],
)
def test_one_state_is_not_mixed_with_another_of_a_longer_name(asked, wanted, others):
    hits = find.search(asked)[""]
    about = [row["iso3"] for row in rows_of(hits, "missions") + rows_of(hits, "relations")]
    assert wanted in about and others.isdisjoint(about)


def test_a_name_of_two_states_is_answered_state_by_state(capsys):
    found = find.search("Kongo")
    assert list(found) == ["COD", "COG"]
    for code, hits in found.items():
        assert {row["iso3"] for row in rows_of(hits, "relations")} == {code}
    find.main(["Congo", "--table", "relations"])
    told = capsys.readouterr().out
    assert "More than one state goes by this name" in told
    assert told.index("=== DR Congo") < told.index("=== Congo (Brazzaville)")


@pytest.mark.parametrize("name", tables.load_table("states", unsourced=True)["name"].unique())
def test_every_state_is_known_by_its_name(name):
    (piece,) = places.split_names(name.split(" (")[0])
    assert piece[1] and (len(piece[1]) == 1 or name == "Congo (Brazzaville)")


def test_rows_about_a_state_come_before_rows_that_only_name_it():
    hits = find.search("Uganda")[""]
    columns = ("iso3", "mission_id", "partner_iso3", "host_iso3")
    about = [
        any(str(row.get(column, "")).startswith("UGA") for column in columns) for _, row in hits
    ]
    assert any(about) and not all(about)
    assert about == sorted(about, reverse=True)


def test_a_name_in_a_text_is_told_from_longer_ones():
    assert places.find_states("Equatorial Guinea and the Gulf of Guinea") == {"GNQ"}
    assert places.find_states("the embassy in Congo") == {"COD", "COG"}
    assert places.find_states("the embassy in Congo", frozenset({"COG"})) == {"COG"}
    assert places.find_states("the inde of words") == set()  # French for India: not in our texts


def test_a_row_without_source_says_so(capsys):
    bare = tables.load_table("findings", unsourced=True).query("confidence == 'unsourced'").iloc[0]
    find.main([bare["finding_id"], "--table", "findings"])
    assert "no source: takes no part in any result" in capsys.readouterr().out


def test_a_row_of_a_table_that_names_no_sources_is_told_without_them():
    known = tables.load_table("sources")
    told = find.describe_row("sources", known.iloc[0])
    assert told.startswith(f"sources: {known['source_id'].iloc[0]}\n") and "no source:" not in told


def test_nothing_found_and_an_unknown_table_are_told(capsys):
    assert find.main(["no such words anywhere"]) == 0
    assert "Nothing found" in capsys.readouterr().out
    assert find.main(["Kathmandu", "--table", "embassies"]) == 1
    assert "There is no table 'embassies'" in capsys.readouterr().err


@pytest.mark.parametrize("words", [[], [""], ["'!?"]])
def test_without_words_it_says_how_to_call_it(words, capsys):
    assert find.main(words) == 2
    assert "make find WORDS=" in capsys.readouterr().err


def test_a_state_without_a_post_is_named_as_iso_has_it_and_an_unknown_code_by_itself():
    assert places.name_state("COD") == "DR Congo"  # as our tables call it
    assert places.name_state("ISL") == "Iceland"
    assert places.name_state("YUG").startswith("Yugoslavia")
    assert places.name_state("QQQ") == "QQQ"
