"""The notebooks and pages as a small static site, for reading where GitHub does not render.

    python -m derisking.build.website          writes site/; open site/index.html

The site has the folders of the repository, so every relative link leads where it led; notebooks and
Markdown pages become HTML pages. Nothing is loaded from the network and no script runs: what is no
plain element of a page is shown as the text it is, and the page itself forbids the rest.
"""

import html
import re
import shutil
import sys
from pathlib import Path

from bleach import clean
from bleach.css_sanitizer import CSSSanitizer
from nbconvert import HTMLExporter
from nbconvert.filters import markdown2html
from pygments.formatters import HtmlFormatter

from derisking.build import run
from derisking.core import paths
from derisking.core.glue import MIME
from derisking.draw.style import COLOURS

PAGES = (
    "README.md",
    "README.ko.md",
    "CONTRIBUTING.md",
    ".github/CODE_OF_CONDUCT.md",
    "CHANGELOG.md",
    "data/README.md",
    "data/claims.md",
    "data/countries.md",
    "data/basemap/README.md",
    "data/upstream/README.md",
    "figures/README.md",
    "notebooks/README.md",
)
COPIED = (
    "data",
    "figures",
    "notebooks/derisking",
    "CITATION.cff",
    "LICENSE",
    "LICENSE-DATA",
    "requirements.lock",
    "requirements-test.lock",
)

# What a page may hold; anything else came out of a cell or a caption and is shown as text.
ELEMENTS = {
    *("h1", "h2", "h3", "h4", "h5", "h6", "p", "div", "blockquote", "pre", "hr", "br"),
    *("a", "img", "picture", "source", "span", "em", "strong", "code", "del", "sub", "sup"),
    *("details", "summary"),
    *("ul", "ol", "li", "dl", "dt", "dd", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {
    "*": ["class", "id"],
    "a": lambda element, name, value: name in ("class", "id") or _is_link(name, value),
    "img": lambda element, name, value: name in ("alt", "width") or _is_picture(name, value),
    "source": lambda element, name, value: name == "media" or _is_picture(name, value),
    "td": ["style"],
    "th": ["style"],
}
SENTENCE = 80  # characters: a cell with more is read, not looked up
# Second line of defence: even an element that got through may load and run nothing.
POLICY = (
    "default-src 'none'; img-src 'self' file: data:; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'"
)

# The only colours of the site: by day those of the figures where they mean the same, by night
# their counterparts.
COLOUR_RULES = f"""
:root {{ color-scheme: light dark; --ground: white; --ink: {COLOURS["ink"]};
  --note: {COLOURS["note"]}; --line: {COLOURS["pale"]}; --code: {COLOURS["wash"]};
  --link: #0072b2 }}
@media (prefers-color-scheme: dark) {{
  :root {{ --ground: #16181b; --ink: #e6e6e6; --note: #b0b0b0; --line: #444;
    --code: #1f2226; --link: #7cc4f0 }}
}}
"""
STYLE = """
* { box-sizing: border-box }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 17px/1.55 Georgia, "DejaVu Serif", serif; overflow-wrap: break-word }
header, main { max-width: 55.2rem; margin: 0 auto; padding: 0 1rem }
main p, main ul, main ol, main h1, main h2, main h3, blockquote { max-width: 44rem }
main p:has(> a > img), main p:has(> a > picture) { max-width: none }
header { padding-top: .8rem; font: 14px/1.4 "DejaVu Sans", Arial, sans-serif }
header a { margin-right: 1em }
h1, h2, h3 { font-family: "DejaVu Sans", Arial, sans-serif; line-height: 1.25 }
h1 { font-size: 1.6rem } h2 { font-size: 1.2rem; margin-top: 2.2rem } h3 { font-size: 1rem }
a { color: var(--link) }
img { max-width: 100%; height: auto; background: white }
pre, .scroll { overflow-x: auto; max-width: 100% }
pre, code { font: 13px/1.45 "DejaVu Sans Mono", monospace }
pre { background: var(--code); padding: .6rem .8rem; border-radius: 3px }
code { overflow-wrap: anywhere }
table { border-collapse: collapse; font: 14px/1.4 "DejaVu Sans", Arial, sans-serif }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .6rem .25rem 0;
  text-align: left; vertical-align: top }
.long table { min-width: 34rem }
blockquote { margin-left: 0; padding-left: 1rem; border-left: 3px solid var(--line) }
.prompt { display: none }
details[class] > summary { color: var(--note); cursor: pointer;
  font: 13px/1.4 "DejaVu Sans", Arial, sans-serif }
"""

SHELL = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<header><a href="{up}index.html">Front page</a><a href="{up}notebooks/index.html">Notebooks</a>
<a href="{up}figures/index.html">Figures</a><a href="{up}data/index.html">Data</a></header>
<main>
{body}
</main>
</body>
</html>
"""


def build_site(target: Path) -> list[Path]:
    """Write the site to `target` in place of what is there; return its HTML pages."""
    aside = target.with_name(f".{target.name}.part")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    for name in COPIED:
        source = paths.ROOT / name
        if source.is_dir():
            shutil.copytree(
                source, aside / name, ignore=shutil.ignore_patterns("__pycache__", ".*")
            )
        else:
            shutil.copy2(source, aside / name)
    for name in PAGES:
        if (paths.ROOT / name).exists():
            _page(
                aside / _html(name), markdown2html((paths.ROOT / name).read_text(encoding="utf-8"))
            )
    exporter = HTMLExporter(template_name="basic")
    for file in run.list_notebooks():
        body, _ = exporter.from_notebook_node(_fold_numbers(run.read_notebook(file)))
        _page(aside / "notebooks" / f"{file.stem}.html", _link_pictures(_fold_code(body)))
    shutil.rmtree(target, ignore_errors=True)
    aside.replace(target)
    return sorted(target.rglob("*.html"))


def _html(name: str) -> str:
    return re.sub(r"\.(md|ipynb)$", ".html", re.sub(r"(^|/)README\.md$", r"\1index.html", name))


def _is_picture(name: str, value: str) -> bool:
    if name == "src" and value.startswith("data:image/png;base64,"):
        return True
    return name in ("src", "srcset") and ":" not in value and not value.startswith("//")


def _is_link(name: str, value: str) -> bool:
    told = re.sub(r"[\x00-\x20]", "", html.unescape(value)).lower()
    return name == "href" and not told.startswith("data:")


def sanitise_html(body: str) -> str:
    """Return the body of a page with nothing in it that acts: other elements become text, other
    attributes go, and so do addresses that are neither relative nor http, https or mailto.

    Method: the allow lists of `bleach`.
    """
    return clean(
        body,
        tags=ELEMENTS,
        attributes=ATTRIBUTES,
        protocols={"http", "https", "mailto", "data"},  # data: in pictures only, see ATTRIBUTES
        css_sanitizer=CSSSanitizer(allowed_css_properties=["text-align"]),
    )


def _page(file: Path, body: str) -> None:
    body = sanitise_html(body)
    file.parent.mkdir(parents=True, exist_ok=True)
    heading = re.search(r"<h1[^>]*>(.*?)</h1>", body, re.DOTALL)
    title = (
        html.unescape(re.sub(r"<[^>]+>", "", heading[1])).strip(" ¶\n") if heading else file.stem
    )
    body = re.sub(
        r'(href=")(?!https?://|mailto:|#)([^"#]+)', lambda match: match[1] + _html(match[2]), body
    )
    body = re.sub(r'<a class="anchor-link".*?</a>', "", body)
    body = re.sub(r'(<h[1-6] id=")([^"]+)"', lambda match: f'{match[1]}{_anchor(match[2])}"', body)
    body = re.sub(r"<table.*?</table>", _wrap_table, body, flags=re.DOTALL)
    depth = len(file.relative_to(_root(file)).parts) - 1
    style = COLOUR_RULES + STYLE + HtmlFormatter(style="default").get_style_defs(".highlight")
    file.write_text(
        SHELL.format(
            title=html.escape(title), policy=POLICY, style=style, up="../" * depth, body=body
        ),
        encoding="utf-8",
    )


def _wrap_table(match: re.Match) -> str:
    """Let a table scroll sideways; one with several sentences in a row keeps its columns fit to
    read."""
    most = 0
    for row in match[0].split("<tr"):
        cells = re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)
        most = max(most, sum(len(re.sub(r"<[^>]+>", "", cell)) > SENTENCE for cell in cells))
    return f'<div class="{"scroll long" if most > 1 else "scroll"}">{match[0]}</div>'


def _anchor(heading_id: str) -> str:
    """Return the anchor GitHub gives the heading, so that links with a fragment work in both
    places."""
    return re.sub(r"[^\w-]", "", html.unescape(heading_id).lower())


def _root(file: Path) -> Path:
    return next(folder for folder in file.parents if folder.name in (".site.part", "site"))


def _link_pictures(body: str) -> str:
    """Make each picture of a notebook a link to its PDF, which the line after it names, and show
    its narrow version, if it has one, in a narrow window."""
    return re.sub(
        r'(<img[^>]*src="data:image/png[^>]*>)((?:(?!<img).)*?href="\.\./figures/([\w-]+)\.pdf")',
        _link_picture,
        body,
        flags=re.DOTALL,
    )


def _link_picture(match: re.Match) -> str:
    image, rest, name = match.groups()
    if (paths.FIGURES / f"{name}-phone.png").exists():
        narrow = f'<source media="(max-width: 500px)" srcset="../figures/{name}-phone.png">'
        image = f"<picture>{narrow}{image}</picture>"
    return f'<a href="../figures/{name}.pdf">{image}</a>{rest}'


def _fold_numbers(nb):
    """Put the values that a cell gives to the sentences, all in one list, behind a click."""
    for cell in nb.cells:
        glued = [out for out in cell.get("outputs", []) if MIME in out.get("data", {})]
        if glued:
            told = html.escape("\n".join(out.data["text/plain"] for out in glued))
            summary = "<summary>the numbers behind the text</summary>"
            folded = f'<details class="numbers">{summary}<pre>{told}</pre></details>'
            glued[0].data = {"text/html": folded}
            cell.outputs = [out for out in cell.outputs if out not in glued[1:]]
    return nb


def _fold_code(body: str) -> str:
    """Put the code of each cell behind a click: the page is for reading."""
    folded = r'<details class="code"><summary>code</summary>\1</details>'
    return re.sub(
        r'(<div class="[^"]*highlight hl-i?python3?[^"]*">.*?</pre></div>)',
        folded,
        body,
        flags=re.DOTALL,
    )


def main() -> int:
    """Build the site and say where it is."""
    pages = build_site(paths.ROOT / "site")
    print(f"site/index.html and {len(pages) - 1} more pages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
