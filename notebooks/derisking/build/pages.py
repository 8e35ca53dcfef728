"""Write the pages and blocks that the build owns: codebook, dossier of claims, gallery, navigation,
index of notebooks, front page.

    python -m derisking.build.pages            write them
    python -m derisking.build.pages --check    say which are out of date, write nothing, return 1
"""

import json
import re
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import jinja2
import pandas as pd

from derisking.build import blocks, countries, dossier, filling, papers, references, run
from derisking.build.claim_words import read_claim_words
from derisking.core import paths, tables
from derisking.core.citation import read_citation
from derisking.core.claims import CARRIES_THESIS, VERDICTS
from derisking.core.glue import GlueError, fill_marks, split_sentence, strip_marks
from derisking.draw import save
from derisking.draw.style import MM, WIDTHS

TEMPLATES = Path(__file__).parent / "templates"  # each looks like the page it makes
VERDICT = "09"  # the notebook whose answer opens the front page
QUESTIONS = ["04", "05", "06", "07"]  # the notebooks that put the article's four questions
MAP = "02-map-2023"  # opens the front page
# shown on the front page under "How we know"
FRONT = ["02-reciprocity", "05-missions-fell", "06-breaks"]
LEVELS = ["high", "medium", "low", "unsourced"]
RESIDENCE = ["confirmed", "likely", "unverified", "non_resident_likely"]
PERIODS = {
    "to 1989": (0, 1989),
    "1990-99": (1990, 1999),
    "2000-09": (2000, 2009),
    "2010-19": (2010, 2019),
    "2020-22": (2020, 2022),
    "2023": (2023, 2023),
    "2024-26": (2024, 2026),
}


def write_pages(check: bool = False) -> list[str]:
    """Write every page that has changed and return their names; with `check` only name them."""
    pages = {
        **notebook_pages(),
        paths.FIGURES / "README.md": gallery(),
        paths.DATA / "README.md": codebook(),
        paths.DATA / "claims.md": claims_page(),
        paths.DATA / "countries.md": countries_page(),
        paths.NOTEBOOKS / "README.md": index(),
        paths.ROOT / "README.md": front(),
        paths.ROOT / "README.ko.md": front_in_korean(),
        paths.ROOT / ".zenodo.json": references.write_zenodo(read_citation()),
        **references.write_references(),
        **papers.write_tables(),
    }
    changed = []
    for file, content in pages.items():
        if not file.exists() or file.read_text(encoding="utf-8") != content:
            changed.append(str(file.relative_to(paths.ROOT)))
            if not check:
                paths.replace(file, content)
    return changed


def render(name: str, **values) -> str:
    """Fill a template and return the page."""
    return _templates().get_template(f"{name}.md.j2").render(**values).rstrip("\n") + "\n"


@cache
def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "finding": lambda caption: _split_caption(caption)[0],
        "rest": lambda caption: _split_caption(caption)[1],
        "in_brackets": _escape_alt,
        "flatten": lambda items: [
            part for item in items for part in ([item] if isinstance(item, str) else item)
        ],
        "meaning": _explain_field,
        "sentence": lambda text: text if text.endswith((".", "?", "!")) else f"{text}.",
    }
    return environment


# ---------------------------------------------------------------------------------------- notebooks


def notebook_pages() -> dict[Path, str]:
    """Return the text of every notebook with its navigation block filled, without what the program
    that saved it last has added."""
    pages = {}
    for file in run.list_notebooks():
        nb = run.normalise_notebook(run.read_notebook(file), file.name[:2])
        pages[file] = run.format_notebook(run.fill_block(nb, file, "nav", navigation(nb, file)))
    return pages


def navigation(nb, file: Path) -> str:
    """Return the lines under the opening: neighbours, reading time, figures."""
    known = run.list_notebooks()
    place = known.index(file)
    return render(
        "navigation",
        before=_link(known[place - 1]) if place else "",
        after=_link(known[place + 1]) if place + 1 < len(known) else "",
        first=_link(known[0]) if place else "",
        minutes=run.estimate_minutes(nb),
        figures=run.list_drawn_figures(nb),
    )


def _link(file: Path) -> str:
    return f"[{file.stem[:2]} · {run.read_title(run.read_notebook(file))}]({file.name})"


def short_answer(nb) -> str:
    """Return the computed short answer of a notebook."""
    for cell in nb.cells:
        if "answer" in blocks.names(cell.source):
            return strip_marks(blocks.read(cell.source, "answer"))
    return ""


def in_a_sentence(nb) -> str:
    """Return the first sentence of the short answer, on one line."""
    return split_sentence(" ".join(short_answer(nb).split()))[0]


def list_contents() -> list[dict]:
    """Return number, file, title, answer in a sentence, minutes and figures of every notebook."""
    contents = []
    for file in run.list_notebooks():
        nb = run.read_notebook(file)
        contents.append(
            {
                "number": file.name[:2],
                "file": file.name,
                "title": run.read_title(nb),
                "sentence": in_a_sentence(nb),
                "minutes": run.estimate_minutes(nb),
                "figures": run.list_drawn_figures(nb),
            }
        )
    return contents


def index() -> str:
    """Return the page that lists the notebooks with question, answer, reading time and figures."""
    return render("notebooks", notebooks=list_contents())


# ------------------------------------------------------------------------------------------ figures


def _records() -> list[dict]:
    """Return the records of all figures, with the width in pixels at which a narrow one is shown.

    A figure of one column would fill a wide window with type three times its size.
    """
    file = paths.FIGURES / save.PACKAGE
    records = json.loads(file.read_text(encoding="utf-8"))["resources"] if file.exists() else []
    for record in records:
        record["is_narrow"] = record["width_mm"] < max(WIDTHS)
        record["shown"] = round(record["width_mm"] * MM * save.INLINE_DPI)
    return records


def gallery() -> str:
    """Return the page that shows every figure with caption, alternative text, files, origin, credit
    and lines to paste into a paper."""
    return render(
        "gallery",
        figures=_records(),
        tables=papers.list_paper_tables(),
        place=papers.place_figure,
        map=MAP,
    )


def _split_caption(caption: str) -> tuple[str, str]:
    """Return the first sentence of a caption, the finding, and the rest."""
    first, rest = split_sentence(caption)
    return first.rstrip(".") + ".", rest


def _escape_alt(alt: str) -> str:
    return alt.replace("]", ")").replace("[", "(")


# ----------------------------------------------------------------------------- codebook and dossier


def codebook() -> str:
    """Return the codebook: every table and column of data/datapackage.json, and how well the rows
    are sourced."""
    rows = {name: tables.load_table(name, unsourced=True) for name in tables.list_tables()}
    posts = tables.load_table("missions")
    decade = (posts["opened_latest"].dt.year // 10 * 10).astype(int)
    residence = pd.crosstab(decade, posts["resident_evidence"])
    return render(
        "codebook",
        package=tables.read_package(),
        tables=tables.list_tables(),
        rows=rows,
        levels=LEVELS,
        confidence={
            name: frame["confidence"].value_counts().reindex(LEVELS, fill_value=0)
            for name, frame in rows.items()
            if "confidence" in frame
        },
        residence=residence[[kind for kind in RESIDENCE if kind in residence]].rename(
            columns=_space
        ),
        listed=posts[posts["in_rok_53"]],
        periods=PERIODS,
        dated=_count_by_period(rows),
        filled=references.count_filled(),
        state=references.tell_state(),
    )


def _space(code: str) -> str:
    return code.replace("_", " ")


def _count_by_period(rows: dict[str, pd.DataFrame]) -> dict[str, list[int]]:
    """Count the sourced rows of the dated tables by period."""
    counts = {}
    for name in tables.list_tables("evidence"):
        frame = tables.keep_sourced(rows[name])
        if "date_latest" in frame or "year" in frame:
            year = frame["date_latest"].dt.year if "date_latest" in frame else frame["year"]
            counts[name] = [
                int(year.between(first, last).sum()) for first, last in PERIODS.values()
            ]
    return counts


def _explain_field(field: dict) -> str:
    """Return what a column means: description, codes, lists, limits."""
    limits = field.get("constraints", {})
    told = [field["description"]]
    if codes := field.get("codes"):
        told.append(
            "Codes: " + "; ".join(f"`{code}` {meaning}" for code, meaning in codes.items()) + "."
        )
    elif "enum" in limits:
        told.append("Codes: " + ", ".join(f"`{code}`" for code in limits["enum"]) + ".")
    if "." in field.get("listOf", ""):
        told.append(f"Several parted by `;`, each a key of `{field['listOf'].split('.')[0]}`.")
    if limits.get("required"):
        told.append("Never empty.")
    return " ".join(told).replace("|", "\\|").replace("\n", " ")


def claims_page() -> str:
    """Return the dossier of all claims, with every finding, its sources and the verdict."""
    return render("claims", claims=dossier.list_claims(), questions=dossier.QUESTIONS)


def countries_page() -> str:
    """Return the page on every country: posts, what became of them, who says so."""
    told, ties = countries.list_countries(), countries.list_ties_only()
    return re.sub(r" +\n", "\n", render("countries", countries=told, ties=ties))


# --------------------------------------------------------------------------------------- front page


def front() -> str:
    """Return README.md with its marks and marked blocks filled from the notebooks, the figures and
    the data."""
    file = paths.ROOT / "README.md"
    text = file.read_text(encoding="utf-8")
    makers = {
        "verdict": _verdict,
        "map": lambda: _front_figures([MAP]),
        "figures": lambda: _front_figures(FRONT),
        "answers": _answers,
        "claims": _front_claims,
        "notebooks": _notebook_table,
        "cite": _citation,
    }
    for name in blocks.names(text):
        if name not in makers:
            raise blocks.BlockError(
                f"README.md: no block {name!r} is known; known are {', '.join(makers)}."
            )
        text = blocks.fill(text, name, makers[name](), "README.md")
    return fill_marks(text, read_all_values(), "README.md")


def front_in_korean() -> str:
    """Return README.ko.md with its marks filled."""
    text = (paths.ROOT / "README.ko.md").read_text(encoding="utf-8")
    return fill_marks(text, references.tell_state(), "README.ko.md")


def read_all_values() -> dict[str, str]:
    """Return what the front page may ask for: values glued in notebooks, as NN.name, words on
    claims (q21.claim), and the state of the data (data.asof)."""
    values = read_claim_words() | references.tell_state()
    for file in run.list_notebooks():
        glued = filling.read_glued(run.read_notebook(file))
        values |= {f"{file.name[:2]}.{name}": value for name, value in glued.items()}
    return values


def _answers() -> str:
    return render(
        "answers", notebooks=[book for book in list_contents() if book["number"] in QUESTIONS]
    ).strip()


def _front_figures(names: list[str]) -> str:
    drawn = {record["name"]: record for record in _records()}
    shown = [drawn[name] for name in names if name in drawn]
    return render("front_figures", figures=shown, map=MAP).strip()


def _front_claims() -> str:
    """Return the score, and the table of his sentences beside our wording, the test and the
    result."""
    told = dossier.list_claims()
    his = [claim for claim in told if claim["quotation"]]
    ours = [claim for claim in told if not claim["quotation"]]
    count = Counter(claim["verdict"] for claim in his)
    score = [(verdict, count[verdict]) for verdict in VERDICTS if count[verdict]]
    thesis = [claim["verdict"] for claim in his if claim["claim_id"] in CARRIES_THESIS]
    holding = sum(verdict in ("supported", "leans for") for verdict in thesis)
    failing = sum(verdict in ("not supported", "leans against") for verdict in thesis)
    core = {"count": len(thesis), "holding": holding or "none", "failing": failing or "none"}
    core["untestable"] = thesis.count("not testable")
    core["names"] = ", ".join(CARRIES_THESIS)
    return render("front_claims", his=his, ours=ours, score=score, thesis=core).strip()


def _notebook_table() -> str:
    return render("front_notebooks", notebooks=list_contents()).strip()


def _citation() -> str:
    told = read_citation()
    item = references.cite_this(told)
    return render(
        "cite",
        told=told,
        apa=references.format_apa(told),
        bibtex=references.format_bibtex(item),
        ris=references.format_ris(item),
    ).strip()


def _verdict() -> str:
    (file,) = [file for file in run.list_notebooks() if file.name[:2] == VERDICT]
    (cell,) = [
        cell for cell in run.read_notebook(file).cells if "verdict" in blocks.names(cell.source)
    ]
    return strip_marks(blocks.read(cell.source, "verdict", f"notebooks/{file.name}"))


def main(arguments: list[str]) -> int:
    """Write the pages, or with --check name those that are not up to date."""
    check = "--check" in arguments
    try:
        changed = write_pages(check)
    except (blocks.BlockError, run.NotebookError, tables.EvidenceError, GlueError) as error:
        print(error, file=sys.stderr)
        return 1
    for name in changed:
        print(f"{'out of date' if check else 'written'}: {name}")
    return 1 if check and changed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
