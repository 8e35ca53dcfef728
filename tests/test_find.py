"""Looking up who says what about a word."""

from derisking.build import find
from derisking.core import sources, tables


def test_every_row_with_all_words_is_found_and_no_other():
    found = find.search("Kathmandu farewell")
    assert "closures_2023" in found and "sources" not in found
    rows = found["closures_2023"]
    assert rows["mission_id"].eq("NPL-kathmandu-embassy").all()
    whole = tables.load_table("closures_2023", unsourced=True)
    assert (
        len(rows)
        == (
            whole["mission_id"].eq("NPL-kathmandu-embassy")
            & whole["observation"].eq("farewell_call")
        ).sum()
        > 0
    )


def test_a_row_is_told_with_its_key_and_all_its_sources(capsys):
    assert find.main(["AGO-luanda-embassy", "Angolan", "--table", "closures_2023"]) == 0
    told = capsys.readouterr().out
    rows = find.search("AGO-luanda-embassy Angolan", "closures_2023")["closures_2023"]
    for row in rows.itertuples():
        assert f"closures_2023: {row.obs_id}" in told
    for source in sources.list_references(rows).itertuples():
        assert source.publisher in told and source.url in told
    assert told.rstrip().endswith(f"{len(rows)} rows in 1 tables")


def test_a_row_without_source_says_so(capsys):
    bare = tables.load_table("findings", unsourced=True).query("confidence == 'unsourced'").iloc[0]
    find.main([bare["finding_id"], "--table", "findings"])
    assert "no source: takes no part in any result" in capsys.readouterr().out


def test_nothing_found_and_an_unknown_table_are_told(capsys):
    assert find.main(["no such words anywhere"]) == 0
    assert "Nothing found" in capsys.readouterr().out
    assert find.main(["Kathmandu", "--table", "embassies"]) == 1
    assert "There is no table 'embassies'" in capsys.readouterr().err
