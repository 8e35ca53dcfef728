"""Write the pages and blocks that the build owns: codebook, gallery, navigation lines, index of notebooks, front page.

python -m derisking.build.pages            write them
python -m derisking.build.pages --check    say which are not up to date, write nothing, return 1 if any
"""

import json
import re
import sys
from pathlib import Path

import pandas as pd

from derisking.build import blocks, run
from derisking.core import paths, tables
from derisking.core.glue import strip_marks
from derisking.draw import save

GENERATED = "<!-- Written by the build from {source}; change it there. -->\n\n"
VERDICT = "09"  # the notebook whose answer opens the front page
QUESTIONS = ["04", "05", "06", "07"]  # the notebooks that put the article's four questions
FRONT = ["01-closure-lists", "02-map-2023", "03-overview", "06-breaks", "09-summary"]  # shown on the front page


def write_pages(check: bool = False) -> list[str]:
    """Write every page that has changed and return their names; with `check` only name them."""
    pages = {**notebook_pages(), paths.FIGURES / "README.md": gallery(), paths.DATA / "README.md": codebook(),
             paths.NOTEBOOKS / "README.md": index(), paths.ROOT / "README.md": front()}  # fmt: skip
    changed = []
    for file, content in pages.items():
        if not file.exists() or file.read_text(encoding="utf-8") != content:
            changed.append(str(file.relative_to(paths.ROOT)))
            if not check:
                paths.replace(file, content)
    return changed


# ---------------------------------------------------------------------------------------------- notebooks


def notebook_pages() -> dict[Path, str]:
    """Return the text of every notebook with its navigation block filled."""
    pages = {}
    for file in run.list_notebooks():
        nb = run.read_notebook(file)
        pages[file] = run.format_notebook(run.fill_block(nb, file, "nav", navigation(nb, file)))
    return pages


def navigation(nb, file: Path) -> str:
    """Return the lines under the opening: neighbours, reading time, figures."""
    known = run.list_notebooks()
    place = known.index(file)
    links = ["[all notebooks](README.md)"]
    if place > 0:
        links.insert(0, f"← {_link(known[place - 1])}")
    if place + 1 < len(known):
        links.append(f"{_link(known[place + 1])} →")
    drawn = run.list_drawn_figures(nb)
    shown = ", ".join(f"[{name}](../figures/{name}.png)" for name in drawn) or "none"
    before = f"Read before: {_link(known[0])}. " if place > 0 else ""
    return f"{' | '.join(links)}\n\n{before}Reading time: {run.estimate_minutes(nb)} minutes. Figures: {shown}."


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
    return re.split(r"(?<=[.!?])\s+(?=[A-Z0-9])", " ".join(short_answer(nb).split()))[0]


def index() -> str:
    """Return the page that lists the notebooks with question, answer, reading time and figures."""
    lines = [GENERATED.format(source="the notebooks") + "# Notebooks\n",
             "Read them in order, or start with the question that brought you here. Each opens with its answer.\n",
             "| # | question | answer in a sentence | minutes | figures |", "|---|---|---|---|---|"]  # fmt: skip
    for file in run.list_notebooks():
        nb = run.read_notebook(file)
        drawn = ", ".join(f"[{name[3:]}](../figures/{name}.png)" for name in run.list_drawn_figures(nb))
        lines.append(
            f"| {file.stem[:2]} | [{run.read_title(nb)}]({file.name}) | {in_a_sentence(nb)} | {run.estimate_minutes(nb)} | {drawn} |"
        )
    lines.append(
        "\nThe mechanics behind them are in [derisking/](derisking/); the tables they read in [data/](../data/README.md)."
    )
    return "\n".join(lines) + "\n"


# ------------------------------------------------------------------------------------------------ figures


def _records() -> list[dict]:
    file = paths.FIGURES / save.PACKAGE
    return json.loads(file.read_text(encoding="utf-8"))["resources"] if file.exists() else []


def gallery() -> str:
    """Return the page that shows every figure with caption, alternative text, files, origin and credit."""
    lines = [GENERATED.format(source="the notebooks and figures/datapackage.json") + "# Figures\n",
             "Every figure is free to use under [CC BY 4.0](../LICENSE-DATA) with the credit given below it. PDF and SVG "
             "are for print, PNG (300 dpi) for slides; the CSV holds exactly what is plotted, and "
             "[datapackage.json](datapackage.json) says what its columns mean. "
             "[manifest.csv](manifest.csv) lists all figures with the hashes of their files.\n"]  # fmt: skip
    for record in _records():
        name, finding, rest = record["name"], *_finding(record["description"])
        files = ", ".join(f"[{kind}]({name}.{kind})" for kind in ("pdf", "svg", "png", "csv"))
        named_tables = ", ".join(f"`{table}`" for table in record["tables"])
        lines += [
            f"## {name}\n",
            f"![{record['alt'].replace(']', ')').replace('[', '(')}]({name}.png)\n",
            f"**{finding}**{' ' + rest if rest else ''}\n",
            f"- Alternative text: {record['alt']}",
            f"- Files: {files}; {record['width_mm']:g} × {record['height_mm']:g} mm",
            f"- Drawn in [{record['notebook']}](../notebooks/{record['notebook']}) from {named_tables}",
            f"- Licence CC BY 4.0. Suggested credit: “Figure {name}, North Korea's de-risking: an evidence base "
            "(contributors of the repository), CC BY 4.0.”\n",
        ]
    return "\n".join(lines)


def _finding(caption: str) -> tuple[str, str]:
    first, _, rest = caption.partition(". ")
    return first.rstrip(".") + ".", rest


# ----------------------------------------------------------------------------------------------- codebook


def codebook() -> str:
    """Return the codebook: every table and column of data/datapackage.json, and how well the rows are sourced."""
    package = tables.read_package()
    lines = [
        GENERATED.format(source="datapackage.json") + f"# Codebook: {package['title']}\n",
        f"{package['description']}\n",
        f"Version {package['version']}. Licence [CC BY 4.0](../LICENSE-DATA). The machine-readable form of this page is "
        "[datapackage.json](datapackage.json).\n",
        "## Tables\n",
        "| table | rows | columns | what a row is |",
        "|---|---|---|---|",
    ]
    named_tables = tables.list_tables()
    for name, resource in named_tables.items():
        rows = len(tables.load_table(name, unsourced=True))
        lines.append(f"| [{name}](#{name}) | {rows} | {len(resource['schema']['fields'])} | {resource['title']} |")
    lines += ["", "## How well sourced\n", *_coverage(named_tables)]
    for name, resource in named_tables.items():
        lines += [
            "",
            f"## {name}\n",
            f"[{resource['path']}]({resource['path']}). {resource['description']}\n",
            *_key(resource),
        ]
        lines += ["| column | type | unit | meaning |", "|---|---|---|---|"]
        lines += [_column(field) for field in resource["schema"]["fields"]]
    return "\n".join(lines) + "\n"


def _key(resource: dict) -> list[str]:
    spec = resource["schema"]
    key = spec.get("primaryKey", [])
    told = [f"Key: {', '.join(f'`{part}`' for part in ([key] if isinstance(key, str) else key))}."]
    for link in spec.get("foreignKeys", []):
        fields, target = link["fields"], link["reference"]
        fields = fields if isinstance(fields, str) else ", ".join(fields)
        told.append(f"`{fields}` refers to `{target['resource'] or resource['name']}`.")
    return [" ".join(told) + "\n"]


def _column(field: dict) -> str:
    limits = field.get("constraints", {})
    told = [field["description"]]
    if codes := field.get("codes"):
        told.append("Codes: " + "; ".join(f"`{code}` {meaning}" for code, meaning in codes.items()) + ".")
    elif "enum" in limits:
        told.append("Codes: " + ", ".join(f"`{code}`" for code in limits["enum"]) + ".")
    if "." in field.get("listOf", ""):
        told.append(f"Several parted by `;`, each a key of `{field['listOf'].split('.')[0]}`.")
    if limits.get("required"):
        told.append("Never empty.")
    kind = "partial date" if field.get("partialDate") else field["type"]
    words = " ".join(told).replace("|", "\\|").replace("\n", " ")
    return f"| `{field['name']}` | {kind} | {field.get('unit', '')} | {words} |"


def _coverage(found_tables: dict) -> list[str]:
    """Say how many rows of each table are how well sourced."""
    levels = ["high", "medium", "low", "unsourced"]
    lines = ["Rows by confidence (see the column `confidence` of each table); unsourced rows take no part in any result.\n",
             f"| table | {' | '.join(levels)} |", "|---|---|---|---|---|"]  # fmt: skip
    for name in found_tables:
        frame = tables.load_table(name, unsourced=True)
        if "confidence" in frame:
            number = frame["confidence"].value_counts()
            lines.append(f"| `{name}` | {' | '.join(str(number.get(level, 0)) for level in levels)} |")
    return [*lines, "", *_coverage_missions()]


def _coverage_missions() -> list[str]:
    """Say which years and which missions are well sourced."""
    posts = tables.load_table("missions")
    decade = (posts["opened_latest"].dt.year // 10 * 10).astype(int)
    table = pd.crosstab(decade, posts["resident_evidence"])
    kinds = [kind for kind in ("confirmed", "likely", "unverified", "non_resident_likely") if kind in table]
    lines = ["Spells of missions abroad by the decade of their latest possible opening, and how sure it is that the "
             "post was a resident one:\n", f"| opened by | {' | '.join(k.replace('_', ' ') for k in kinds)} |",
             "|---" * (len(kinds) + 1) + "|"]  # fmt: skip
    lines += [f"| {year}s | {' | '.join(str(row[kind]) for kind in kinds)} |" for year, row in table.iterrows()]
    listed = posts[posts["in_rok_53"]]
    lines += ["", "The 53 posts of October 2023 by confidence in their row:\n"]
    lines += [f"- {level}: {', '.join(sorted(rows['city']))}" for level, rows in listed.groupby("confidence")]
    return [*lines, "", "Rows by year, for the tables that have dates; a row with an uncertain date stands in the period of its "
            "latest possible day. The same by single years: [figure 01-coverage](../figures/01-coverage.png).\n", *_coverage_years()]  # fmt: skip


def _coverage_years() -> list[str]:
    """Count the sourced rows of the dated tables by period."""
    periods = {"to 1989": (0, 1989), "1990-99": (1990, 1999), "2000-09": (2000, 2009), "2010-19": (2010, 2019),
               "2020-22": (2020, 2022), "2023": (2023, 2023), "2024-26": (2024, 2026)}  # fmt: skip
    lines = [f"| table | {' | '.join(periods)} |", "|---" * (len(periods) + 1) + "|"]
    for name in tables.list_tables("evidence"):
        frame = tables.load_table(name)
        if "date_latest" in frame or "year" in frame:
            year = frame["date_latest"].dt.year if "date_latest" in frame else frame["year"]
            number = [str(int(year.between(first, last).sum())) for first, last in periods.values()]
            lines.append(f"| `{name}` | {' | '.join(number)} |")
    return lines


# --------------------------------------------------------------------------------------------- front page


def front() -> str:
    """Return README.md with its marked blocks filled from the notebooks, the figures and the data."""
    file = paths.ROOT / "README.md"
    text = file.read_text(encoding="utf-8")
    makers = {"verdict": _verdict, "answers": _answers, "figures": _front_figures, "notebooks": _notebook_table}
    for name in blocks.names(text):
        if name not in makers:
            raise blocks.BlockError(f"README.md: no block {name!r} is known; known are {', '.join(makers)}.")
        text = blocks.fill(text, name, makers[name](), "README.md")
    return text


def _answers() -> str:
    lines = []
    for file in run.list_notebooks():
        if file.stem[:2] in QUESTIONS:
            nb = run.read_notebook(file)
            lines.append(f"{len(lines) + 1}. **[{run.read_title(nb)}](notebooks/{file.name})** {in_a_sentence(nb)}")
    return "\n".join(lines)


def _front_figures() -> str:
    lines = []
    for record in _records():
        if record["name"] in FRONT:
            name, finding = record["name"], _finding(record["description"])[0]
            alt = record["alt"].replace("]", ")").replace("[", "(")
            lines += [f"[![{alt}](figures/{name}.png)](figures/README.md#{name})\n", f"*{finding}*\n"]
    return "\n".join(lines)


def _notebook_table() -> str:
    lines = ["| # | question | answer in a sentence | minutes |", "|---|---|---|---|"]
    for file in run.list_notebooks():
        nb = run.read_notebook(file)
        lines.append(
            f"| {file.stem[:2]} | [{run.read_title(nb)}](notebooks/{file.name}) | {in_a_sentence(nb)} | {run.estimate_minutes(nb)} |"
        )
    return "\n".join(lines)


def _verdict() -> str:
    (file,) = [file for file in run.list_notebooks() if file.name[:2] == VERDICT]
    return short_answer(run.read_notebook(file))


def main(arguments: list[str]) -> int:
    """Write the pages, or with --check name those that are not up to date."""
    check = "--check" in arguments
    try:
        changed = write_pages(check)
    except (blocks.BlockError, run.NotebookError, tables.EvidenceError) as error:
        print(error, file=sys.stderr)
        return 1
    for name in changed:
        print(f"{'out of date' if check else 'written'}: {name}")
    return 1 if check and changed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
