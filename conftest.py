"""Checks never touch what is committed: whatever notebooks write while tests run goes to a folder
of its own."""

import os
import shutil
import sys
import warnings
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")
OWN_STAGE = {}


def pytest_configure():
    sys.path.insert(0, str(Path(__file__).parent / "notebooks"))
    from derisking.core import paths

    if paths.STAGE_VARIABLE not in os.environ:  # workers share the folder of the first process
        paths.sweep_litter()
        os.environ[paths.STAGE_VARIABLE] = OWN_STAGE["made"] = str(paths.make_stage("tests-"))
    os.environ.setdefault("PYTHONHASHSEED", "0")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ["LC_ALL"] = "C"  # as in a build: no word of a library in the reader's language
    os.environ["PYTHONUTF8"] = "1"
    warnings.filterwarnings("ignore", category=DeprecationWarning, module="nbval")


def pytest_unconfigure():
    if made := OWN_STAGE.get("made"):
        shutil.rmtree(made, ignore_errors=True)


def pytest_report_header():
    from tests import contents

    return contents.say_what_is_compared()


@pytest.fixture
def stage(tmp_path, monkeypatch):
    """An empty folder into which figures and tables go instead of the repository."""
    monkeypatch.setenv("DERISKING_STAGE", str(tmp_path))
    return tmp_path
