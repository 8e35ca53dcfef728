"""How one notebook is run, filled and put in place, and what it rests on: on notebooks of a few
cells, without a kernel."""

import json
import subprocess
import sys
from types import SimpleNamespace

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from derisking.build import bench, blocks, filling, lock, run, trace, website
from derisking.core import paths
from derisking.draw import save


def write(file, *cells):
    file.write_text(run.format_notebook(new_notebook(cells=list(cells))), encoding="utf-8")
    return file


def show(text):
    """An output as a cell that ends in Markdown(...) has it."""
    return new_output("execute_result", {"text/markdown": text, "text/plain": "x"})


# ------------------------------------------------------------------------------ one notebook's text


def test_a_file_that_is_no_notebook_is_named(folder):
    file = paths.NOTEBOOKS / "09_x.ipynb"
    file.write_text("{", encoding="utf-8")
    with pytest.raises(run.NotebookError, match=r"notebooks/09_x.ipynb cannot be read as a note"):
        run.read_notebook(file)
    assert trace.read_cells(file) == []


@pytest.mark.parametrize("heading", ["# 09 · How many?", "# How many?\nmore", "#How many? "])
def test_a_title_is_the_heading_without_its_number(heading):
    assert run.read_title(new_notebook(cells=[new_markdown_cell(heading)])) == "How many?"


@pytest.mark.parametrize(
    ("trace_lines", "where"),
    [
        (["\x1b[31mCell In[3], line 2\x1b[0m", "boom"], "line 2: y = 1 / x"),
        (["File x", "Cell In[3]:2, in <module>"], "line 2: y = 1 / x"),
        (["<ipython-input-3> in <module>\n----> 2 y = 1 / x"], "line 2: y = 1 / x"),
        (["Cell In[1], line 9", "Cell In[3], line 1"], "line 1: x = 0"),  # of a longer cell
        (["no line is named"], "x = 0"),
    ],
)
def test_a_fault_is_told_with_cell_line_and_error(trace_lines, where):
    cell = new_code_cell("x = 0\ny = 1 / x")
    error = {"ename": "ZeroDivisionError", "evalue": "division by zero", "traceback": trace_lines}
    cell.outputs = [new_output("stream", text="1"), new_output("error", **error)]
    nb = new_notebook(cells=[new_markdown_cell("# 09 · x"), cell])
    told = f"notebooks/09_x.ipynb, cell 2, {where}\nZeroDivisionError: division by zero"
    assert run._told(nb, "09_x.ipynb") == told
    cell.outputs = []
    assert (
        run._told(nb, "09_x.ipynb")
        == "notebooks/09_x.ipynb: a cell failed without an error message."
    )


def test_what_a_program_adds_and_how_output_is_cut_up_goes():
    cell = new_code_cell("x", metadata={"tags": ["answer"], "scrolled": True}, execution_count=4)
    cell.outputs = [
        new_output("stream", text="a"),
        new_output("stream", text="b"),
        new_output("stream", name="stderr", text="c"),
        new_output("stream", text="d"),
        show("e"),
    ]
    note = new_markdown_cell("x", attachments={"x.png": {}})
    nb = new_notebook(cells=[note, cell], metadata={"vscode": {}})
    done = run.normalise_notebook(nb, "09")
    assert done.metadata == run.METADATA and [cell.id for cell in done.cells] == ["09-01", "09-02"]
    assert "attachments" not in done.cells[0] and done.cells[1].metadata == {"tags": ["answer"]}
    outputs = done.cells[1].outputs
    assert [out.get("text") for out in outputs] == ["ab", "c", "d", None]
    assert outputs[-1].execution_count == 4


BLOCK = "Why?\n\n<!-- begin answer -->\n<!-- end answer -->"


def test_a_short_answer_comes_from_the_one_cell_that_is_tagged(folder):
    (folder / "README.md").write_text("# x\n")
    file = paths.NOTEBOOKS / "09_x.ipynb"
    tagged = new_code_cell("Markdown(...)", metadata={"tags": ["answer"]})
    tagged.outputs = [new_output("stream", text="1"), show("Nine.")]
    nb = new_notebook(cells=[new_markdown_cell(BLOCK), tagged])
    assert run.fill_answer(nb, file).cells[0].source == BLOCK.replace(" -->\n", " -->\nNine.\n", 1)
    for outputs in ([], [show("a"), show("b")]):
        tagged.outputs = outputs
        with pytest.raises(run.NotebookError, match=f"09_x.ipynb: found {len(outputs)} short answ"):
            run.fill_answer(nb, file)
    written = new_notebook(cells=[new_markdown_cell("Nine.")])
    assert run.fill_answer(written, file).cells[0].source == "Nine."


@pytest.mark.parametrize("texts", [["no block"], [BLOCK, BLOCK]])
def test_a_block_stands_in_one_cell(texts):
    nb = new_notebook(cells=[new_code_cell(BLOCK), *map(new_markdown_cell, texts)])
    with pytest.raises(run.NotebookError, match="expected one markdown cell with the block 'answ"):
        run.fill_block(nb, paths.NOTEBOOKS / "09_x.ipynb", "answer", "x")


def test_reading_time_counts_words_and_figures_and_neither_marks_nor_addresses():
    def minutes(*cells):
        return run.estimate_minutes(new_notebook(cells=list(cells)))

    assert minutes(new_markdown_cell("one word")) == 1
    assert minutes(new_markdown_cell("word " * 600)) == 3
    assert minutes(new_markdown_cell("[word](https://a.b/c-d) <!--=x-->" * 600)) == 3
    nav = f"<!-- begin nav -->\n{'word ' * 600}\n<!-- end nav -->"
    assert minutes(new_markdown_cell(nav)) == 1
    code = new_code_cell("word " * 600)
    code.outputs = [show("word " * 400), new_output("stream", text="word " * 400)]
    assert minutes(code) == 2
    figure = new_markdown_cell("**Figure 09-x.** Nine.")
    shown = new_code_cell("x")
    shown.outputs = [show("**Figure 09-y.** Ten."), show("no figure")]
    assert run.list_drawn_figures(new_notebook(cells=[figure, shown])) == ["09-x", "09-y"]
    assert (
        minutes(
            new_markdown_cell("word " * 400), *[new_markdown_cell(figure.source) for _ in range(4)]
        )
        == 4
    )


# ------------------------------------------------------------------------------------ running one


@pytest.fixture
def client(monkeypatch):
    """Stands for the kernel: `outputs` are those of the last cell; it notes what it was told."""
    made = SimpleNamespace(outputs=[])

    def make(nb, **told):
        made.told = told
        made.left = [list(cell.outputs) for cell in nb.cells if cell.cell_type == "code"]

        def execute(env, cleanup_kc):
            made.env = env
            nb.cells[-1].outputs = made.outputs

        return SimpleNamespace(execute=execute)

    monkeypatch.setattr(run.nbclient, "NotebookClient", make)
    return made


def test_a_run_begins_without_old_outputs_and_writes_to_the_staging_folder(folder, client):
    cell = new_code_cell("x", execution_count=3)
    cell.outputs = [new_output("stream", text="old")]
    nb = new_notebook(cells=[new_markdown_cell("# 09 · x"), cell])
    client.outputs = [new_output("stream", text="new")]
    done = run.execute_notebook(nb, folder / "stage", "09_x.ipynb", EXTRA="1")
    assert client.left == [[]] and done.cells[1].outputs == client.outputs
    wanted = {paths.STAGE_VARIABLE: str(folder / "stage"), "EXTRA": "1", "LC_ALL": "C"}
    assert wanted.items() <= client.env.items()
    assert client.told["resources"]["metadata"]["path"] == str(folder / "notebooks")


def test_what_a_cell_writes_to_stderr_is_a_fault(folder, client):
    client.outputs = [new_output("stream", name="stderr", text="a warning\n")]
    nb = new_notebook(cells=[new_markdown_cell("# 09 · x"), new_code_cell("x")])
    with pytest.raises(run.NotebookError, match=r"x.ipynb, cell 2: wrote to stderr.*:\na warning$"):
        run.execute_notebook(nb, folder / "stage", "09_x.ipynb")


def test_a_signal_ends_the_build_where_the_system_has_signals(monkeypatch):
    ended = []
    loop = SimpleNamespace(remove_signal_handler=ended.append)
    monkeypatch.setattr(run.asyncio, "get_running_loop", lambda: loop)
    run.leave_signals(None)
    assert ended == [run.signal.SIGINT, run.signal.SIGTERM]

    def refuse(number):
        raise NotImplementedError

    loop.remove_signal_handler = refuse
    run.leave_signals(None)


def test_an_empty_cell_is_named_by_its_number(folder):
    watch = run.Watch(new_notebook(), "09_x.ipynb")
    watch.start_cell(new_code_cell("\n\n"), 3)
    assert watch.where == "notebooks/09_x.ipynb, cell 4, '',"
    watch.end_cell(new_code_cell("x"), 3)


def test_a_cell_may_show_only_so_much(folder, monkeypatch):
    watch = run.Watch(new_notebook(), "09_x.ipynb")
    shown = new_code_cell("print(x)")
    shown.outputs = [new_output("stream", text="x" * 6_000_000)]
    watch.start_cell(shown, 1)
    told = "cell 2, 'print.x.', shows 6 million characters; at most 5 million may stand"
    with pytest.raises(run.NotebookError, match=told):
        watch.end_cell(shown, 1)
    monkeypatch.setattr(run, "MOST_OUTPUT", len(str(shown.outputs[0])))
    watch.end_cell(shown, 1)


def test_a_cell_that_writes_beside_its_figures_and_tables_is_named_with_the_file(folder):
    (paths.DATA / "kept.csv").write_text("x")
    watch = run.Watch(new_notebook(), "09_x.ipynb")
    (paths.FIGURES / "08-other.png").write_text("another notebook puts its figure in place")
    (paths.NOTEBOOKS / "__pycache__").mkdir()  # Python's own, of a module read by a cell
    watch.end_cell(new_code_cell("x"), 0)
    (paths.DATA / "kept.csv").write_text("xy")
    watch.start_cell(new_code_cell("write()"), 4)
    with pytest.raises(run.NotebookError, match=r"cell 5, 'write\(\)', wrote data/kept.csv"):
        watch.end_cell(new_code_cell("write()"), 4)


def record(name):
    """What the package of figures says of one."""
    about = {"name": name, "notebook": f"{name[:2]}_x.ipynb", "path": f"{name}.csv", "title": name}
    about |= {"description": "Nine. More.", "alt": "x", "width_mm": 89.0, "height_mm": 50.0}
    return about | {"sha256": {"png": "0", "csv": "0"}, "schema": {"fields": []}, "sources": []}


def test_results_are_put_in_place_and_what_is_no_longer_drawn_goes(folder, tmp_path, monkeypatch):
    kept = []
    monkeypatch.setattr(save, "record_figures", lambda *told, drop: kept.append((*told, drop)))
    stage = tmp_path / "stage"
    (stage / "data" / "derived").mkdir(parents=True)
    (stage / "figures").mkdir()
    (stage / "data" / "derived" / "waves.csv").write_text("new")
    for name in ("09-new.png", "09-new.csv", "scrap.txt"):
        (stage / "figures" / name).write_text("new")
    made = [record("09-new")]
    (stage / "figures" / save.PACKAGE).write_text(json.dumps({"resources": made}))
    for name in ("09-old.png", "09-new.png", "08-other.png"):
        (paths.FIGURES / name).write_text("old")
    file = paths.NOTEBOOKS / "09_x.ipynb"
    run.publish_results(new_notebook(), file, stage)
    assert (paths.DERIVED / "waves.csv").read_text() == "new"
    found = {path.name: path.read_text() for path in paths.FIGURES.iterdir()}
    assert found == {"09-new.png": "new", "09-new.csv": "new", "08-other.png": "old"}
    ((where, records, drop),) = kept
    assert (where, records) == (paths.FIGURES, made)
    assert drop(record("09-old")) and not drop(record("08-other"))
    assert run.read_notebook(file).cells == []
    # a notebook that draws nothing any more
    run.publish_results(new_notebook(), file, tmp_path / "empty")
    assert [path.name for path in paths.FIGURES.iterdir()] == ["08-other.png"]
    assert kept[1][1] == []


def test_a_run_that_fails_changes_nothing_and_leaves_no_stage(folder, monkeypatch, capsys):
    file = write(paths.NOTEBOOKS / "09_x.ipynb", new_markdown_cell("# 09 · x\n\nNine."))
    stages, before = [], file.read_bytes()

    def execute(nb, stage, name, **variables):
        stages.append(stage)
        nb.cells[0].source = "# 09 · x\n\nTen."
        if len(stages) == 1:
            raise run.NotebookError("notebooks/09_x.ipynb, cell 2: it broke")
        return nb

    monkeypatch.setattr(run, "execute_notebook", execute)
    assert run.main(["notebooks/09_x.ipynb"]) == 1
    assert capsys.readouterr().err == "notebooks/09_x.ipynb, cell 2: it broke\n"
    assert file.read_bytes() == before and not stages[0].exists()
    assert run.main(["09_x.ipynb"]) == 0
    assert "Ten." in file.read_text(encoding="utf-8") and not stages[1].exists()


def test_figures_are_redrawn_elsewhere_with_a_style_of_ones_own(folder, monkeypatch):
    for name in ("01_a", "02_b"):
        write(paths.NOTEBOOKS / f"{name}.ipynb", new_markdown_cell(f"# {name}"))
    told = []
    monkeypatch.setattr(
        run,
        "execute_notebook",
        lambda nb, to, name, **variables: told.append((to, name, variables)),
    )
    assert run.main(["--to", str(folder / "out")]) == 0
    assert told == [(folder / "out", name, {}) for name in ("01_a.ipynb", "02_b.ipynb")]
    look = folder / "mine.mplstyle"
    run.main(["--to", str(folder / "out"), "--style", str(look)])
    assert told[-1][2] == {run.style.STYLE_VARIABLE: str(look)}


# ----------------------------------------------------------------------------- what a run rests on


def cell(kind, source, **more):
    return {"cell_type": kind, "source": source, **more}


def test_a_notebook_is_run_again_for_its_authors_words_alone():
    nav = "<!-- begin nav -->\n{}<!-- end nav -->"
    text = "In <!--=year-->{}<!--/-->."
    code = cell("code", "glue(year=1)", outputs=[1], execution_count=1, metadata={"tags": ["a"]})
    old = [cell("markdown", nav.format("a\n")), cell("markdown", text.format("1")), code]
    new = [cell("markdown", nav.format("b\n")), cell("markdown", text.format("2"))]
    new.append({**code, "outputs": [2], "execution_count": 2})
    assert trace.read_author_source(old) == trace.read_author_source(new)
    assert trace.read_results(old) != trace.read_results(new)
    assert trace.read_results(old) == trace.read_results([new[0], *old[1:]])
    other = [*new[:2], {**code, "metadata": {"tags": ["b"]}}]
    assert trace.read_author_source(other) != trace.read_author_source(new)
    # a computed answer is a result, a written one the author's words
    answers = [cell("markdown", BLOCK.replace(" -->\n", f" -->\n{n}\n", 1)) for n in (1, 2)]
    tagged = {**code, "metadata": {"tags": [trace.ANSWER]}}
    one, two = ([answer, tagged] for answer in answers)
    assert trace.read_author_source(one) == trace.read_author_source(two)
    one, two = ([answer, code] for answer in answers)
    assert trace.read_author_source(one) != trace.read_author_source(two)


def test_code_that_cannot_be_read_rests_on_everything():
    assert trace.trace_modules("x = (") == trace.list_modules()
    assert trace.trace_tables("x = (") == sorted(trace.list_table_files().values())
    assert trace.trace_modules("import json\nfrom . import x\nimport derisking.core.dates") == [
        trace.locate_module("core.dates")
    ]
    assert trace.join_code([cell("code", "a"), cell("markdown", "b"), cell("code", "c")]) == "a\nc"


def test_without_a_package_no_table_is_known_and_a_missing_file_counts(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "PACKAGE", tmp_path / "datapackage.json")
    assert trace.list_table_files() == {} and trace.list_evidence() == []
    paths.PACKAGE.write_text("{}")
    assert trace.list_table_files() == {} and trace.list_evidence() == [paths.PACKAGE]
    one = trace.hash_files(paths.PACKAGE)
    assert one == trace.hash_files(paths.PACKAGE) != trace.hash_files(tmp_path / "nowhere")
    paths.PACKAGE.write_text("[]")
    assert trace.hash_files(paths.PACKAGE) != one


def test_a_value_that_only_the_front_page_uses_is_used(folder):
    shown = new_code_cell("glue(n=9)")
    shown.outputs = [new_output("display_data", {filling.MIME: {"n": "9"}})]
    nb = new_notebook(cells=[shown])
    for page in (None, "In <!--=08.n--><!--/-->."):
        if page:
            (folder / "README.md").write_text(page)
        with pytest.raises(filling.GlueError, match=r"notebooks/09_x.ipynb: no sentence uses n\."):
            filling.fill_notebook(nb, "09_x.ipynb")
    (folder / "README.md").write_text("In <!--=09.n--><!--/-->.")
    assert filling.fill_notebook(nb, "09_x.ipynb") is nb


def test_a_block_is_emptied_unless_it_is_kept_and_read_where_it_stands_once():
    text = "a\n<!-- begin x -->\none\n<!-- end x -->\n<!-- begin y -->\n<!-- end y -->"
    assert blocks.names(text) == ["x", "y"]
    assert blocks.read(text, "x") == "one" and blocks.read(text, "y") == ""
    assert "one" not in blocks.empty(text) and blocks.empty(text, keep=("x",)) == text
    with pytest.raises(blocks.BlockError, match="here: found block 'x' 2 times"):
        blocks.read(text + text, "x", "here")


# ------------------------------------------------------------------------- packages, times, pages


def test_only_installed_packages_of_another_version_depart_from_the_lock(monkeypatch, tmp_path):
    there = lock.metadata.version("pandas")
    file = tmp_path / "requirements.lock"
    pins = ["pandas==0.1 \\", f"numpy=={lock.metadata.version('numpy')}", "no-such-thing==1 ; x"]
    file.write_text("\n".join([*pins, "    --hash=sha256:0", ""]))
    monkeypatch.setattr(lock, "LOCK", file)
    assert lock.list_departures() == {"pandas": (there, "0.1")}
    many = dict.fromkeys("abc", ("1", "2"))
    assert lock.describe_departures(many, 3) == "a 1 (lock: 2), b 1 (lock: 2), c 1 (lock: 2)"
    assert lock.describe_departures(many, 2) == "a 1 (lock: 2), b 1 (lock: 2) and 1 more"


@pytest.fixture
def checkout(tmp_path):
    """A checkout of three notebooks and one table."""
    root = tmp_path / "checkout"
    (root / "notebooks" / "derisking" / "core").mkdir(parents=True)
    (root / "notebooks" / "derisking" / "core" / "x.py").write_text("")
    (root / "data" / "evidence").mkdir(parents=True)
    (root / "data" / "evidence" / "events.csv").write_text("event_id,title\na,b\nc,d\n")
    for name in ("01_a", "05_b", "06_c", "09_d"):
        text = {"cells": [cell("code", ["x"]), cell("code", ["y"]), cell("markdown", ["z"])]}
        (root / "notebooks" / f"{name}.ipynb").write_text(json.dumps(text))
    who = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false"]
    for step in (["init", "-q"], ["add", "-A"], [*who, "commit", "-q", "-m", "x"]):
        subprocess.run(["git", *step], cwd=root, check=True)
    return root


def test_a_step_is_timed_and_one_that_fails_is_told(tmp_path):
    found = bench.measure([sys.executable, "-c", "sum(range(10**6))"], tmp_path)
    assert found.keys() == {"wall", "cpu", "peak"} and found["cpu"] > 0 and found["peak"] > 1
    with pytest.raises(RuntimeError, match=r"exit\(3\).*\n(.|\n)*out of luck"):
        bench.measure([sys.executable, "-c", "print('out of luck'); exit(3)"], tmp_path)
    runs = [{"wall": 1.0, "cpu": 2.0, "peak": 9.0}, {"wall": 3.0, "cpu": 4.0, "peak": 5.0}]
    assert bench.add_up(iter(runs)) == {"wall": 4.0, "cpu": 6.0, "peak": 9.0}


def test_a_bench_works_in_a_clone_and_changes_it_as_people_would(checkout, tmp_path, monkeypatch):
    told = []

    def measure(command, root):
        told.append(" ".join(command[1:]))
        assert root == tmp_path / "repository"
        edited = "# a remark" in (root / "notebooks" / "05_b.ipynb").read_text()
        added = (root / "data" / "evidence" / "events.csv").read_text().count("\n") - 3
        return {"wall": 2.0 + edited + added, "cpu": 1.0, "peak": 1.0}

    monkeypatch.setattr(bench, "measure", measure)
    steps = bench.run_steps(checkout, tmp_path, "05")
    assert [step["wall"] for step in steps.values()] == [2, 6, 2, 2, 3, 4]
    assert told[0] == "-c import derisking.core.tables" and told[-1] == "-m doit"
    assert [line.split("/")[-1] for line in told[1:4]] == ["01_a.ipynb", "05_b.ipynb", "09_d.ipynb"]
    root = tmp_path / "repository"
    events = (root / "data" / "evidence" / "events.csv").read_text()
    assert events == f"event_id,title\na,b\nc,d\n{bench.EVENT},d\n"
    cells = json.loads((root / "notebooks" / "05_b.ipynb").read_text())["cells"]
    assert [cell["source"] for cell in cells] == [["x"], ["# a remark\n", "y"], ["z"]]
    assert (checkout / "notebooks" / "06_c.ipynb").exists()
    assert not (root / "notebooks" / "06_c.ipynb").exists()
    assert len(list((bench.clone(checkout, tmp_path, "") / "notebooks").glob("*.ipynb"))) == 4


def test_a_bench_prints_ratios_to_the_plain_way_and_to_the_other_checkout(monkeypatch, capsys):
    def run_steps(source, folder, only):
        scale = 1 if source == bench.HERE else 2
        wall = {"the plain way, one after another": 10.0 * scale, "full build": 5.0}
        return {step: {"wall": value, "cpu": 4.0, "peak": 100.0} for step, value in wall.items()}

    monkeypatch.setattr(bench, "run_steps", run_steps)
    monkeypatch.setattr(sys, "argv", ["bench"])
    assert bench.main() == 0
    out = capsys.readouterr().out
    assert "| full build | 5.0 | 4.0 | 100 | 0.50 | 1.00 |" in out
    assert "the other" not in out
    monkeypatch.setattr(sys, "argv", ["bench", "--against", "elsewhere", "--only", "05"])
    assert bench.main() == 0
    out = capsys.readouterr().out
    assert "| full build | 5.0 | 4.0 | 100 | 0.25 | 1.00 |" in out
    assert "| the plain way, one after another | 0.50 | 1.00 | 1.00 |" in out


def test_a_bench_measures_builds_alone_if_asked(checkout, monkeypatch, capsys):
    monkeypatch.setattr(bench, "HERE", checkout)
    monkeypatch.setattr(
        bench, "measure", lambda command, root: {"wall": 3.0, "cpu": 5.0, "peak": 9.0}
    )
    monkeypatch.setattr(sys, "argv", ["bench", "--builds", "--against", str(checkout)])
    assert bench.main() == 0
    out = capsys.readouterr().out
    assert "| full build | 1.00 | 1.00 | 1.00 |" in out and "plain way" not in out


def test_the_site_is_built_aside_and_put_in_place_whole(folder, monkeypatch, capsys):
    monkeypatch.setattr(website, "PAGES", ("README.md", "data/README.md", "data/none.md"))
    monkeypatch.setattr(website, "COPIED", ("data", "LICENSE"))
    (folder / "README.md").write_text(
        "# Was he right?\n\n[data](data/README.md#A-b) [09](notebooks/09_x.ipynb)\n"
    )
    (folder / "data" / "README.md").write_text("No heading: [front](../README.md)\n")
    (folder / "data" / "__pycache__").mkdir()
    (folder / "LICENSE").write_text("MIT")
    write(
        paths.NOTEBOOKS / "09_x.ipynb",
        new_markdown_cell("# 09 · How many?"),
        new_code_cell("n = 9"),
    )
    (folder / "site").mkdir()
    (folder / "site" / "old.html").write_text("old")
    assert website.main() == 0
    assert capsys.readouterr().out == "site/index.html and 2 more pages\n"
    site = folder / "site"
    found = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    assert found == {
        *("index.html", "data/index.html", "data/README.md", "notebooks/09_x.html", "LICENSE"),
    }
    front, data, book = (
        (site / name).read_text(encoding="utf-8")
        for name in ("index.html", "data/index.html", "notebooks/09_x.html")
    )
    assert "<title>Was he right?</title>" in front and "<title>index</title>" in data
    assert 'href="data/index.html#A-b"' in front and 'href="notebooks/09_x.html"' in front
    assert 'href="../index.html"' in data and '<details class="code">' in book
    assert "<title>09 · How many?</title>" in book and not (folder / ".site.part").exists()
