"""Rival explanations against observations: who commits himself to what, and how it fared.

The thesis stands twice: with what the article says (`THESIS`) and with what we infer from it
(`EXTENDED`). A leaning is never counted with what is firm.
"""

import pandas as pd

from derisking.stats import exact

THESIS, EXTENDED = "T", "T+"
FIRM = {"yes": 1, "no": -1}
LEANING = {"leans_yes": 1, "leans_no": -1}
PLACE = {**FIRM, **LEANING, "unknown": 0}  # what an outcome says of the observation
SIGNS = {"expects": 1, "excludes": -1}
BEARS = {  # by the score of a commitment, and whether the outcome is firm
    (1, True): "borne out",
    (1, False): "leans for",
    (-1, False): "leans against",
    (-1, True): "contradicted",
    (0, False): "open",
}
OUTCOMES = {  # of observations, in words
    "yes": "seen",
    "leans_yes": "leans to yes",
    "unknown": "cannot tell",
    "leans_no": "leans to no",
    "no": "not seen",
}


def judge_trait(rows: pd.DataFrame, higher: bool, primary: str) -> str:
    """Judge an observation on a trait from its test under each list (definition, odds_ratio, p).

    higher: the observation says that closed posts have the trait more often. "yes" or "no" if every
    list points one way with p < 0.05; "leans_..." if every list points one way and that of the list
    `primary` is below 0.05; else "unknown". The lists share most of their posts, so that they agree
    is no evidence of its own.
    """
    up = bool(rows["odds_ratio"].gt(1).all())
    if not up and not rows["odds_ratio"].lt(1).all():
        return "unknown"
    holds = "yes" if up == higher else "no"
    if rows["p"].lt(0.05).all():
        return holds
    low = rows.loc[rows["definition"].eq(primary), "p"].lt(0.05).any()
    return f"leans_{holds}" if low else "unknown"


def judge_traits(
    runs: pd.DataFrame, by_trait: dict[str, tuple[str, bool]], primary: str
) -> pd.DataFrame:
    """Judge the observations on traits, and write down what was found.

    runs: as from `exact.run_grid`. by_trait: by observation_id, the trait and whether closed posts
    are said to have it more often. Returns outcome (see `judge_trait`) and found, in words, by
    observation_id.
    """
    rows = {}
    for key, (trait, higher) in by_trait.items():
        tests = runs[runs["trait"].eq(trait)]
        ratios = [exact.word_ratio(tests["odds_ratio"].agg(end)) for end in ("min", "max")]
        chances = [exact.word_chance(tests["p"].agg(end)) for end in ("min", "max")]
        spans = ["–".join(dict.fromkeys(pair)) for pair in (ratios, chances)]
        found = f"odds ratio {spans[0]}, p {spans[1]}"
        rows[key] = {"outcome": judge_trait(tests, higher, primary), "found": found}
    return pd.DataFrame.from_dict(rows, orient="index")


def judge_facts(facts: dict[str, tuple[bool | None, str]], weak: list[str]) -> pd.DataFrame:
    """Judge the observations that a number decides.

    facts: by observation_id, whether it holds (None: cannot tell), and what was found, in words.
    weak: those that can only lean. Returns outcome and found by observation_id.
    """
    rows = {}
    for key, (holds, found) in facts.items():
        outcome = "unknown" if holds is None else "yes" if holds else "no"
        leaning = "leans_" if key in weak and holds is not None else ""
        rows[key] = {"outcome": leaning + outcome, "found": found}
    return pd.DataFrame.from_dict(rows, orient="index")


def confront(predictions: pd.DataFrame, outcomes: pd.Series) -> pd.DataFrame:
    """Lay each commitment beside the outcome of its observation.

    predictions: observation_id, explanation, sign. outcomes: by observation_id, a key of `PLACE`.
    Returns the predictions with outcome, score (1: for the explanation, -1: against it, 0: open)
    and bears (a value of `BEARS`). Raises ValueError for an outcome that is missing or unknown.
    """
    table = predictions.assign(outcome=predictions["observation_id"].map(outcomes))
    if not table["outcome"].isin(list(PLACE)).all():
        wrong = sorted(set(table.loc[~table["outcome"].isin(list(PLACE)), "observation_id"]))
        raise ValueError(f"observations without one outcome of {list(PLACE)}: {wrong}")
    score = table["outcome"].map(PLACE) * table["sign"].map(SIGNS)
    firm = table["outcome"].isin(list(FIRM))
    bears = [BEARS[pair] for pair in zip(score, firm, strict=True)]
    return table.assign(score=score, bears=bears)


def find_opposed(predictions: pd.DataFrame, to: str = THESIS) -> list[str]:
    """Return the observations on which explanation `to` and another commit to opposite things."""
    signs = predictions.assign(number=predictions["sign"].map(SIGNS))
    own = signs[signs["explanation"].eq(to)].set_index("observation_id")["number"]
    against = signs["number"].mul(signs["observation_id"].map(own)).lt(0)
    return sorted(set(signs.loc[against, "observation_id"]))


def list_explanations(confronted: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    """Return how many predictions each explanation makes, and how they fared; by its key.

    names: by explanation, in the order wanted. confronted: as from `confront`.
    """
    marks = pd.crosstab(confronted["explanation"], confronted["bears"])
    marks = marks.reindex(index=names.index, columns=list(BEARS.values()), fill_value=0)
    marks.insert(0, "predictions", marks.sum(axis=1))
    marks.insert(0, "explanation", names)
    return marks.rename_axis(index=None, columns=None)


def list_observations(
    observations: pd.DataFrame, predictions: pd.DataFrame, names: pd.Series
) -> pd.DataFrame:
    """Return one row an observation: who commits himself to what, and what was found.

    observations: columns observation_id, observation, found, outcome. names: short, by explanation.
    """
    rows = []
    for row in observations.itertuples():
        mine = predictions[predictions["observation_id"].eq(row.observation_id)]
        cells = {"if it is observed that": row.observation}
        for sign, head in (("expects", "expected by"), ("excludes", "excluded by")):
            cells[head] = ", ".join(names[mine.loc[mine["sign"].eq(sign), "explanation"]]) or "·"
        rows.append(cells | {"found": row.found, "outcome": OUTCOMES[row.outcome]})
    return pd.DataFrame(rows)
