"""What sentences may say of a claim without gluing it: see `derisking.build.filling`."""

from derisking.core import claims
from derisking.core.tables import load_table


def read_claim_words() -> dict[str, str]:
    """Return what marks may say of each claim, by mark: q21.claim, q21.quotation and so on.

    Our wording, what would show it, the verdict, and the author's own words where there are any.
    """
    table, words = load_table("claims"), {}
    verdicts = claims.reach_verdicts(table, load_table("findings"))
    for row in table.itertuples():
        key = row.claim_id.lower().replace(".", "")
        if isinstance(row.quotation, str):
            words[f"{key}.quotation"] = row.quotation
        words |= {
            f"{key}.claim": row.claim,
            f"{key}.test": row.expected_if_true,
            f"{key}.verdict": verdicts[row.claim_id],
        }
    return words
