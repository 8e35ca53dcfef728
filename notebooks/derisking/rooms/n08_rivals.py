"""Rival explanations against observations: who commits himself to what, and how it fared."""

import pandas as pd

THESIS = "T"
FIRM = {"yes": 1, "no": -1}
LEANING = {"leans_yes": 1, "leans_no": -1}
PLACE = {**FIRM, **LEANING, "unknown": 0}  # what an outcome says of the observation
SIGNS = {"expects": 1, "excludes": -1}
BEARS = {1: "borne out", -1: "contradicted", 0: "open"}


def judge_trait(rows: pd.DataFrame, higher: bool) -> str:
    """Judge an observation on a trait from its test under each list (columns odds_ratio, p).

    higher: the observation says that closed posts have the trait more often. "yes" or "no" if every
    list points one way with p < 0.05; "leans_..." if every list points one way; else "unknown".
    """
    up = bool(rows["odds_ratio"].gt(1).all())
    if not up and not rows["odds_ratio"].lt(1).all():
        return "unknown"
    holds = "yes" if up == higher else "no"
    return holds if rows["p"].lt(0.05).all() else f"leans_{holds}"


def confront(predictions: pd.DataFrame, outcomes: pd.Series) -> pd.DataFrame:
    """Lay each commitment beside the outcome of its observation.

    predictions: observation_id, explanation, sign. outcomes: by observation_id, a key of `PLACE`.
    Returns the predictions with outcome, bears (a value of `BEARS`) and firm (the outcome does not
    merely lean). Raises ValueError for an outcome that is missing or unknown.
    """
    table = predictions.assign(outcome=predictions["observation_id"].map(outcomes))
    if not table["outcome"].isin(list(PLACE)).all():
        wrong = sorted(set(table.loc[~table["outcome"].isin(list(PLACE)), "observation_id"]))
        raise ValueError(f"observations without one outcome of {list(PLACE)}: {wrong}")
    score = table["outcome"].map(PLACE) * table["sign"].map(SIGNS)
    return table.assign(bears=score.map(BEARS), firm=table["outcome"].isin(list(FIRM)))


def find_opposed(predictions: pd.DataFrame, to: str = THESIS) -> list[str]:
    """Return the observations on which explanation `to` and another commit to opposite things."""
    signs = predictions.assign(number=predictions["sign"].map(SIGNS))
    own = signs[signs["explanation"].eq(to)].set_index("observation_id")["number"]
    against = signs["number"].mul(signs["observation_id"].map(own)).lt(0)
    return sorted(set(signs.loc[against, "observation_id"]))


def list_explanations(confronted: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    """Return one row an explanation: what it expects and excludes, and how that fared.

    names: short name by explanation, in the order wanted. confronted: as from `confront`, with a
    column `short_name` of the observation.
    """
    rows = []
    for key, name in names.items():
        mine = confronted[confronted["explanation"].eq(key)]
        row = {"explanation": name if key == THESIS else f"{key} {name}"}
        for sign in SIGNS:
            row[sign] = "; ".join(mine.loc[mine["sign"].eq(sign), "short_name"]) or "·"
        number = mine["bears"].value_counts()
        rows.append(row | {word: int(number.get(word, 0)) for word in BEARS.values()})
    return pd.DataFrame(rows)


def list_observations(
    observations: pd.DataFrame, confronted: pd.DataFrame, names: pd.Series, words: dict[str, str]
) -> pd.DataFrame:
    """Return one row an observation: what was found, and whom that helps and hurts.

    observations: columns observation_id, observation, found, outcome. words: the outcome in words.
    """
    rows = []
    for row in observations.itertuples():
        mine = confronted[confronted["observation_id"].eq(row.observation_id)]
        sides = {
            word: ", ".join(names[mine.loc[mine["bears"].eq(word), "explanation"]]) or "·"
            for word in ("borne out", "contradicted")
        }
        cells = {"if it is observed that": row.observation, "found": row.found}
        rows.append(cells | {"outcome": words[row.outcome]} | sides)
    return pd.DataFrame(rows)
