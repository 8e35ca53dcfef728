"""Rival explanations against observations: what each predicts, what is observed, and the chart of both.

predictions.csv holds the coding, stated before the tests: one row an observation, one column an
explanation (T, the thesis, and R1 to R15 of the table rivals). "+" the explanation needs it, "-" it cannot live with
it, "." it says nothing. `judged_by` names what decides whether the observation holds.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D

from derisking.core import claims, tables
from derisking.draw import style
from derisking.draw.style import NOTE, PALE
from derisking.stats import exact

CODING = Path(__file__).with_name("predictions.csv")
NAMES = {
    "T": "thesis: risk avoided",
    "R1": "hardship",
    "R2": "post lost its income",
    "R3": "new income",
    "R4": "pandemic backlog",
    "R5": "reorganisation",
    "R6": "hostile hosts",
    "R7": "allies first",
    "R8": "staff and defection",
    "R9": "contest with Seoul",
    "R10": "arms and procurement",
    "R11": "periodic pruning",
    "R12": "Africa lost its use",
    "R13": "food crisis",
    "R14": "common fashion",
    "R15": "counting",
}
COLUMNS = {  # what the columns of the figure's data mean
    "key": "Observation (key in predictions.csv)",
    "observation": "Observation",
    "explanation": "T: thesis; else rival_id",
    "predicts": "+ predicts, - forbids",
    "outcome": "What is observed",
    "bears": "How the prediction fared",
    "firm": "1 if the outcome is firm",
    "words": "What is observed, in words",
}
TABLES = [  # what `observe` reads
    "closure_matrix", "host_traits", "missions", "series", "base_rates", "openings", "events", "closures_2023",
    "mission_counts", "findings",
]  # fmt: skip
RECORD = {"tables": ["rivals", *TABLES], "columns": COLUMNS}  # what `save.save_figure` records with the figure
OUTCOMES = ["seen", "leans to yes", "cannot tell", "leans to no", "not seen"]
SIGNS = {"+": 1, "-": -1, ".": 0}


def predictions() -> pd.DataFrame:
    """Return the coding, indexed by key: group, observation, judged_by, and one column of "+", "-", "." a explanation.

    Raises ValueError for any other sign, for a key twice, or an explanation without a name.
    """
    table = pd.read_csv(CODING, dtype=str, keep_default_na=False).set_index("key")
    codes = table.drop(columns=["group", "observation", "judged_by"])
    if not codes.isin(list(SIGNS)).to_numpy().all() or table.index.has_duplicates or list(codes) != list(NAMES):
        raise ValueError(f"{CODING.name}: keys must be unique, columns {', '.join(NAMES)}, signs + - or .")
    return table


def printed(table: pd.DataFrame) -> str:
    """Return the coding as a Markdown table, in which "·" is silence and "−" is forbidden."""
    shown = table.drop(columns=["group", "judged_by"]).replace({".": "·", "-": "−"})
    return shown.rename(columns={"observation": "If it is observed that ..."}).to_markdown(index=False)


def from_lists(rows: pd.DataFrame, higher: bool) -> str:
    """Judge an observation on traits from its row per definition of "closed" (columns odds_ratio, p).

    higher: the observation says that closed posts have the trait more often. "seen" or "not seen" if every definition
    points one way with p < 0.05; "leans" if every definition points one way; else "cannot tell".
    """
    up = rows["odds_ratio"].gt(1).all()
    if not up and not rows["odds_ratio"].lt(1).all():
        return "cannot tell"
    sure, yes = rows["p"].lt(0.05).all(), up == higher
    return ("seen" if yes else "not seen") if sure else ("leans to yes" if yes else "leans to no")


def cells(coding: pd.DataFrame, observed: pd.DataFrame) -> pd.DataFrame:
    """Confront the coding with what is observed (index key; columns outcome, words), one row a prediction made.

    Columns: key, observation, explanation, predicts ("+" or "-"), outcome, bears ("supports", "against" or
    "does_not_discriminate"), firm (the outcome is "seen" or "not seen"). Raises ValueError for an unknown outcome or an
    observation that is not judged.
    """
    if not observed["outcome"].isin(OUTCOMES).all() or set(coding.index) - set(observed.index):
        raise ValueError(f"every observation needs one outcome of: {', '.join(OUTCOMES)}")
    long = coding.reset_index().melt(["key", "observation"], list(NAMES), "explanation", "predicts")
    long = long[long["predicts"].ne(".")].merge(observed["outcome"], left_on="key", right_index=True)
    place = long["outcome"].map({name: 2 - rank for rank, name in enumerate(OUTCOMES)})
    score = np.sign(place) * long["predicts"].map(SIGNS)
    long["bears"] = score.map({1: "supports", -1: "against", 0: "does_not_discriminate"})
    return long.assign(firm=place.abs().eq(2)).reset_index(drop=True)


def opposed(coding: pd.DataFrame, to: str = "T") -> pd.Series:
    """Say of each observation whether explanation `to` and some other make opposite predictions on it."""
    signs = coding[list(NAMES)].replace(SIGNS).astype(int)
    return signs.mul(signs[to], axis=0).lt(0).any(axis=1)


def balance(confronted: pd.DataFrame) -> pd.DataFrame:
    """Count the predictions of each explanation by outcome: columns supports, against, does_not_discriminate."""
    kinds = ["supports", "against", "does_not_discriminate"]
    table = confronted.groupby(["explanation", "bears"]).size().unstack(fill_value=0)
    return table.reindex(index=list(NAMES), columns=kinds, fill_value=0)


# ------------------------------------------------------------------------------------------------ charts


def spaced(groups: pd.Series, gap: float = 0.9) -> np.ndarray:
    """Return the height of each row: one apart, with a gap where the group changes."""
    return np.arange(len(groups)) + gap * (groups.ne(groups.shift()).cumsum() - 1).to_numpy()


def matrix(ax, coding: pd.DataFrame, observed: pd.DataFrame, confronted: pd.DataFrame) -> None:
    """Draw explanations (columns) against observations (rows): a mark where one speaks, coloured by how it fared.

    Filled where the explanation predicts, hollow where it forbids; large where the outcome is firm, small where it only
    leans. What is observed stands in words on the right; a bracket marks rows on which the thesis and a rival part.
    """
    height = dict(zip(coding.index, spaced(coding["group"]), strict=True))
    column = {name: place + 0.6 * (place > 0) for place, name in enumerate(NAMES)}
    ax.set(xlim=(-0.7, max(column.values()) + 0.6), ylim=(max(height.values()) + 3.0, -0.6))
    ax.hlines(list(height.values()), -0.6, max(column.values()) + 0.5, color=PALE, lw=0.4, zorder=0)
    ax.axvspan(-0.55, 0.55, color="#F3F3F3", lw=0, zorder=-1)
    bears = style.read_meanings("bears")
    for row in confronted.itertuples():
        look = bears[row.bears].style((5.2 if row.firm else 3.6) if row.bears != "does_not_discriminate" else 4.5)
        look |= {"markerfacecolor": "white"} if row.predicts == "-" else {}
        ax.plot(column[row.explanation], height[row.key], zorder=3, **look)
    parted = opposed(coding)
    for key, row in coding.iterrows():
        weight = "bold" if parted[key] else "normal"
        ax.text(-1.0, height[key], row["observation"], ha="right", va="center", fontsize=6, weight=weight)
        ax.text(max(column.values()) + 0.9, height[key], observed.loc[key, "words"], va="center", fontsize=6)
    _heads(ax, column, height, coding)
    _totals(ax, column, max(height.values()) + 1.5, balance(confronted))


def _heads(ax, column: dict, height: dict, coding: pd.DataFrame) -> None:
    for name, x in column.items():
        words = NAMES[name] if name == "T" else f"{name} {NAMES[name]}"
        ax.text(
            x,
            -0.9,
            words,
            rotation=90,
            ha="center",
            va="bottom",
            fontsize=6,
            weight="bold" if name == "T" else "normal",
        )
    for group, rows in coding.groupby("group", sort=False):
        ax.text(-1.0, height[rows.index[0]] - 0.95, group.capitalize(), fontsize=6, color=NOTE, ha="right", va="center")
    ax.text(max(column.values()) + 0.9, -1.3, "What is observed", fontsize=7, va="bottom", weight="bold")
    ax.axis("off")


def _totals(ax, column: dict, top: float, table: pd.DataFrame) -> None:
    for step, (kind, words) in enumerate({"supports": "Predictions borne out", "against": "contradicted"}.items()):
        ax.text(-1.0, top + step, words, ha="right", va="center", fontsize=6, weight="bold")
        for name, x in column.items():
            ax.text(x, top + step, str(table.loc[name, kind]), ha="center", va="center", fontsize=6)


def matrix_key(ax, y: float) -> None:
    """Draw the key of `matrix` in the axes `ax` (0 to 1 across) at height `y`."""
    bears = style.read_meanings("bears")
    entries = [
        ("borne out", bears["supports"].style(5.2)),
        ("contradicted", bears["against"].style(5.2)),
        ("cannot tell", bears["does_not_discriminate"].style(4.5)),
        ("small: leans only", bears["supports"].style(3.6)),
        ("hollow: the explanation forbids it", bears["supports"].style(5.2) | {"markerfacecolor": "white"}),
    ]
    handles = [Line2D([], [], label=words, **look) for words, look in entries]
    ax.legend(handles=handles, loc="center", bbox_to_anchor=(0.5, y), ncols=5, handletextpad=0.2, columnspacing=1.4,
              borderaxespad=0)  # fmt: skip


def page(coding: pd.DataFrame, observed: pd.DataFrame, confronted: pd.DataFrame):
    """Return the whole figure, `matrix` with its key, and its data."""
    fig, ax = style.make_canvas(183, 155)
    matrix(ax, coding, observed, confronted)
    matrix_key(ax, -0.03)
    return fig, confronted.merge(observed["words"], left_on="key", right_index=True)


# ----------------------------------------------------------------------------------------- what is observed

REOPENED = pd.Timestamp("2023-08-26")  # citizens abroad may return (events: 2023-08-26-border-reopens)
BY_TRAIT = {  # observation: trait tested, and whether it says that closed posts have the trait more often
    "africa": ("Post in Africa", True),
    "expelled": ("Any diplomat expelled, 2016-18", True),
    "western": ("Host in the EU, Britain, Switzerland", True),
    "condemned": ("Host voted against Russia, March 2022", True),
    "china": ("Votes with China above median", False),
    "rich": ("Income per head above median", True),
    "trade": ("Trade 2010-14 above median", False),
    "again": ("Post closed once before", True),
}


def observe(runs: pd.DataFrame, definitions: list[str], rates: pd.DataFrame) -> pd.DataFrame:
    """Judge every observation of the coding from the tables: index key, columns outcome and words.

    runs: tests of traits as from `exact.grid`. definitions: columns of closure_matrix that say what closed. rates:
    base rates of senders with at least 20 posts. Rules: on traits see `from_lists`; a single case only leans; where
    sources disagree, or the time is too short, nobody can tell.
    """
    closed = tables.load_table("closure_matrix").set_index("mission_id")[definitions].astype(bool)
    found = {key: _on_trait(runs[runs["trait"].eq(trait)], higher) for key, (trait, higher) in BY_TRAIT.items()}
    found |= _on_posts(closed) | _on_series() | _on_counts(rates) | _on_events()
    table = pd.DataFrame(found, index=["outcome", "words"]).T
    return table.assign(words=table["outcome"] + ": " + table["words"])


def _yes(holds: bool, words: str, firm: bool = True) -> tuple[str, str]:
    return (("seen" if holds else "not seen") if firm else ("leans to yes" if holds else "leans to no")), words


def _on_trait(rows: pd.DataFrame, higher: bool) -> tuple[str, str]:
    low, high = (exact.ratio_words(value) for value in (rows["odds_ratio"].min(), rows["odds_ratio"].max()))
    return from_lists(rows, higher), f"OR {low}–{high}, p ≥ {rows['p'].min():.2g}"


def _on_posts(closed: pd.DataFrame) -> dict:
    missions = tables.load_table("missions")
    latest = missions[missions["in_rok_53"]].set_index("mission_id")
    lost = closed.index[closed.any(axis=1)]
    ended = latest.loc[lost]
    inside = ended["closed_earliest"].ge(REOPENED) & ended["closed_latest"].le(REOPENED + pd.DateOffset(months=6))
    again = missions["mission_id"].isin(lost) & missions["opened_earliest"].gt(REOPENED)
    heirs = tables.load_table("closures_2023").dropna(subset=["successor_mission"])["mission_id"].nunique()
    disputed = closed.loc[lost].nunique(axis=1).gt(1)
    sure = closed["rok_2024_01_30"][lost]
    return {
        "berlin": _yes(latest.loc["DEU-berlin-embassy", "status_latest"] == "closed", "open", firm=False),
        "havana": _yes(latest.loc["CUB-havana-embassy", "status_latest"] == "closed", "open", firm=False),
        "burst": _yes(
            inside[sure].all(), f"{inside.sum()} of {len(lost)}, not {', '.join(ended.loc[~inside, 'city'])}"
        ),
        "back": _yes(True, f"{again.sum()} known") if again.any() else ("cannot tell", "none known; too early"),
        "handed": _yes(heirs > len(lost) / 2, f"{heirs} of {len(lost)}"),
        "lists": _yes(disputed.any(), f"on {disputed.sum()} of {len(lost)} posts"),
    }


def _on_series() -> dict:
    series = tables.load_table("series")
    growth, trade, rok, fao, theft = (
        series[series["series_id"].eq(name)].set_index("year")["value"]
        for name in ("gdp_growth_bok_first", "trade_total_kotra_usd_m", "food_crops_rda_mt", "cereals_production_fao_mt",
                     "crypto_theft_chainalysis_usd_m")
    )  # fmt: skip
    change = trade[2023] / trade[2022] - 1
    falls = {crop[2023] < crop[2022] for crop in (rok, fao)}
    harvest = ("cannot tell", "sources disagree") if len(falls) > 1 else _yes(falls.pop(), "both sources")
    return {
        "badyear": _yes(bool(growth[2023] < 0 or change < 0), f"output {growth[2023]:+.1f}%, trade {change:+.0%}"),
        "trough": _yes(2020 <= trade.idxmin() <= 2023, f"lowest in {trade.idxmin()}"),
        "harvest": harvest,
        "income": _yes(
            theft[2022] > 2 * theft[2021], f"{theft[2021] / 1000:.1f} to {theft[2022] / 1000:.1f} billion dollars"
        ),
    }


def _on_counts(rates: pd.DataFrame) -> dict:
    counts = tables.load_table("mission_counts").set_index("count_id")["value"]
    now, then = counts["C102"] / counts["C017"], counts["C095"] / counts["C003"]
    one = rates[rates["years_between"].eq(1)]
    hit, senders = int(one["senders_ge_17pct"].sum()), int(one["senders"].sum())
    return {
        "size": _yes(now <= then, f"{now:.0%} against {then:.0%}"),
        "others": _yes(hit / senders >= 0.05, f"{hit} of {senders}, to {one['wave'].max()}"),
    }


def _on_events() -> dict:
    openings, events = tables.load_table("openings"), tables.load_table("events").set_index("event_id")
    later = openings[openings["direction"].eq("dprk_abroad") & openings["date_latest"].gt(REOPENED)]
    hosts = later.groupby("event_class")["host"].agg(set)
    fresh = set().union(*hosts.reindex(["opened", "reopened"]).dropna())
    heads = set().union(*hosts.reindex(["ambassador_appointed", "ambassador_arrived"]).dropna())
    planned = "none of the twelve" in tables.load_table("findings").set_index("finding_id").loc["T.1-e15", "finding"]
    return {
        "opened": _yes(bool(fresh), f"{len(fresh)} hosts" if fresh else "promised, none known"),
        "envoys": _yes(bool(heads), f"{len(heads)} hosts"),
        "pact": _yes("2024-06-19-treaty-russia" in events.index, "treaty with Russia, 2024"),
        "seoul": _yes(False, "none planned there", firm=False) if planned else ("cannot tell", "no list"),
        "leaving": ("cannot tell", "one known: Norway, Kampala"),
    }


# --------------------------------------------------------------------------------------- the thesis in words

FROM = {  # the claim behind each sign of T
    "expelled": "T.1", "western": "Q1.9", "condemned": "Q4.5", "china": "Q4.5", "havana": "Q1.9",
    "badyear": "T.2", "opened": "Q4.1", "pact": "T.1", "back": "T.3",
}  # fmt: skip


def bases(coding: pd.DataFrame) -> pd.DataFrame:
    """Return the claim behind each sign of the thesis, indexed by key: observation, sign, claim, basis (in words).

    Raises ValueError if a sign has no claim.
    """
    spoken = coding[coding["T"].ne(".")]
    if set(spoken.index) != set(FROM):
        raise ValueError(f"signs of T without a claim, or the reverse: {sorted(set(spoken.index) ^ set(FROM))}")
    table = spoken[["observation"]].assign(sign=spoken["T"].replace("-", "−"), claim=spoken.index.map(FROM))
    known = tables.load_table("claims").set_index("claim_id")["basis"]
    return table.assign(basis=table["claim"].map(known).map(claims.BASIS))


def fared(rows: pd.DataFrame) -> str:
    """Write how some predictions fared: "2 borne out, 1 contradicted"."""
    number = rows["bears"].value_counts()
    return f"{number.get('supports', 0)} borne out, {number.get('against', 0)} contradicted"


def told(coding: pd.DataFrame, observed: pd.DataFrame, confronted: pd.DataFrame) -> str:
    """Write one line of Markdown for each observation on which the thesis and a rival part: outcome, for, against."""
    lines = []
    for key in coding.index[opposed(coding)]:
        rows = confronted[confronted["key"].eq(key)]
        sides = {
            kind: ", ".join("the thesis" if name == "T" else f"{name} {NAMES[name]}" for name in group["explanation"])
            for kind, group in rows.groupby("bears")
        }
        open_ = "does_not_discriminate" in sides
        tail = (
            "Decides nothing yet."
            if open_
            else f"For: {sides.get('supports', 'nobody')}. Against: {sides.get('against', 'nobody')}."
        )
        lines.append(f"- **{coding.loc[key, 'observation']}**: {observed.loc[key, 'words']}. {tail}")
    return "\n".join(lines)
