"""A notebook opened, run and saved in a real JupyterLab: nothing differs but what `make` takes out.

Run with `make test-browser`; `make test` leaves it out.
"""

import os
import shutil
import subprocess
import sys
import time

import nbformat
import pytest
from jupyter_server.serverapp import list_running_servers
from tests.test_site_in_browser import browser  # noqa: F401 (a fixture)

from derisking.build import run
from derisking.core import paths

pytestmark = pytest.mark.browser
NAME = "09_trial.ipynb"
PATIENCE = 180  # seconds


def wait_for(what, told):
    """Wait until `what()` is true, and return it."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(0.5)
    raise AssertionError(f"{told} did not come within {PATIENCE} seconds")


@pytest.fixture
def lab(tmp_path, monkeypatch):
    """A JupyterLab over a folder with one notebook that has run; its address and the notebook."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    shutil.copytree(paths.NOTEBOOKS / "derisking", folder / "derisking")
    shutil.copytree(paths.DATA, tmp_path / "data")
    cells = [
        nbformat.v4.new_markdown_cell("# 09 · How many?"),
        nbformat.v4.new_code_cell(
            "from derisking.core import tables\nfrom derisking.core.glue import glue"
        ),
        nbformat.v4.new_code_cell("posts = tables.load_table('closure_matrix')\nposts.head(3)"),
        nbformat.v4.new_code_cell("print('posts')\nglue(n=len(posts))"),
    ]
    nb = nbformat.v4.new_notebook(cells=cells, metadata=run.METADATA)
    nb = run.normalise_notebook(run.execute_notebook(nb, tmp_path / "stage", NAME), "09")
    (folder / NAME).write_text(run.format_notebook(nb), encoding="utf-8")
    runtime = tmp_path / "runtime"
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(runtime))
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--port=0"]
    command += ["--IdentityProvider.token=", "--expose-app-in-browser", f"--notebook-dir={folder}"]
    env = {k: v for k, v in os.environ.items() if k != paths.STAGE_VARIABLE}
    env |= {"JUPYTER_CONFIG_DIR": str(tmp_path / "config")}
    env |= {"JUPYTERLAB_SETTINGS_DIR": str(tmp_path / "settings")}
    env |= {"JUPYTERLAB_WORKSPACES_DIR": str(tmp_path / "workspaces")}
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=log)
        try:
            started = wait_for(lambda: list(list_running_servers(str(runtime))), "JupyterLab")
            yield started[0]["url"], folder / NAME
        finally:
            server.terminate()
            server.wait(30)


def test_what_jupyterlab_saves_is_what_was_committed_once_make_has_seen_it(lab, browser):  # noqa: F811
    address, file = lab
    before = file.read_text(encoding="utf-8")
    browser.set_script_timeout(PATIENCE)
    browser.get(f"{address}lab/tree/{NAME}?reset")
    ready = "return !!(window.jupyterapp && document.querySelector('.jp-Notebook .jp-CodeCell'))"
    wait_for(lambda: browser.execute_script(ready), "the notebook")
    words = "return document.querySelector('.jp-NotebookPanel').innerText"
    wait_for(lambda: "How many?" in browser.execute_script(words), "its first cell")
    told = browser.execute_async_script(
        """
        const done = arguments[arguments.length - 1], app = window.jupyterapp;
        (async () => {
          await app.restored;
          const panel = [...app.shell.widgets('main')].find(shown => shown.sessionContext);
          app.shell.activateById(panel.id);
          await panel.context.ready;
          await panel.sessionContext.ready;
          await app.commands.execute('notebook:run-all-cells');
          await panel.context.save();
          return 'saved';
        })().then(done, error => done(String(error)));
        """
    )
    assert told == "saved"
    nb = run.read_notebook(file)
    code = [cell for cell in nb.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == [1, 2, 3]
    assert not [out for cell in code for out in cell.outputs if out.output_type == "error"]
    assert file.read_text(encoding="utf-8") != before, "JupyterLab saved nothing of its own"
    assert run.format_notebook(run.normalise_notebook(nb, "09")) == before
