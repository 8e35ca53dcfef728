"""One call that checks, saves, records and shows a figure.

    fig, ax = style.make_canvas(183, 80)
    ...
    save.save_figure(fig, "01-closure-lists", data=frame, tables=["closure_lists"],
                 caption="Finding first. Then what is shown.", alt="Kind of chart, axes, main
                 pattern.")

`save_figure` writes figures/NN-name.pdf, .svg, .png (300 dpi) and .csv (exactly what is plotted),
adds the row of the manifest, and shows the figure with its alternative text and its caption. It
refuses a figure that a journal or a reader could not use: see `FigureError`."""

import hashlib
import io
import json
import re
import warnings
import xml.sax.saxutils as xml
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
from filelock import FileLock
from IPython.display import Markdown, display
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from PIL import Image

from derisking.core import paths
from derisking.core.glue import fill_braces, fill_marks, known_values, split_sentence, strip_marks
from derisking.core.tables import format_csv, list_tables, read_schema
from derisking.draw.style import (
    LINE_SPACING,
    MAX_HEIGHT,
    MM,
    SIZES,
    WIDTHS,
    FigureError,
    list_groups,
    measure_contrast,
    measure_luminance,
    read_meanings,
)

PRINT_DPI = 300
CHECK_DPI = 150  # enough to see what lies under a text
INLINE_DPI = 118  # the picture in the notebook: 850 pixels for 183 mm
EDGE = 0.4  # mm between a text and the edge of the page, at least
PHONE = "phone"  # a version 89 mm wide, as a PNG, for narrow windows
MIN_CONTRAST = 4.5  # WCAG 2.2, 1.4.3: text against its ground
LICENCE = "CC-BY-4.0"
CREDIT = "North Korea De-risking Evidence Base, CC BY 4.0"
PACKAGE = "datapackage.json"


@contextmanager
def _record_texts():
    """Yield a dict that fills with every text drawn meanwhile (unseen tick labels are not), and its
    box."""
    boxes, original = {}, Text.draw

    def record(text, renderer, *args, **kwargs):
        original(text, renderer, *args, **kwargs)
        if text.get_visible() and text.get_text().strip():
            boxes[text] = Text.get_window_extent(
                text, renderer
            )  # of an annotation: without the arrow

    Text.draw = record
    try:
        yield boxes
    finally:
        Text.draw = original


def find_text_faults(fig) -> list[str]:
    """Return what is wrong with the texts of a figure as rendered: cut, overlapping, crossed by
    marks, faint, small.

    Text boxes are compared with each other and with the page. Then the figure is drawn once more
    without its texts, and the pixels under each box give its ground: the commonest colour there,
    and the share of other ink."""
    fig.set_dpi(CHECK_DPI)
    with _record_texts() as boxes:
        fig.canvas.draw()
    return _find_faults(fig, boxes)


def _find_faults(fig, drawn: dict, scale: float = 1) -> list[str]:
    """Return the faults of texts drawn in boxes of `scale` times the pixels that checks are made
    with."""
    fig.set_dpi(CHECK_DPI)
    page, texts, boxes, edge = fig.bbox, list(drawn), [], EDGE * MM * CHECK_DPI
    for text, box in drawn.items():
        x0, y0, x1, y1 = (side / scale for side in box.extents)
        trim = 0.14 * min(y1 - y0, text.get_fontsize() * CHECK_DPI / 72)
        boxes.append((x0 + 1, y0 + trim, x1 - 1, y1 - trim))
    faults = []
    for text, (x0, y0, x1, y1) in zip(texts, boxes, strict=True):
        if x0 < page.x0 - 1 or y0 < page.y0 - 1 or x1 > page.x1 + 1 or y1 > page.y1 + 1:
            faults.append(f"text {_short(text)} is cut at the edge of the page")
        elif x0 - 1 < page.x0 + edge or x1 + 1 > page.x1 - edge:
            faults.append(f"text {_short(text)} runs to the edge of the page; leave it {EDGE} mm")
        if round(text.get_fontsize(), 2) not in SIZES:
            sizes = ", ".join(map(str, SIZES))
            faults.append(f"text {_short(text)} has {text.get_fontsize():.1f} pt, not {sizes}")
    for i, j in _find_overlaps(np.array(boxes).reshape(-1, 4)):
        faults.append(f"text {_short(texts[i])} overlaps text {_short(texts[j])}")
    return faults + _ground_faults(fig, texts, boxes)


def _find_overlaps(boxes: np.ndarray, most: float = 0.5) -> list[tuple[int, int]]:
    """Return the pairs of boxes (x0, y0, x1, y1) that share more than `most` pixels in width and in
    height."""
    low, high = boxes[:, None, :2], boxes[:, None, 2:]
    shared = np.minimum(high, boxes[None, :, 2:]) - np.maximum(low, boxes[None, :, :2])
    return list(zip(*np.nonzero(np.triu((shared > most).all(axis=2), k=1)), strict=True))


def _ground_faults(fig, texts: list[Text], boxes: list[tuple]) -> list[str]:
    alphas = [text.get_alpha() for text in texts]
    for text in texts:
        text.set_alpha(0)
    fig.canvas.draw()
    pixels = np.asarray(fig.canvas.buffer_rgba())[..., :3]
    for text, alpha in zip(texts, alphas, strict=True):
        text.set_alpha(alpha)
    faults, height = [], pixels.shape[0]
    for text, (x0, y0, x1, y1) in zip(texts, boxes, strict=True):
        rows = slice(max(0, round(height - y1)), round(height - y0))
        under = pixels[rows, max(0, round(x0)) : round(x1)].reshape(-1, 3)
        if not len(under):
            continue
        codes, counts = np.unique(
            np.rint(under / 2.55).astype(int) @ (10201, 101, 1), return_counts=True
        )
        colours = np.stack([codes // 10201, codes // 101 % 101, codes % 101], axis=1) / 100
        ground = colours[counts.argmax()]
        light = measure_luminance(colours) + 0.05
        base = float(measure_luminance(ground)) + 0.05
        ink = counts[np.maximum(light, base) / np.minimum(light, base) > 1.5].sum() / counts.sum()
        if ink > 0.06:
            faults.append(f"text {_short(text)} lies over marks ({ink:.0%} of its box)")
        if (ratio := measure_contrast(text.get_color(), tuple(ground))) < MIN_CONTRAST:
            faults.append(
                f"text {_short(text)} has contrast {ratio:.1f}:1 to its ground, "
                f"less than {MIN_CONTRAST}:1"
            )
    return faults


def _short(text: Text) -> str:
    words = " ".join(text.get_text().split())
    return repr(words if len(words) < 40 else words[:37] + "...")


def _check(
    fig, name: str, data: pd.DataFrame, caption: str, alt: str, tables: list[str]
) -> list[str]:
    width, height = fig.get_size_inches() / MM
    faults = []
    if not alt.strip():
        faults.append(
            "it has no alternative text; say kind of chart, axes and main pattern in one to "
            "three sentences"
        )
    if not caption.strip():
        faults.append("it has no caption; its first sentence is the finding")
    if not tables:
        faults.append(
            "it names no source tables; `tables=[...]` lists the tables its numbers come from"
        )
    faults += [
        f"its source table {table!r} is not in data/datapackage.json"
        for table in tables
        if table not in list_tables()
    ]
    if data.empty:
        faults.append("its data frame is empty; pass what is plotted")
    if round(width, 3) not in WIDTHS:
        faults.append(f"it is {width:.1f} mm wide; {WIDTHS[0]} and {WIDTHS[1]} mm are allowed")
    if height > MAX_HEIGHT + 0.01:
        faults.append(f"it is {height:.1f} mm high; {MAX_HEIGHT} mm is the most a page takes")
    if not (len(name) > 3 and name[:2].isdigit() and name[2] == "-"):
        faults.append(
            "its name does not begin with the number of its notebook, as in 01-closure-lists"
        )
    if mpl.rcParams["pdf.fonttype"] != 42:
        faults.append("the PDF would hold Type 3 fonts; pdf.fonttype must be 42")
    return faults


# -----------------------------------------------------------------------------------------------
# saving


def _describe(name: str, caption: str, alt: str) -> dict[str, dict]:
    """Return the metadata that each kind of file carries."""
    title = split_sentence(caption)[0].rstrip(".")
    words = f"{name}; North Korea; diplomatic missions; licence {LICENCE}"
    return {
        "png": {
            "Title": title,
            "Description": alt,
            "Author": CREDIT,
            "Copyright": LICENCE,
            "Software": None,
        },
        "pdf": {
            "Title": title,
            "Author": CREDIT,
            "Subject": alt,
            "CreationDate": None,
            "Keywords": words,
        },
        "svg": {
            "Title": title,
            "Description": alt,
            "Rights": LICENCE,
            "Creator": CREDIT,
            "Date": None,
        },
    }


CANVASES = {"png": FigureCanvasAgg, "pdf": FigureCanvasPdf, "svg": FigureCanvasSVG}


def _render(fig, kind: str, metadata: dict) -> bytes:
    """Return a figure whose layout is settled as a file: one drawing (`savefig` would make two)."""
    buffer = io.BytesIO()
    fig.set_dpi(PRINT_DPI)
    getattr(CANVASES[kind](fig), f"print_{kind}")(buffer, metadata=metadata)
    return buffer.getvalue()


def _settle_layout(fig) -> None:
    """Lay a figure out once and keep the places, so that all its files agree.

    Before that, all texts of several lines get one line spacing; after it, the grounds of labels
    take the colour of what they lie on.
    """
    fig.set_dpi(PRINT_DPI)
    FigureCanvasAgg(fig)
    texts = fig.findobj(Text)
    for text in texts:
        text.set_linespacing(LINE_SPACING)
    if engine := fig.get_layout_engine():
        engine.execute(fig)
        fig.set_layout_engine("none")
        for ax in fig.axes:  # the last digits of what the solver finds vary from run to run
            points = ax.get_position(original=True).get_points()
            ax.set_position(Bbox(np.round(points, 9)))
    _match_grounds(fig, [text for text in texts if text.get_bbox_patch()])


def _match_grounds(fig, texts: list[Text]) -> None:
    """Give the plain ground behind labels the colour of the band under it, white where is none."""
    white = (1.0, 1.0, 1.0, 1.0)
    texts = [text for text in texts if text.get_bbox_patch().get_facecolor() == white]
    if not texts:
        return
    for text in texts:
        text.set_visible(False)
    fig.canvas.draw()
    pixels, height = np.asarray(fig.canvas.buffer_rgba())[..., :3], fig.bbox.height
    for text in texts:
        text.set_visible(True)
        x0, y0, x1, y1 = Text.get_window_extent(text, fig.canvas.get_renderer()).extents
        rows = slice(max(0, round(height - y1)), round(height - y0))
        under = pixels[rows, max(0, round(x0)) : round(x1)].reshape(-1, 3)
        if len(under):
            colours, counts = np.unique(under, axis=0, return_counts=True)
            text.get_bbox_patch().set_facecolor(colours[counts.argmax()] / 255)


def _render_files(fig, name: str, caption: str, alt: str) -> tuple[dict[str, bytes], list[str]]:
    """Return the files of a figure by kind, and what is wrong with its texts.

    The drawing of the PNG shows where texts stand; with faults it is the only file.
    """
    about = _describe(name, caption, alt)
    _settle_layout(fig)
    with _record_texts() as boxes:
        files = {"png": _render(fig, "png", about["png"])}
    faults = _find_faults(fig, boxes, PRINT_DPI / CHECK_DPI)
    if faults:
        return files, faults
    files |= {kind: _render(fig, kind, about[kind]) for kind in ("pdf", "svg")}
    if b"/Type3" in files["pdf"]:
        return files, ["the PDF holds Type 3 fonts; print shops refuse them"]
    return files | {"svg": _accessible(files["svg"], alt)}, []


def _render_phone(fig, name: str, caption: str, alt: str) -> tuple[bytes, list[str]]:
    """Return the PNG of the narrow version of a figure, and what is wrong with it."""
    width = fig.get_size_inches()[0] / MM
    if round(width, 3) != WIDTHS[0]:
        return b"", [f"it is {width:.1f} mm wide, not {WIDTHS[0]}"]
    _settle_layout(fig)
    with _record_texts() as boxes:
        png = _render(fig, "png", _describe(name, caption, alt)["png"])
    return png, _find_faults(fig, boxes, PRINT_DPI / CHECK_DPI)


def list_files(record: dict) -> list[str]:
    """Return the names of all files of a figure, by its record in the package of figures."""
    files = [f"{record['name']}.{kind}" for kind in record["sha256"]]
    return files + ([record[PHONE]["path"]] if PHONE in record else [])


def _accessible(svg: bytes, alt: str) -> bytes:
    """Add role and desc, which screen readers use, to an SVG of matplotlib's."""
    text = svg.decode()
    start = text.index(">", text.index("<svg")) + 1
    head = text[:start][:-1] + ' role="img">'
    body = text[start:]
    if "</title>" in body:
        cut = body.index("</title>") + len("</title>")
        body = f"{body[:cut]}\n <desc>{xml.escape(alt)}</desc>{body[cut:]}"
    return (head + body).encode()


@cache
def read_columns() -> dict[str, str]:
    """Return the descriptions that several figures share, by name of the column (columns.csv)."""
    return pd.read_csv(Path(__file__).with_name("columns.csv"), index_col="name")[
        "description"
    ].to_dict()


# Words of R that cannot name a column; what R would change in a name besides, see NAME.
R_WORDS = {"if", "else", "repeat", "while", "function", "for", "next", "break", "in"}
NAME = re.compile(r"[a-z][a-z0-9_]*")


def find_codes(
    values: pd.Series, name: str, tables: list[str], panels: dict[str, str]
) -> dict[str, str]:
    """Return the codes in a column and what they mean; none if it holds words, names or keys.

    panels: letters of the panels and their subjects. The meaning is that in the first source table
    that has such a column; else in the group of meanings.csv with the name of the column, or in
    the only one that knows all its values; else the name of a column of a source table; else the
    code itself, written as words.
    """
    found = sorted(set(values.dropna().astype(str)))
    groups = {group: read_meanings(group) for group in list_groups()}
    labels = {group: {k: look.label for k, look in of.items()} for group, of in groups.items()}
    fields = [field for table in tables for field in read_schema(table)["fields"]]
    known = [field.get("codes", {}) for field in fields if field["name"] == name]
    known += [labels.pop(name)] if name in labels else []
    fits = [of for of in labels.values() if set(found) <= set(of)]
    known += (
        fits[:1]
        if all([of[k] for k in found] == [fits[0][k] for k in found] for of in fits)
        else []
    )
    known += [panels, {field["name"]: field["description"] for field in fields}]
    for codes in known:
        if found and set(found) <= set(codes):
            return {key: word for key, word in codes.items() if key in found}
    coded = len(found) < min(len(values), 20) and all(NAME.fullmatch(value) for value in found)
    return {key: key.replace("_", " ") for key in found} if coded and name[-3:] != "_id" else {}


def find_panels(fig) -> dict[str, str]:
    """Return the letters of the panels of a figure and their subjects, see `marks.write_head`."""
    found = [re.fullmatch(r"([a-z]) (.+)", ax.get_label()) for ax in fig.axes]
    return {match[1]: match[2] for match in found if match}


def _fields(
    data: pd.DataFrame,
    tables: list[str],
    columns: dict[str, str],
    codes: dict[str, dict],
    panels: dict[str, str],
) -> list[dict]:
    """Describe each column of a figure's CSV.

    By `columns`, which the figure gives; else as in the first source table that has it; else as in
    columns.csv. A column of codes gets them with their meaning, see `find_codes`."""
    known = dict(read_columns())
    for table in reversed(tables):
        known |= {field["name"]: field["description"] for field in read_schema(table)["fields"]}
    known |= {"sources": read_columns()["sources"], **columns}
    if missing := [name for name in data.columns if name not in known]:
        raise FigureError(
            f"columns {missing} of the data are not described; "
            f"pass `columns={{'{missing[0]}': '...'}}`"
        )
    if wrong := [n for n in data.columns if not NAME.fullmatch(n) or n in R_WORDS]:
        raise FigureError(
            f"columns {wrong} have names that R would change; use small letters, digits and _, "
            "and begin with a letter"
        )
    types = {"i": "integer", "u": "integer", "f": "number", "b": "boolean", "M": "date"}
    fields = []
    for name in data.columns:
        kind = types.get(data[name].dtype.kind, "string")
        field = {"name": name, "type": kind, "description": known[name]}
        if kind == "boolean":
            field |= {"trueValues": ["1"], "falseValues": ["0"]}
        told = codes.get(name, {})
        shown = {key: told[key] for key in told if key in set(data[name])}
        if kind == "string" and not shown:
            shown = find_codes(data[name], name, tables, panels)
        if shown:
            field |= {"codes": shown, "constraints": {"enum": list(shown)}}
        fields.append(field)
    return fields


def save_figure(
    fig,
    name: str,
    *,
    data: pd.DataFrame,
    tables: list[str],
    columns: dict[str, str] | None = None,
    codes: dict[str, dict[str, str]] | None = None,
    phone=None,
    caption: str = "",
    alt: str = "",
) -> None:
    """Check, save, record and show one figure.

    name: NN-words, NN the number of the notebook. data: one row per mark drawn, the columns
    plotted. tables: names of the tables the data come from. columns: what those columns of `data`
    mean that no source table has. codes: by column, what its codes mean, where nothing else says so
    (see `find_codes`). phone: the same figure drawn 89 mm wide, saved as
    NN-words-phone.png beside it. caption: finding first. alt: one to three sentences. Without the
    two they are read from the notebook (see `find_words`).

    Raises FigureError, and saves nothing, without alternative text, caption or source tables; with
    a width other than 89 or 183 mm, Type 3 fonts, a missing glyph, columns undescribed or with
    names that R would change; or with text that is cut, runs to the edge, overlaps, lies over
    marks, has another size than 6, 7 or 8 pt or is fainter than 4.5:1."""
    columns, codes = columns or {}, codes or {}
    data = data.reset_index(drop=True)
    written = not caption
    if written:
        caption, alt = find_words(name)
    faults = _check(fig, name, data, caption, alt, tables)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        if not faults:
            try:
                fields = _fields(data, tables, columns, codes, find_panels(fig))
            except FigureError as error:
                faults.append(str(error))
            files, wrong = _render_files(fig, name, caption, alt)
            faults += wrong
            if phone is not None:
                narrow, wrong = _render_phone(phone, name, caption, alt)
                faults += [f"phone version: {fault}" for fault in wrong]
    faults += sorted({f"matplotlib warns: {str(w.message).splitlines()[0]}" for w in caught})
    if faults:
        raise FigureError(
            f"Figure {name} was not saved:\n" + "\n".join(f"- {fault}" for fault in faults)
        )
    files["csv"] = format_csv(data).encode()
    width, height = (round(float(side / MM), 1) for side in fig.get_size_inches())
    record = {
        "name": name,
        "type": "table",
        "path": f"{name}.csv",
        "scheme": "file",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "title": split_sentence(caption)[0].rstrip("."),
        "description": caption,
        "alt": alt,
        "notebook": _notebook(name),
        "tables": list(tables),
        "width_mm": width,
        "height_mm": height,
        "licenses": [{"name": LICENCE}],
        "sha256": {
            kind: hashlib.sha256(files[kind]).hexdigest() for kind in ("pdf", "svg", "png", "csv")
        },
        "schema": {"fields": fields, "missingValues": [""]},
    }
    contents = {f"{name}.{kind}": content for kind, content in sorted(files.items())}
    if phone is not None:
        record[PHONE] = {
            "path": f"{name}-{PHONE}.png",
            "sha256": hashlib.sha256(narrow).hexdigest(),
        }
        contents[record[PHONE]["path"]] = narrow
    folder = paths.output(paths.FIGURES)
    for file, content in contents.items():
        paths.replace(folder / file, content)
    record_figures(folder, [record])
    _display(files["png"], name, "" if written else caption, alt)


def find_words(name: str) -> tuple[str, str]:
    """Return caption and alternative text of a figure from the Markdown cell of its notebook,
    numbers filled in.

    The cell begins with `**Figure NAME.**` and ends with `<!-- alt: ... -->`. Every value it names
    must be glued before the figure is saved. Returns empty texts if there is no such cell, so that
    the checks can say what is missing. Raises GlueError for a name that is not glued."""
    where = f"the words of figure {name}"
    head = f"**Figure {name}.**"
    file = paths.NOTEBOOKS / _notebook(name)
    cells = json.loads(file.read_text(encoding="utf-8"))["cells"] if file.is_file() else []
    texts = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    found = next((text.strip() for text in texts if text.strip().startswith(head)), "")
    caption, _, alt = found.removeprefix(head).partition("<!-- alt:")
    caption = strip_marks(fill_marks(caption, known_values(), where))
    alt = fill_braces(alt.partition("-->")[0], known_values(), where)
    return " ".join(caption.split()), " ".join(alt.split())


def _notebook(name: str) -> str:
    found = sorted(paths.NOTEBOOKS.glob(f"{name[:2]}_*.ipynb"))
    return found[0].name if found else ""


def record_figures(folder: Path, records: list[dict], drop=lambda record: False) -> None:
    """Put records into the package of `folder` in place of those of the same name, and write the
    manifest anew.

    `drop` says which older records go: those of a notebook that no longer draws them. Several
    notebooks may do so at once."""
    with FileLock(folder / ".lock"):
        file = folder / PACKAGE
        known = json.loads(file.read_text(encoding="utf-8"))["resources"] if file.exists() else []
        merged = {r["name"]: r for r in known if not drop(r)} | {r["name"]: r for r in records}
        ordered = [merged[name] for name in sorted(merged)]
        package = {
            "name": "derisking-figures",
            "title": "What is plotted in the figures",
            "licenses": [{"name": LICENCE, "path": "https://creativecommons.org/licenses/by/4.0/"}],
            "resources": ordered,
        }
        paths.replace(file, json.dumps(package, indent=1, ensure_ascii=False) + "\n")
        paths.replace(folder / "manifest.csv", format_csv(build_manifest(ordered)))


def build_manifest(records: list[dict]) -> pd.DataFrame:
    """Return the flat view of the figures' package: one row a figure, for readers who want a
    table."""
    flat = [
        {
            "figure": r["name"],
            "notebook": r["notebook"],
            "caption": r["description"],
            "alt": r["alt"],
            "width_mm": r["width_mm"],
            "height_mm": r["height_mm"],
            "tables": ";".join(r["tables"]),
            "licence": r["licenses"][0]["name"],
            **{f"sha256_{kind}": value for kind, value in r["sha256"].items()},
        }
        for r in records
    ]
    return pd.DataFrame(flat)


def _display(png: bytes, name: str, caption: str, alt: str) -> None:
    """Show a figure in its notebook: its PNG, scaled down to few colours, and links to its
    files."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    width = round(image.width * INLINE_DPI / PRINT_DPI)
    image = image.resize(
        (width, round(image.height * width / image.width)), Image.Resampling.LANCZOS
    )
    image = image.quantize(128, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    small = io.BytesIO()
    image.save(small, format="PNG", optimize=True)
    data = {"image/png": small.getvalue(), "text/plain": f"Alt text: {alt}"}
    display(data, raw=True, metadata={"image/png": {"alt": alt, "width": image.width}})
    links = ", ".join(
        f"[{kind}](../figures/{name}.{kind})" for kind in ("pdf", "svg", "png", "csv")
    )
    display(
        Markdown(
            f"**Figure {name}.** {caption} ({links})"
            if caption
            else f"Files of the figure: {links}"
        )
    )
