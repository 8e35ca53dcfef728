"""Figures: what is refused, what is saved, and whether the committed files are fit for print and
complete."""

import hashlib
import io
import itertools
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from functools import cache

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from colorspacious import cspace_convert, deltaE
from matplotlib.figure import Figure
from PIL import Image
from pypdf import PdfReader

from derisking.build import run
from derisking.core import paths, tables
from derisking.draw import marks, save, style

RECORDS = json.loads((paths.FIGURES / "datapackage.json").read_text(encoding="utf-8"))["resources"]
NAMES = [record["name"] for record in RECORDS]
each_figure = pytest.mark.parametrize("record", RECORDS, ids=NAMES)


# -------------------------------------------------------------------------------------------
# refusing

GOOD = {
    "data": pd.DataFrame({"year": [2022, 2023], "closed": [0, 9]}),
    "caption": "Nine closed. By year.",
    "alt": "Two bars by year.",
    "tables": ["missions_by_year"],
    "columns": {"closed": "Missions closed."},
}


def draw(width=89, height=50):
    fig, ax = style.make_canvas(width, height)
    ax.bar(["2022", "2023"], [0, 9], color=style.MUTED)
    ax.set_ylabel("Missions closed")
    return fig, ax


def attempt(fig, **changes):
    save.save_figure(fig, changes.pop("name", "01-trial"), **{**GOOD, **changes})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"alt": " "}, "no alternative text"),
        ({"caption": ""}, "no caption"),
        ({"tables": []}, "no source tables"),
        ({"tables": ["nowhere"]}, "'nowhere' is not in data/datapackage.json"),
        ({"data": GOOD["data"].iloc[:0]}, "data frame is empty"),
        ({"columns": {}}, "'closed'] of the data are not described"),
        ({"name": "trial"}, "does not begin with the number"),
        (
            {
                "data": GOOD["data"].rename(columns={"closed": "2023 closed"}),
                "columns": {"2023 closed": "Missions closed."},
            },
            "names that R would change",
        ),
        ({"phone": Figure(figsize=(4, 2))}, "phone version: it is 101.6 mm wide"),
    ],
)
def test_a_figure_without_what_readers_need_is_refused(changes, words, stage):
    with pytest.raises(style.FigureError, match="not saved") as refused:
        attempt(draw()[0], **changes)
    assert words in str(refused.value)
    assert not list(stage.rglob("*.p*"))


def test_other_widths_are_refused(stage):
    with pytest.raises(style.FigureError, match="89 or 183 mm"):
        style.make_canvas(100, 50)
    fig, _ = draw()
    fig.set_size_inches(100 * style.MM, 50 * style.MM)
    with pytest.raises(style.FigureError, match=r"100\.0 mm wide"):
        attempt(fig)


def test_a_page_has_a_height():
    with pytest.raises(style.FigureError, match="170 mm"):
        style.make_canvas(183, 171)


def test_type_3_fonts_are_refused(stage):
    with mpl.rc_context({"pdf.fonttype": 3}), pytest.raises(style.FigureError, match="Type 3"):
        attempt(draw()[0])


def spoil(name):
    fig, ax = draw()
    if name == "glyph":
        ax.set_title("\u5317\u671d\u9bae")
    elif name == "overlap":
        ax.text(0.5, 5, "one label", ha="center")
        ax.text(0.5, 5.1, "another", ha="center")
    elif name == "cut":
        fig.text(0.98, 0.5, "beyond the edge")
    elif name == "struck":
        ax.plot([-0.4, 1.4], [5.3, 5.3], color=style.INK, lw=2)
        ax.text(0, 5, "struck through", ha="center")
    elif name == "faint":
        ax.text(0, 5, "faint", color="#AAAAAA", ha="center")
    elif name == "small":
        ax.text(0, 5, "small", fontsize=4, ha="center")
    elif name == "odd":
        ax.text(0, 5, "odd", fontsize=6.5, ha="center")
    elif name == "edge":
        fig.text(0.002, 0.5, "at the edge")
    return fig


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("glyph", "missing from font"),
        ("overlap", "'one label' overlaps text 'another'"),
        ("cut", "'beyond the edge' is cut"),
        ("struck", "'struck through' lies over marks"),
        ("faint", "'faint' has contrast"),
        ("small", "'small' has 4.0 pt, not 6, 7, 8"),
        ("odd", "'odd' has 6.5 pt, not 6, 7, 8"),
        ("edge", "'at the edge' runs to the edge"),
    ],
)
def test_illegible_text_is_refused(name, words, stage):
    with pytest.raises(style.FigureError) as refused:
        attempt(spoil(name))
    assert words in str(refused.value)
    assert not list(stage.rglob("*.p*"))


def test_text_on_a_dark_ground_is_judged_by_that_ground(stage):
    fig, ax = style.make_canvas(89, 40)
    ax.set_facecolor(style.INK)
    ax.text(0.5, 0.5, "white on ink", color="white", ha="center", transform=ax.transAxes)
    assert save.find_text_faults(fig) == []


def test_a_good_figure_is_saved_and_recorded_and_twice_the_same(stage):
    seen = []
    for _ in range(2):
        attempt(draw()[0])
        folder = stage / "figures"
        seen.append(
            {file.name: file.read_bytes() for file in folder.iterdir() if file.name != ".lock"}
        )
    assert seen[0] == seen[1]
    assert set(seen[0]) == {
        *(f"01-trial.{kind}" for kind in ("pdf", "svg", "png", "csv")),
        "manifest.csv",
        "datapackage.json",
    }
    assert seen[0]["01-trial.csv"] == b"year,closed\n2022,0\n2023,9\n"
    manifest = pd.read_csv(folder / "manifest.csv").iloc[0]
    assert manifest["figure"] == "01-trial" and manifest["alt"] == GOOD["alt"]
    assert manifest["sha256_csv"] == hashlib.sha256(seen[0]["01-trial.csv"]).hexdigest()


def test_a_figure_is_drawn_once_a_file_and_once_to_see_the_ground_of_its_texts(stage, monkeypatch):
    drawn, original = [], Figure.draw
    monkeypatch.setattr(Figure, "draw", lambda fig, renderer: drawn.append(original(fig, renderer)))
    attempt(draw()[0])
    assert len(drawn) == 4


def test_the_picture_in_the_notebook_is_the_print_scaled_down(stage, monkeypatch):
    shown = []
    monkeypatch.setattr(save, "display", lambda data, **rest: shown.append((data, rest)))
    attempt(draw(183)[0])
    with Image.open(io.BytesIO(shown[0][0]["image/png"])) as image:
        assert image.width == 850 and image.mode == "P"
    assert shown[0][1]["metadata"]["image/png"] == {"alt": GOOD["alt"], "width": 850}


def test_labels_of_several_lines_have_one_spacing_and_the_ground_they_lie_on(stage):
    fig, ax = draw()
    ax.axvspan(-0.5, 1.5, color=style.WASH, zorder=0)
    label = marks.write_note(ax, 0, 5, "two\nlines", halo=True, ha="center")
    attempt(fig)
    assert label._linespacing == style.LINE_SPACING
    ground = label.get_bbox_patch().get_facecolor()[:3]
    assert ground == pytest.approx(mpl.colors.to_rgb(style.WASH), abs=0.01)


def test_a_phone_version_is_saved_beside_the_figure_and_checked_like_it(stage):
    attempt(draw(183)[0], phone=draw(89)[0])
    (record,) = json.loads((stage / "figures" / "datapackage.json").read_text())["resources"]
    assert "01-trial-phone.png" in save.list_files(record)
    with Image.open(stage / "figures" / "01-trial-phone.png") as image:
        assert image.width == pytest.approx(89 * style.MM * 300, abs=1)
    with pytest.raises(style.FigureError, match="phone version: text 'small' has 4"):
        attempt(draw(183)[0], phone=spoil("small"))


def test_codes_come_with_their_meaning(stage):
    fig, ax = draw()
    marks.write_head(ax, "a", "Missions closed")
    frame = pd.concat([GOOD["data"]] * 2).assign(status=["kept", "closed"] * 2, panel="a")
    frame = frame.assign(
        step=["one", "two"] * 2, word=["Kim Jong Un", "y"] * 2, how=["in_part"] * 4
    )
    told = {"step": "Step.", "word": "Word.", "how": "How.", "status": "Status.", **GOOD["columns"]}
    attempt(fig, data=frame, columns=told, codes={"step": {"one": "first", "two": "second"}})
    (record,) = json.loads((stage / "figures" / "datapackage.json").read_text())["resources"]
    fields = {field["name"]: field for field in record["schema"]["fields"]}
    assert fields["status"]["codes"] == {"kept": "kept", "closed": "closed"}
    assert fields["step"]["constraints"] == {"enum": ["one", "two"]}
    assert fields["panel"]["codes"] == {"a": "Missions closed"}
    assert fields["how"]["codes"] == {"in_part": "in part"}
    assert "codes" not in fields["word"] and "codes" not in fields["year"]


def test_columns_that_many_figures_have_are_described_once(stage):
    frame = GOOD["data"].assign(panel="a", sources="S001")
    attempt(draw()[0], data=frame)
    (record,) = json.loads((stage / "figures" / "datapackage.json").read_text())["resources"]
    told = {field["name"]: field["description"] for field in record["schema"]["fields"]}
    shared = save.read_columns()
    assert told["panel"] == shared["panel"] and told["sources"] == shared["sources"]
    assert told["closed"] == GOOD["columns"]["closed"]


# ------------------------------------------------------------------------------------- committed
# figures


def test_the_package_of_figures_is_valid_and_each_csv_fits_its_description():
    from frictionless import Package

    report = Package(str(paths.FIGURES / "datapackage.json")).validate()
    assert report.valid, report.flatten(["title", "rowNumber", "fieldName", "note"])[:5]


def test_there_are_figures():
    assert {"01-voices", "01-closure-lists"} <= set(NAMES)


def test_every_file_in_the_folder_belongs_to_a_recorded_figure():
    pages = {"manifest.csv", "datapackage.json", "README.md", "tables", ".lock"}
    found = {file.name for file in paths.FIGURES.iterdir()} - pages
    assert found == {name for record in RECORDS for name in save.list_files(record)}


def test_the_manifest_is_the_flat_view_of_the_package():
    assert (paths.FIGURES / "manifest.csv").read_text(encoding="utf-8") == tables.format_csv(
        save.build_manifest(RECORDS)
    )


@each_figure
def test_hashes_are_those_of_the_files(record):
    for kind, told in record["sha256"].items():
        content = (paths.FIGURES / f"{record['name']}.{kind}").read_bytes()
        assert hashlib.sha256(content).hexdigest() == told, (
            f"{record['name']}.{kind} was changed by hand; run make"
        )
    if phone := record.get(save.PHONE):
        content = (paths.FIGURES / phone["path"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == phone["sha256"], phone["path"]


@each_figure
def test_the_record_says_what_a_reader_needs(record):
    assert len(record["alt"].split()) >= 8 and len(record["description"].split()) >= 8
    assert set(record["tables"]) <= set(tables.list_tables())
    assert (paths.NOTEBOOKS / record["notebook"]).exists()
    assert all(len(field["description"]) > 8 for field in record["schema"]["fields"])
    header = (paths.FIGURES / record["path"]).read_text(encoding="utf-8").splitlines()[0]
    assert header.split(",") == [field["name"] for field in record["schema"]["fields"]]


@each_figure
def test_r_keeps_the_names_of_columns_and_codes_have_a_meaning(record):
    frame = pd.read_csv(paths.FIGURES / record["path"], dtype=str, keep_default_na=False)
    for field in record["schema"]["fields"]:
        name, found = field["name"], set(frame[field["name"]]) - {""}
        assert save.NAME.fullmatch(name) and name not in save.R_WORDS
        codes = all(save.NAME.fullmatch(value) for value in found) and not name.endswith("_id")
        if field["type"] == "string" and found and codes and len(found) < min(len(frame), 20):
            assert found == set(field["codes"]) == set(field["constraints"]["enum"]), name
            assert all(field["codes"].values()), name


@cache
def read_page(name):
    """Return the text of a figure's PDF and the sizes of its parts, in points; read once."""
    sizes = []
    text = (
        PdfReader(paths.FIGURES / f"{name}.pdf")
        .pages[0]
        .extract_text(
            visitor_text=lambda text, cm, tm, font, size: (
                sizes.append(size * abs(tm[3] or tm[1])) if text.strip() else None
            )
        )
    )
    return text, sizes


@each_figure
def test_panels_are_told_apart_by_letters_that_stand_in_the_figure(record):
    frame = pd.read_csv(paths.FIGURES / record["path"], dtype=str)
    if "panel" in frame:
        text, _ = read_page(record["name"])
        letters = {panel for panel in frame["panel"].dropna() if len(panel) == 1}
        assert letters - {"a"} <= set(text.split()), "a letter of a panel is not drawn"


@each_figure
def test_the_pdf_is_fit_for_print(record):
    reader = PdfReader(paths.FIGURES / f"{record['name']}.pdf")
    (page,) = reader.pages
    assert round(float(page.mediabox.width) / 72 * 25.4) == record["width_mm"] in style.WIDTHS
    assert float(page.mediabox.height) / 72 * 25.4 <= style.MAX_HEIGHT + 0.1
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    assert fonts and all(font["/Subtype"] == "/Type0" for font in fonts)
    for font in fonts:
        inner = font["/DescendantFonts"][0].get_object()
        assert (
            inner["/Subtype"] == "/CIDFontType2"
            and "/FontFile2" in inner["/FontDescriptor"].get_object()
        )
    _, sizes = read_page(record["name"])
    assert {round(size, 1) for size in sizes} <= set(style.SIZES)
    meta = reader.metadata
    assert meta.title and meta.author and meta.subject == record["alt"]
    assert save.LICENCE in meta["/Keywords"] and record["name"] in meta["/Keywords"]
    assert meta.creation_date is None


@each_figure
def test_the_svg_is_valid_and_speaks(record):
    root = ET.fromstring((paths.FIGURES / f"{record['name']}.svg").read_text(encoding="utf-8"))
    assert root.get("role") == "img"
    space = "{http://www.w3.org/2000/svg}"
    assert root.find(f"{space}title").text and root.find(f"{space}desc").text == record["alt"]


@each_figure
def test_the_png_has_300_dpi_and_its_description(record):
    with Image.open(paths.FIGURES / f"{record['name']}.png") as image:
        assert round(image.info["dpi"][0]) == 300
        assert (
            image.text["Description"] == record["alt"] and image.text["Copyright"] == save.LICENCE
        )
        assert image.width == pytest.approx(record["width_mm"] * style.MM * 300, abs=1)


@each_figure
def test_file_sizes_are_sane(record):
    for kind, most in {"pdf": 600_000, "svg": 2_500_000, "png": 1_500_000, "csv": 200_000}.items():
        assert 50 < (paths.FIGURES / f"{record['name']}.{kind}").stat().st_size < most, (
            f"{record['name']}.{kind}"
        )


# ---------------------------------------------------------------------------------------- visual
# language

# Two categories that share marker and fill must be told apart by colour alone: at least this far
# apart in CAM02-UCS, seen with normal vision, with each of the three common colour-vision
# deficiencies, and in grey by lightness.
APART, APART_GREY = 15, 12
DEFICIENCIES = ("deuteranomaly", "protanomaly", "tritanomaly")


def seen_as(colour, deficiency):
    rgb = np.array(mpl.colors.to_rgb(colour))
    if not deficiency:
        return rgb
    space = {"name": "sRGB1+CVD", "cvd_type": deficiency, "severity": 100}
    return np.clip(cspace_convert(rgb, space, "sRGB1"), 0, 1)


def groups():
    table = pd.read_csv(
        paths.NOTEBOOKS / "derisking" / "draw" / "meanings.csv", keep_default_na=False
    )
    return [group for group in table["group"].unique() if group not in ("phase", "compiler")]


@pytest.mark.parametrize("group", groups())
def test_categories_are_told_apart_by_every_eye_and_in_grey(group):
    for (one, a), (other, b) in itertools.combinations(style.read_meanings(group).items(), 2):
        if (a.marker, a.fill) != (b.marker, b.fill) or not a.marker:  # no marker: written in words
            continue
        for deficiency in (None, *DEFICIENCIES):
            distance = deltaE(
                seen_as(a.colour, deficiency), seen_as(b.colour, deficiency), input_space="sRGB1"
            )
            assert distance >= APART, (
                f"{group}: {one} and {other}, {deficiency or 'normal vision'}: {distance:.0f}"
            )
        light = [
            cspace_convert(mpl.colors.to_rgb(colour), "sRGB1", "CAM02-UCS")[0]
            for colour in (a.colour, b.colour)
        ]
        assert abs(light[0] - light[1]) >= APART_GREY, f"{group}: {one} and {other} in grey"


# What the categories of a group are about; those of any other group are about who speaks or counts.
SUBJECTS = {
    "direction": "steps",
    "measure": "steps",
    "status": "steps",
    "bears": "evidence",
    "verdict": "evidence",
    "closeness": "friendship",
}
GREYS = {"ink", "note", "muted", "soft", "pale", "hairline", "wash"}


def test_no_colour_has_two_meanings():
    table = pd.read_csv(
        paths.NOTEBOOKS / "derisking" / "draw" / "meanings.csv", keep_default_na=False
    )
    table = table[~table["colour"].isin(GREYS)]
    subjects = table["group"].map(SUBJECTS).fillna("who speaks or counts")
    told = subjects.groupby(table["colour"]).unique()
    assert not {colour: list(few) for colour, few in told.items() if len(few) > 1}


# WCAG 2.2, 1.4.11: what must be seen to understand a picture
MARK_CONTRAST = 3


@pytest.mark.parametrize("group", [group for group in style.list_groups() if group != "phase"])
def test_marks_stand_out_from_white(group):
    for key, look in style.read_meanings(group).items():
        ratio = style.measure_contrast(look.colour, "white")
        assert ratio >= MARK_CONTRAST, f"{group}, {key}: {ratio:.1f}:1"


def panels_with_compilers():
    """Panels that show series by compiler: more bodies than marks, so marks are shared between
    panels, never within one."""
    known = {
        key: m
        for group in ("partner", "vintage", "compiler")
        for key, m in style.read_meanings(group).items()
    }
    for record in RECORDS:
        columns = [field["name"] for field in record["schema"]["fields"]]
        if "panel" in columns and "mark" in columns:
            frame = pd.read_csv(paths.FIGURES / record["path"])
            for panel, rows in frame.groupby("panel"):
                marks = {key: known[key] for key in rows["mark"].dropna().unique() if key in known}
                if len(marks) > 1:
                    yield pytest.param(marks, id=f"{record['name']}-{panel}")


@pytest.mark.parametrize("marks", list(panels_with_compilers()))
def test_compilers_shown_in_one_panel_have_different_marks(marks):
    drawn = [(mark.marker, mark.fill, mark.colour) for mark in marks.values()]
    assert len(set(drawn)) == len(drawn), f"the same mark for two of {sorted(marks)}"


@pytest.mark.parametrize("colour", [style.INK, style.NOTE])
def test_text_colours_are_legible_on_white_and_on_every_phase(colour):
    grounds = ["white", *(meaning.colour for meaning in style.read_meanings("phase").values())]
    assert min(style.measure_contrast(colour, ground) for ground in grounds) >= save.MIN_CONTRAST


def test_an_unknown_group_of_meanings_is_named():
    with pytest.raises(style.FigureError, match="No meanings for 'mood'"):
        style.read_meanings("mood")


SAVED = '"01-closure-lists"'


def name_foreign_colours():
    """A palette of which not one colour is ours, but each as legible: rows of name and colour."""
    foreign = {name: f"#{int(ours[1:], 16) ^ 1:06x}" for name, ours in style.COLOURS.items()}
    assert not set(foreign.values()) & {colour.lower() for colour in style.COLOURS.values()}
    return [f"{name},{colour}" for name, colour in foreign.items()]


def find_our_colours(svg):
    """The colours of ours that are left in a picture drawn with a foreign palette."""
    drawn = set(re.findall(r"#[0-9a-f]{6}(?=[;\"'])", svg))
    assert len(drawn) > 2
    ours = {colour.lower(): key for key, colour in style.COLOURS.items()}
    return {colour: ours[colour] for colour in drawn & set(ours)}


def test_one_setting_redraws_a_notebook_in_another_font_and_palette(tmp_path, monkeypatch):
    chosen = tmp_path / "journal.mplstyle"
    chosen.write_text("font.family: STIXGeneral\n")
    rows = [f"{row},," for row in name_foreign_colours()] + [",#440154,status,closed"]
    chosen.with_suffix(".csv").write_text("\n".join(["name,colour,group,key", *rows, ""]))
    file = run.list_notebooks()[0]
    before, nb = file.read_bytes(), run.read_notebook(file)
    nb.cells = nb.cells[: 1 + next(i for i, cell in enumerate(nb.cells) if SAVED in cell.source)]
    first = tmp_path / file.name  # cut after its first figure
    first.write_text(run.format_notebook(nb), encoding="utf-8")
    monkeypatch.setattr(run, "list_notebooks", lambda: [first])
    assert run.main(["--to", str(tmp_path / "out"), "--style", str(chosen)]) == 0
    redrawn, ours = (
        tmp_path / "out" / "figures" / "01-closure-lists",
        paths.FIGURES / "01-closure-lists",
    )
    fonts = PdfReader(f"{redrawn}.pdf").pages[0]["/Resources"]["/Font"].values()
    assert all("STIX" in font.get_object()["/BaseFont"] for font in fonts)
    svg = redrawn.with_suffix(".svg").read_text(encoding="utf-8")
    assert "#440154" in svg and not find_our_colours(svg)
    assert redrawn.with_suffix(".csv").read_bytes() == ours.with_suffix(".csv").read_bytes()
    assert file.read_bytes() == before


# Runs the code of a notebook and keeps of their figures only the SVG of those named.
REDRAW = """
import json, os, sys
from pathlib import Path
from derisking.core import paths
from derisking.draw import save
folder, name = sys.argv[1:]
file = Path(folder, f"{name}.svg")
save.save_figure = lambda fig, drawn, **rest: fig.savefig(file) if drawn == name else None
os.chdir(paths.NOTEBOOKS)
(notebook,) = Path().glob(f"{name[:2]}_*.ipynb")
space = {"__name__": "__main__", "display": lambda *shown, **options: None}
for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
    if cell["cell_type"] == "code" and not file.exists():
        exec(compile("".join(cell["source"]), notebook.name, "exec"), space)
"""


def test_a_foreign_palette_reaches_every_mark(tmp_path):
    name, chosen = "03-overview", tmp_path / "foreign.mplstyle"
    chosen.write_text("font.size: 7\n")
    chosen.with_suffix(".csv").write_text("\n".join(["name,colour", *name_foreign_colours(), ""]))
    environment = {
        **os.environ,
        style.STYLE_VARIABLE: str(chosen),
        "PYTHONPATH": str(paths.NOTEBOOKS),
    }
    command = [sys.executable, "-c", REDRAW, str(tmp_path), name]
    told = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    svg = (tmp_path / f"{name}.svg").read_text(encoding="utf-8")
    assert not find_our_colours(svg)


def import_style_with(folder, look="", palette=""):
    """Import the style with a reader's own style file and palette beside it; return what was
    told."""
    chosen = folder / "journal.mplstyle"
    chosen.write_text(look)
    chosen.with_suffix(".csv").write_text(palette)
    environment = {
        **os.environ,
        style.STYLE_VARIABLE: str(chosen),
        "PYTHONPATH": str(paths.NOTEBOOKS),
    }
    command = [sys.executable, "-c", "from derisking.draw import style"]
    return subprocess.run(command, env=environment, capture_output=True, text=True)


def test_a_style_with_a_font_that_is_not_there_is_told(tmp_path):
    told = import_style_with(tmp_path, "font.family: No Such Font\n", "name,colour\n")
    assert told.returncode != 0 and "'No Such Font'" in told.stderr and "Install it" in told.stderr


def test_a_colour_that_is_not_there_is_told(tmp_path):
    told = import_style_with(tmp_path, palette="name,colour\nmagenta,#ff00ff\n")
    assert (
        told.returncode != 0 and "named ['magenta']" in told.stderr and "vermilion" in told.stderr
    )


def test_every_meaning_has_a_colour_of_the_palette_and_every_colour_a_use():
    table = pd.read_csv(
        paths.NOTEBOOKS / "derisking" / "draw" / "meanings.csv", keep_default_na=False
    )
    assert set(table["colour"]) <= set(style.COLOURS)
    code = "".join(
        file.read_text(encoding="utf-8") for file in (paths.NOTEBOOKS / "derisking").rglob("*.py")
    )
    unused = {
        name
        for name in style.COLOURS
        if f'"{name}"' not in code and name not in set(table["colour"])
    }
    assert not unused
