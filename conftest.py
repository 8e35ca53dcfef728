"""Checks never touch what is committed: whatever runs while they do writes into one folder of the
whole run, which goes with it."""

import os
import shutil
import sys
import warnings
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")
OWN = {}
# What takes longest begins first, so that no worker is left alone with it at the end.
LONGEST = ("test_pipeline", "test_bad_input", "08_", "02_", "01_", "09_", "07_", "06_", "05_")
LONGEST += ("04_", "03_", "test_figures", "test_evidence", "test_export", "test_style", "test_find")


def pytest_configure(config):
    sys.path.insert(0, str(Path(__file__).parent / "notebooks"))
    from derisking.core import paths

    if paths.STAGE_VARIABLE not in os.environ:  # workers share the folder of the first process
        paths.sweep_litter()
        OWN["folder"] = folder = paths.make_stage("tests-")
        os.environ[paths.STAGE_VARIABLE] = str(folder / "stage")
        if not config.option.basetemp:  # pytest's own folders would outlive a run that is killed
            config.option.basetemp = str(folder / "pytest")
    os.environ.setdefault("PYTHONHASHSEED", "0")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ["LC_ALL"] = "C"  # as in a build: no word of a library in the reader's language
    os.environ["PYTHONUTF8"] = "1"
    warnings.filterwarnings("ignore", category=DeprecationWarning, module="nbval")


def pytest_unconfigure():
    if made := OWN.pop("folder", None):
        shutil.rmtree(made, ignore_errors=True)


def pytest_report_header():
    from tests import contents

    return contents.say_what_is_compared()


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path, parent):
    """Let nbval find the notebooks, and ask more of its run than it does."""
    found = yield
    if not any(type(collector).__name__ == "IPyNbFile" for collector in found):
        return found
    from tests.notebook_runs import NotebookRun

    return [NotebookRun.from_parent(parent, path=file_path)]


def pytest_collection_modifyitems(items):
    def place(item):
        return next(i for i, name in enumerate((*LONGEST, "")) if item.path.name.startswith(name))

    items.sort(key=place)


@pytest.fixture
def stage(tmp_path, monkeypatch):
    """An empty folder into which figures and tables go instead of the repository."""
    monkeypatch.setenv("DERISKING_STAGE", str(tmp_path))
    return tmp_path


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder that stands for the repository."""
    from derisking.core import paths

    for name in ("ROOT", "DATA", "FIGURES", "DERIVED", "NOTEBOOKS"):
        place = tmp_path / {"ROOT": "", "DERIVED": "data/derived"}.get(name, name.lower())
        place.mkdir(parents=True, exist_ok=True)
        monkeypatch.setattr(paths, name, place)
    return tmp_path
