"""What counts as closed, who is at work in Pyongyang, and where the names on a map stand."""

import numpy as np
import pandas as pd
import pytest

from derisking.build import countries, pages, run
from derisking.core import paths, tables
from derisking.draw import maps
from derisking.rooms import n02_network


@pytest.fixture(scope="module")
def decide_status():
    """The rule as notebook 02 shows it: the very lines a reader sees."""
    nb = run.read_notebook(next(paths.NOTEBOOKS.glob("02_*.ipynb")))
    (source,) = [
        cell.source
        for cell in nb.cells
        if cell.cell_type == "code" and "def decide_status" in cell.source
    ]
    space = {}
    exec(source.split("\n\n\n")[0], space)
    return space["decide_status"]


# ----------------------------------------------------------------------------------- what is closed


@pytest.mark.parametrize(
    ("article", "seoul", "latest", "status"),
    [
        (1, 1, "closed", "closed"),
        (1, 1, "open", "closed"),  # the lists decide, not our own last word
        (1, 0, "open", "disputed"),
        (0, 1, "closed", "disputed"),
        (0, 0, "open", "kept"),
        (0, 0, "closed", "kept"),
        (0, 0, "dormant", "dormant"),
        (0, 0, "evacuated", "evacuated"),
        (1, 0, "dormant", "disputed"),
        (1, 1, "evacuated", "closed"),
    ],
)
def test_the_two_late_lists_decide_what_is_closed(decide_status, article, seoul, latest, status):
    post = pd.DataFrame(
        {
            "frank_2023_12": pd.array([bool(article)], dtype="boolean"),
            "rok_2024_01_30": pd.array([bool(seoul)], dtype="boolean"),
            "status_latest": [latest],
        }
    )
    assert decide_status(post).tolist() == [status]


def test_every_post_on_an_earlier_full_list_is_on_a_late_one():
    matrix = tables.load_table("closure_matrix")
    late = matrix["frank_2023_12"] | matrix["rok_2024_01_30"]
    for earlier in ("host_confirmed", "joongang_2023_11_29", "rok_2023_12_05"):
        assert (late | ~matrix[earlier]).all(), earlier


def test_the_map_shows_what_the_rule_gives(decide_status):
    missions, matrix = tables.load_table("missions"), tables.load_table("closure_matrix")
    posts = missions[missions["in_rok_53"]].merge(
        matrix[["mission_id", "frank_2023_12", "rok_2024_01_30"]], on="mission_id"
    )
    decided = posts.set_index("mission_id").assign(status=decide_status(posts).to_numpy())
    drawn = pd.read_csv(paths.FIGURES / "02-map-2023.csv")
    assert drawn["mission_id"].is_unique, "a post stands on one of the four maps"
    shown = drawn.set_index("mission_id")["status"]
    assert shown.to_dict() == decided["status"].to_dict()
    assert shown.value_counts().loc[["closed", "disputed"]].tolist() == [8, 2]


def test_no_host_with_a_house_in_pyongyang_lost_its_embassy():
    hosts = pd.read_csv(paths.FIGURES / "02-reciprocity.csv")
    matrix = tables.load_table("closure_matrix").set_index("mission_id")
    assert len(hosts) == 47 and hosts["name"].is_unique
    for nine in ("frank_2023_12", "rok_2024_01_30"):
        gone = hosts["mission_id"].map(matrix[nine]).astype(bool)
        counted = gone.groupby(hosts["has_house"].eq(1)).agg(["sum", "size"])
        assert counted.loc[True].tolist() == [0, 23] and counted.loc[False].tolist() == [8, 24]


# ----------------------------------------------------------------------------- at work in Pyongyang


def spell(opened, closed=None, suspended=None, returned=None, seen=None, state="working"):
    row = {"status_latest": state, "status_latest_asof": seen}
    for name, day in {
        "opened": opened,
        "closed": closed,
        "suspended": suspended,
        "returned": returned,
    }.items():
        row |= {name: day, f"{name}_earliest": day, f"{name}_latest": day}
    frame = pd.DataFrame([row]).astype({"status_latest_asof": "str"})
    for name in frame.filter(regex="_(earliest|latest)$").columns.difference(["status_latest"]):
        frame[name] = pd.to_datetime(frame[name])
    return frame


@pytest.mark.parametrize(
    ("case", "answer"),
    [
        (spell("1970-01-01", seen="2024-01"), "yes"),
        (spell("1970-01-01", seen="2022-02"), "maybe"),  # not heard of since
        (spell("1970-01-01", suspended="2021-07-01", seen="2021-07"), "no"),
        (spell("1970-01-01", suspended="2021-07-01", returned="2022-06-01", seen="2024"), "yes"),
        (spell("1970-01-01", suspended="2021-07-01", returned="2024-06-01", seen="2024"), "no"),
        (spell("2024-06-01", seen="2025"), "no"),
        (spell("1970-01-01", closed="2021-03-19"), "no"),
    ],
)
def test_a_mission_is_at_work_while_its_staff_are_there(case, answer):
    assert n02_network.judge_work(case, "2022-12-31").tolist() == [answer]


@pytest.mark.parametrize(
    ("state", "seen", "answer"),
    [
        ("working", "2024-01", "yes"),
        ("working", "2022-02", "maybe"),
        ("return_not_known", "2025", "maybe"),
        ("not_returned", "2025", "no"),
        ("closed", None, "no"),
    ],
)
def test_the_last_word_on_a_mission(state, seen, answer):
    case = spell("1970-01-01", seen=seen, state=state)
    assert n02_network.judge_last(case, "2024").tolist() == [answer]


# ------------------------------------------------------------------------------ country by country


@pytest.fixture(scope="module")
def page():
    return pages.countries_page()


@pytest.fixture(scope="module")
def country(page):
    """Return what the page says under the heading of a country."""

    def read(iso3):
        _, _, rest = page.partition(f'<a id="{iso3.lower()}"></a>')
        return rest.partition("\n## ")[0]

    return read


def test_every_country_with_a_post_has_its_place_on_the_page_and_in_its_index(page):
    missions, theirs = tables.load_table("missions"), tables.load_table("pyongyang_missions")
    for iso3 in {*missions["iso3"], *theirs["iso3"]}:
        anchor = iso3.lower()
        assert page.count(f'<a id="{anchor}"></a>') == page.count(f"](#{anchor})") == 1, iso3
    rest = set(tables.load_table("relations")["iso3"]) - {*missions["iso3"], *theirs["iso3"]}
    assert page.partition("## Ties, but no known post")[2].count("\n- **") == len(rest)


@pytest.mark.parametrize(
    ("iso3", "words"),
    [
        ("NPL", "In the round of 2023: **closed, named both by the article and by Seoul"),
        ("NPL", "Closed by 5 December 2023, not before 6 November 2023"),
        ("NPL", "| 6 November 2023 | adviser of the Nepalese prime minister | farewell visit"),
        ("NPL", "New Delhi takes over"),
        ("NPL", "Gleditsch-Ward 790"),
        ("COD", "In the round of 2023: **disputed"),
        ("COD", "- Not named by: seven closures confirmed by the ROK foreign ministry"),
        ("COD", "Addis Ababa takes over"),
        ("SWE", "Staff left August 2020. Back 13 September 2024."),
        ("SWE", "In the round of 2023: **kept"),
        ("PER", "told on 22 December 2017 to leave"),
        ("SRB", "Yugoslavia to 2006: COW 345"),
        ("DDR", "Relations.** Since 1949, to 1990 (the partner state came to an end)."),
        ("LBY", "Tripoli"),
    ],
)
def test_the_page_says_of_a_country_what_is_known_of_it(country, iso3, words):
    assert words in country(iso3)


def test_the_page_gives_each_post_the_status_of_the_map(country):
    drawn = pd.read_csv(paths.FIGURES / "02-map-2023.csv")
    for _, row in drawn.iterrows():
        first = countries.STATUS[row["status"]]
        posts = country(row["mission_id"][:3]).split("**North Korean post: ")
        said = [post for post in posts if post.startswith(row["city"])]
        assert any(f"**{first}**" in post for post in said), row["mission_id"]


def test_the_page_shows_every_sourced_statement_on_a_post(country):
    said = tables.load_table("closures_2023").dropna(subset=["mission_id"])
    for iso3, rows in said.groupby(said["mission_id"].str[:3]):
        table = country(iso3).split("**Who says so**")[1].split("\n\n")[1]
        assert len(table.splitlines()) == len(rows) + 2, iso3


# ----------------------------------------------------------------------------------- names on a map

PAGE = np.array([0.0, 0.0, 400.0, 300.0])


def lay(at, sizes=(30, 7), named=None):
    at = np.array(at, dtype=float)
    sizes = np.tile(np.array(sizes, dtype=float), (len(at), 1))
    named = np.ones(len(at), dtype=bool) if named is None else np.array(named)
    return maps.lay_map_labels(at, sizes, named, PAGE)


def overlaps(boxes):
    return [
        (i, j)
        for i in range(len(boxes))
        for j in range(i + 1, len(boxes))
        if maps.count_overlaps(boxes[[i]], boxes[[j]], pad=0)[0]
    ]


def test_a_lonely_name_stands_right_of_its_mark_and_needs_no_leader():
    (box,), (lead,) = lay([(200, 150)])
    assert box[0] > 200 + maps.MARK / 2 and box[1] < 150 < box[3]
    assert np.hypot(*(lead[2:] - lead[:2])) < maps.LEADER


def test_a_name_at_the_right_edge_turns_to_the_left():
    (box,), _ = lay([(395, 150)])
    assert box[2] < 395 - maps.MARK / 2


@pytest.mark.parametrize("seed", range(4))
def test_crowded_names_cover_neither_each_other_nor_a_mark_nor_the_edge(seed):
    at = np.random.default_rng(seed).uniform((30, 30), (370, 270), size=(24, 2))
    boxes, leads = lay(at)
    marks = np.hstack([at - maps.MARK / 2, at + maps.MARK / 2])
    assert overlaps(boxes) == []
    assert maps.count_overlaps(boxes, marks, pad=0).sum() == 0
    assert (boxes[:, :2] >= PAGE[:2]).all() and (boxes[:, 2:] <= PAGE[2:]).all()
    nearest = np.hypot(*(leads[:, :2] - at).T)
    assert np.allclose(nearest, maps.MARK / 2), "a leader starts at its own mark"


def test_two_marks_on_one_spot_get_two_names():
    boxes, _ = lay([(200, 150), (201, 151)])
    assert overlaps(boxes) == []


def test_names_keep_clear_of_marks_without_a_name():
    boxes, _ = lay([(200, 150), (215, 150)], named=[True, False])
    assert len(boxes) == 1
    assert maps.count_overlaps(boxes, np.array([[212.0, 147, 218, 153]]), pad=0)[0] == 0


def test_names_are_laid_the_same_way_twice():
    at = np.random.default_rng(7).uniform((30, 30), (370, 270), size=(30, 2))
    assert np.array_equal(lay(at)[0], lay(at)[0])


def test_no_place_leaves_no_label():
    boxes, leads = lay(np.empty((0, 2)))
    assert boxes.shape == leads.shape == (0, 4)


def test_crossings_and_hits_on_a_case_worked_by_hand():
    leads = np.array([[0.0, 0, 10, 10], [0.0, 0, 1, 1]])
    wall = np.array([[0.0, 10, 10, 0]])
    assert maps.count_crossings(leads, wall).tolist() == [1, 0]
    assert maps.find_hits(leads, np.array([[4.0, 4, 6, 6]])).tolist() == [[True], [False]]
