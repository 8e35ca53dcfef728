"""Checks never touch what is committed: whatever notebooks write while tests run goes to a folder
of its own."""

import os
import tempfile
import warnings

import pytest
from hypothesis import settings

settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")


def pytest_configure():
    os.environ.setdefault("DERISKING_STAGE", tempfile.mkdtemp(prefix="derisking-tests-"))
    os.environ.setdefault("PYTHONHASHSEED", "0")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    warnings.filterwarnings("ignore", category=DeprecationWarning, module="nbval")


def pytest_report_header():
    from tests import contents

    return contents.say_what_is_compared()


@pytest.fixture
def stage(tmp_path, monkeypatch):
    """An empty folder into which figures and tables go instead of the repository."""
    monkeypatch.setenv("DERISKING_STAGE", str(tmp_path))
    return tmp_path
