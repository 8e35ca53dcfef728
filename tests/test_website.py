"""The static site shows text from a cell as text: nothing in it acts, whatever a table or a caption
holds."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from nbconvert import HTMLExporter
from nbconvert.filters import markdown2html
from nbformat.v4 import new_code_cell, new_notebook, new_output

from derisking.build import website
from derisking.core import paths
from derisking.core.glue import MIME

ACTIVE = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//x.example/a.js></sCrIpT>",
    '<iframe src="javascript:alert(1)"></iframe>',
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<style>@import url(//x.example)</style>",
    '<meta http-equiv="refresh" content="0;url=//x.example">',
    "<base href=//x.example>",
    "<form action=//x.example><input autofocus onfocus=alert(1)></form>",
    '<p style="background:url(//x.example)" onclick="alert(1)">x</p>',
    "[x](javascript:alert(1))",
    "[x]( java\tscript:alert(1) )",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    '<a href="d&#9;ata:text/html,x">x</a>',
    "![x](https://x.example/pixel.png)",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "<object data=x></object><embed src=x>",
    "<picture><source srcset=//x.example/a.png><img src=a.png></picture>",
    '<picture><source srcset="https://x.example/a.png 2x"><img src=a.png></picture>',
]


ADDRESSES = ("href", "src", "srcset")


class Elements(HTMLParser):
    """Every element of a page with its attributes."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def find_active(page):
    """Return what acts or asks the network in the body of a page."""
    wrong = []
    for tag, attributes in Elements(page).found:
        address = next((attributes[name] for name in ADDRESSES if attributes.get(name)), "")
        scheme = re.match(r"([a-z][a-z0-9+.-]*):", re.sub(r"\s", "", address).lower())
        picture = tag in ("img", "source") and (
            (not scheme and address[:2] != "//") or address.startswith("data:image/png;base64,")
        )
        link = tag == "a" and (not scheme or scheme[1] in ("http", "https", "mailto"))
        if (
            tag not in website.ELEMENTS
            or any(name.startswith("on") for name in attributes)
            or "url(" in attributes.get("style", "")
            or (address and not picture and not link)
        ):
            wrong.append((tag, attributes))
    return wrong


@pytest.mark.parametrize("text", ACTIVE)
def test_nothing_in_a_cell_acts_on_the_site(text):
    before = markdown2html(f"A publisher {text} of 1998.\n\n{text}")
    assert find_active(before) or "script" in text, "the test plants nothing"
    assert find_active(website.sanitise_html(before)) == []


def test_plain_text_and_what_pages_are_made_of_stay():
    page = (
        '<h2 id="a">p &lt; 0.05 &amp; more</h2><details class="code"><summary>code</summary>'
        '<pre><span class="n">x</span></pre></details><table><tr>'
        '<td style="text-align: right;">1</td></tr></table>'
        '<img src="../figures/a.png" alt="b" width="3">'
        '<picture><source media="(max-width: 500px)" srcset="../figures/a-phone.png">'
        '<img src="../figures/a.png" alt="b"></picture>'
        '<img src="data:image/png;base64,aaaa" alt="b">'
        '<a href="../data/index.html#x">y</a><a href="https://x.example/?a=1&amp;b=2">z</a>'
    )
    assert website.sanitise_html(page).replace("<tbody>", "").replace("</tbody>", "") == page


def test_a_missing_value_of_pandas_is_shown(tmp_path):
    assert "&lt;NA&gt;" in website.sanitise_html("<p><NA></p>") or "&lt;na&gt;" in (
        website.sanitise_html("<p><NA></p>")
    )


def test_a_page_forbids_scripts_and_what_comes_from_elsewhere(tmp_path):
    website._page(tmp_path / "site" / "index.html", "<h1>x</h1>")
    page = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)[1]
    assert "default-src 'none'" in policy and "script-src" not in policy and "http" not in policy
    assert page.index("Content-Security-Policy") < page.index("<style>")


def test_a_picture_of_a_notebook_leads_to_its_file_and_has_its_narrow_version():
    drawn = {file.stem for file in paths.FIGURES.glob("*.pdf")}
    narrow = {file.stem.removesuffix("-phone") for file in paths.FIGURES.glob("*-phone.png")}
    names = min(narrow), min(drawn - narrow)
    image = '<img src="data:image/png;base64,aaaa" alt="b">'
    body = "".join(f'{image}<a href="../figures/{name}.pdf">pdf</a>' for name in names)
    first, second = website._link_pictures(body).split("pdf</a>")[:2]
    assert first.startswith(f'<a href="../figures/{names[0]}.pdf"><picture><source media=')
    assert f'srcset="../figures/{names[0]}-phone.png">{image}</picture></a>' in first
    assert second.startswith(f'<a href="../figures/{names[1]}.pdf">{image}</a>')


def test_the_values_a_cell_gives_to_sentences_are_folded_in_one_list_and_nothing_else():
    glued = {MIME: {"fall": "<b>"}, "text/plain": "fall  <b>"}
    more = {MIME: {"rise": "5"}, "text/plain": "rise  5"}
    outputs = [new_output("display_data", data) for data in (glued, more, {"text/plain": "plain"})]
    nb = new_notebook(cells=[new_code_cell("glue()", outputs=outputs)])
    body, _ = HTMLExporter(template_name="basic").from_notebook_node(website._fold_numbers(nb))
    page = website.sanitise_html(body)
    assert page.count("<details") == 1 and " open" not in page.partition("<details")[2]
    folded, shown = page.partition("<details")[2].split("</details>")
    assert "the numbers behind the text" in folded and "fall  &lt;b&gt;\nrise  5" in folded
    assert "plain" in shown and "fall" not in shown and "rise" not in shown


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (["9", "x" * 81], "scroll"),
        (["<em>9</em>" * 30, "x" * 81], "scroll"),
        (["y" * 81, "x" * 81], "long"),
    ],
)
def test_a_table_with_sentences_side_by_side_keeps_columns_fit_to_read(tmp_path, row, kind):
    page = tmp_path / "site" / "index.html"
    cells = "".join(f"<td>{words}</td>" for words in row)
    website._page(page, f"<table><tr>{cells}</tr><tr><td>{'z' * 81}</td></tr></table>")
    classes = re.search(r'<div class="(scroll[^"]*)"><table>', page.read_text(encoding="utf-8"))[1]
    assert classes.split()[-1] == kind and classes.split()[0] == "scroll"


def test_the_colours_of_the_site_stand_in_one_place():
    codes = r"#[0-9a-fA-F]{3,8}\b"
    source = Path(website.__file__).read_text(encoding="utf-8")
    rules = source[source.index("COLOUR_RULES = ") : source.index("\nSTYLE = ")]
    assert re.findall(codes, rules) and not re.findall(codes, source.replace(rules, ""))
    asked = set(re.findall(r"var\((--\w+)\)", website.STYLE))
    assert asked == set(re.findall(r"(--\w+):", website.COLOUR_RULES))
