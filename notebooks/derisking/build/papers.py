"""What goes into other people's papers: five tables in LaTeX and HTML, and the lines that place a
figure.

Tables come as a `table` with booktabs rules and as plain HTML, each with caption and note.
"""

import html
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

from derisking.build import dossier
from derisking.core import paths, tables
from derisking.core.citation import read_citation

FOLDER = paths.FIGURES / "tables"
ESCAPES = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
ESCAPES |= {"∞": r"$\infty$"}
ESCAPES |= {sign: f"\\{sign}" for sign in "&%$#_{}"}
NOTHING = "–"  # a cell about which nothing can be said


@dataclass(frozen=True)
class PaperTable:
    """A table for print: `widths` are LaTeX column types, l, r, c or p{...}, one a column."""

    name: str
    caption: str
    note: str
    widths: str
    frame: pd.DataFrame


def escape_latex(text: str) -> str:
    """Return a text in which no sign means anything to LaTeX."""
    return "".join(ESCAPES.get(sign, sign) for sign in text)


@cache
def list_paper_tables() -> list[PaperTable]:
    """Return the tables, made anew from data and findings."""
    return [
        tabulate_lists(),
        tabulate_waves(),
        tabulate_reciprocity(),
        tabulate_traits(),
        tabulate_verdicts(),
    ]


def tabulate_lists() -> PaperTable:
    """Return the closure matrix: one row a post that any list names, one column a list."""
    matrix, lists = tables.load_table("closure_matrix"), tables.load_table("closure_lists")
    lists = lists.drop_duplicates("list_id").sort_values(["list_date_latest", "list_id"])
    names = list(lists["list_id"])
    named = matrix[matrix[names].fillna(False).any(axis=1)]
    named = named.sort_values(["lists_naming", "city"], ascending=[False, True], kind="stable")
    frame = named[["city", "host"]].set_axis(["post", "host"], axis=1)
    for row in lists.itertuples():
        words = named[row.list_id].map({True: "closed", False: "no"}).astype(object)
        frame[f"{row.list_body}, {row.list_date}"] = words.where(named[row.list_id].notna(), "")
    frame["full lists"] = named["lists_naming"]
    return PaperTable(
        "closure-lists",
        "Posts of North Korea that a list names as closed",
        "closed: named. no: the list was seen in full and does not name the post. Empty: the list "
        "was not seen in full. Full lists: how many lists seen in full, the prediction apart, name "
        "the post.",
        "ll" + "p{16mm}" * len(names) + "r",
        frame,
    )


def tabulate_waves() -> PaperTable:
    """Return the rounds of closures side by side."""
    waves = tables.load_table("wave_table")
    frame = pd.DataFrame({"year": waves["year"], "closed": waves["closed"]})
    frame["of them in Africa"] = waves["closed_africa_north"]
    for when in ("before", "after"):
        number, day = waves[f"stock_{when}"].astype("str"), waves[f"stock_{when}_asof"]
        frame[f"posts {when}"] = (number + " (" + day + ")").where(day.notna(), NOTHING)
    frame["counted"] = waves["stock_counts"].str.replace("_", " ").fillna(NOTHING)
    frame["share closed"] = waves["share"].map("{:.0%}".format, na_action="ignore").fillna(NOTHING)
    return PaperTable(
        "rounds",
        "Four rounds of closures of North Korean posts",
        "Africa with its North. Dates in brackets are those of the count. Embassies and missions "
        "are two bases and must not be compared. The share is given only where both counts are on "
        "one base.",
        "rrrllll",
        frame,
    )


def tabulate_reciprocity() -> PaperTable:
    """Return what became of the embassies by whether the host had one in Pyongyang."""
    hosts = pd.read_csv(paths.FIGURES / "02-reciprocity.csv")
    order = ["kept", "closed", "disputed", "dormant", "evacuated"]
    count = pd.crosstab(hosts["status"], hosts["has_house"]).reindex(order, fill_value=0)
    count.loc["all"] = count.sum()
    frame = pd.DataFrame(
        {
            "became of it": count.index,
            "host had an embassy in Pyongyang": count[1].to_numpy(),
            "host had none": count[0].to_numpy(),
            "hosts": hosts.sort_values("name")
            .groupby("status")["name"]
            .agg("; ".join)
            .reindex(count.index),
        }
    )
    frame["hosts"] = frame["hosts"].where(~frame["became of it"].isin(["kept", "all"]), "")
    return PaperTable(
        "reciprocity",
        "North Korea's embassies of October 2023 and the embassies of their hosts in Pyongyang",
        "Embassies in Pyongyang at the end of January 2020, residence confirmed. What became of a "
        "post follows the rule of notebook 02. Missions to organisations and consulates are left "
        "out.",
        "lrrp{70mm}",
        frame,
    )


def tabulate_traits() -> PaperTable:
    """Return which traits of hosts and posts go with closing, by Seoul's last list alone."""
    curve = pd.read_csv(paths.FIGURES / "08-specification-curve.csv")
    curve = curve[curve["definition"].eq("rok_2024_01_30")].sort_values("p", kind="stable")
    bounds = curve[["odds_ratio", "low", "high"]].map(_word_ratio)
    frame = pd.DataFrame(
        {
            "trait": curve["trait"].str.replace("\n", " "),
            "closed with it": _of(curve["with_closed"], curve["with_all"]),
            "closed without": _of(curve["without_closed"], curve["without_all"]),
            "odds ratio": bounds["odds_ratio"]
            + " ("
            + bounds["low"]
            + " to "
            + bounds["high"]
            + ")",
            "p": curve["p"].map("{:.3f}".format),
            "p adjusted": curve["adjusted"].map("{:.3f}".format),
        }
    )
    return PaperTable(
        "traits",
        "Which posts were closed: one trait at a time, by Seoul's list of January 2024",
        "Odds ratio: conditional estimate with exact 95 percent interval. p: Fisher's exact test, "
        "two-sided. p adjusted: for all tests of all five lists at once, by joint exchange of the "
        "posts. That hosts return the embassy was found after looking. The other lists: figure "
        "08-specification-curve. The posts were probably decided on together, so a test that finds "
        "nothing says little.",
        "llllrr",
        frame,
    )


def _of(part: pd.Series, whole: pd.Series) -> pd.Series:
    return part.astype(int).astype("str") + " of " + whole.astype(int).astype("str")


def _word_ratio(value: float) -> str:
    if pd.isna(value):
        return NOTHING
    return "∞" if value == float("inf") else f"{value:.2g}" if value < 10 else f"{value:.0f}"


def tabulate_verdicts() -> PaperTable:
    """Return all claims with whose words they are and the verdict."""
    told = dossier.list_claims()
    frame = pd.DataFrame(
        {
            "claim": [claim["claim_id"] for claim in told],
            "in our wording": [claim["claim"] for claim in told],
            "words": [claim["words"] for claim in told],
            "findings": [len(claim["findings"]) for claim in told],
            "verdict": [claim["verdict"] for claim in told],
        }
    )
    return PaperTable(
        "verdicts",
        "The claims and what the findings say of them",
        "Words: whose they are; “his” rests on a sentence of R. Frank (38 North, December 2023), "
        "“ours” is inferred. Verdicts follow by one rule from graded findings (notebook 09).",
        "lp{85mm}lrl",
        frame,
    )


def _credit(what: str) -> str:
    told = read_citation()
    return f"{what}: {told.author}, version {told.version}, CC BY 4.0, {told.address}"


def format_latex(table: PaperTable) -> str:
    """Return a table as LaTeX; it needs the package booktabs, and longtable if it is long."""
    long = len(table.frame) > 40
    note = escape_latex(f"{table.note} {_credit('Source')}.")
    head = table.frame.rename(columns=escape_latex)
    body = head.map(lambda cell: escape_latex(str(cell))).to_latex(
        index=False,
        escape=False,
        longtable=long,
        caption=escape_latex(table.caption) + ("" if not long else f". {note}"),
        label=f"tab:{table.name}",
        column_format=table.widths,
        **({} if long else {"position": "htbp"}),
    )
    if not long:
        below = "\\end{tabular}\n\n\\medskip\\begin{minipage}{\\linewidth}\\footnotesize "
        body = body.replace("\\end{tabular}\n", f"{below}{note}\\end{{minipage}}\n")
    packages = "booktabs, longtable" if long else "booktabs"
    return f"% needs \\usepackage{{{packages}}}\n{body}"


def format_html(table: PaperTable) -> str:
    """Return a table as HTML with caption and note, without any style."""
    rows = [
        "<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in row) + "</tr>"
        for row in table.frame.itertuples(index=False)
    ]
    heads = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in table.frame.columns)
    note = html.escape(f"{table.note} {_credit('Source')}.")
    return "\n".join(
        [
            f'<figure id="{table.name}">',
            "<table>",
            f"<caption>{html.escape(table.caption)}</caption>",
            f"<thead><tr>{heads}</tr></thead>",
            "<tbody>",
            *rows,
            "</tbody>",
            "</table>",
            f"<figcaption>{note}</figcaption>",
            "</figure>\n",
        ]
    )


def write_tables() -> dict[Path, str]:
    """Return the files of figures/tables."""
    return {
        FOLDER / f"{table.name}.{kind}": form(table)
        for table in list_paper_tables()
        for kind, form in (("tex", format_latex), ("html", format_html))
    }


def place_figure(figure: dict) -> dict[str, str]:
    """Return the lines that put a figure into a paper, by language, with caption, alternative text
    and credit."""
    name, alt, caption = figure["name"], figure["alt"], figure["description"].rstrip()
    caption = f"{caption} {_credit(f'Figure {name}')}."
    return {
        "latex": "\n".join(
            [
                r"\begin{figure}",
                rf"  \includegraphics[width={figure['width_mm']:g}mm, alt={{{escape_latex(alt)}}}]"
                f"{{{name}.pdf}}",
                rf"  \caption{{{escape_latex(caption)}}}",
                rf"  \label{{fig:{name}}}",
                r"\end{figure}",
            ]
        ),
        "markdown": f"![{alt.replace('[', '(').replace(']', ')')}]({name}.png)\n\n*{caption}*",
        "html": "\n".join(
            [
                "<figure>",
                f'  <img src="{name}.svg" alt="{html.escape(alt)}">',
                f"  <figcaption>{html.escape(caption, quote=False)}</figcaption>",
                "</figure>",
            ]
        ),
    }
