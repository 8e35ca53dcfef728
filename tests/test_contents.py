"""What is compared when bytes cannot be: the tables, the words and the sizes of figures."""

import copy

import nbformat
import pytest
from PIL import Image
from tests import contents

from derisking.build import lock
from derisking.core import paths

NAME = "01-closure-lists"


def test_the_lock_is_read_whole_and_departures_are_named(tmp_path, monkeypatch):
    assert len(lock.PINNED.findall(lock.LOCK.read_text(encoding="utf-8"))) > 50
    other = tmp_path / "requirements.lock"
    other.write_text("pandas==1.0.0 ; python_version < '4' \\\n    --hash=sha256:0\nno-such==1\n")
    monkeypatch.setattr(lock, "LOCK", other)
    ((name, (installed, locked)),) = lock.list_departures().items()
    assert (name, locked) == ("pandas", "1.0.0") and installed != "1.0.0"
    assert lock.describe_departures({name: (installed, locked)}) in (
        f"pandas {installed} (lock: 1.0.0)"
    )


def damage(kind, raw):
    if kind == "csv":
        return raw.replace(b"AGO", b"AGX", 1)
    if kind == "svg":
        return raw.replace(b"<title>", b"<title>Other ", 1)
    return raw


@pytest.mark.parametrize("kind", ["csv", "svg", "png", "pdf"])
def test_contents_tell_a_changed_figure_from_one_that_says_the_same(kind, tmp_path):
    committed = paths.FIGURES / f"{NAME}.{kind}"
    made = tmp_path / committed.name
    made.write_bytes(committed.read_bytes() + (b"" if kind == "csv" else b"\n"))
    assert not contents.differ(made, committed, by_bytes=False)
    assert contents.differ(made, committed, by_bytes=True) == (kind != "csv")
    if kind == "png":
        Image.open(committed).crop((0, 0, 99, 99)).save(made)
    elif kind == "pdf":
        made.write_bytes((paths.FIGURES / "02-map-2023.pdf").read_bytes())
    else:
        made.write_bytes(damage(kind, committed.read_bytes()))
    assert contents.differ(made, committed, by_bytes=False)


def test_a_number_may_differ_in_the_tenth_digit_only(tmp_path):
    for name, value in (("a", "0.1234567891"), ("b", "0.1234567899"), ("c", "0.1234")):
        (tmp_path / f"{name}.csv").write_text(f"x\n{value}\n")
    assert not contents.differ(tmp_path / "a.csv", tmp_path / "b.csv", by_bytes=False)
    assert contents.differ(tmp_path / "a.csv", tmp_path / "c.csv", by_bytes=False)


def test_a_changed_cell_is_named():
    shown = nbformat.v4.new_output(
        "display_data", data={"image/png": "aaaa", "text/plain": "Alt text: x"}
    )
    committed = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_markdown_cell("x"), nbformat.v4.new_code_cell("y", outputs=[shown])]
    )
    made = copy.deepcopy(committed)
    assert contents.list_changed_cells(made, committed) == []
    made.cells[1].outputs[0].data["image/png"] = "bbbb"
    assert contents.list_changed_cells(made, committed, by_bytes=False) == []
    assert contents.list_changed_cells(made, committed, True) == ["cell 2: another output"]
    made.cells[1].outputs[0].data["text/plain"] = "Alt text: z"
    made.cells[0].source = "z"
    assert contents.list_changed_cells(made, committed, by_bytes=False) == [
        "cell 1: other words",
        "cell 2: another output",
    ]
