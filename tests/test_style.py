"""One style for code in modules, tests and notebooks."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("command", [["check"], ["format", "--check", "--exclude", "*.ipynb"]], ids=["lint", "format"])
def test_ruff_has_nothing_to_say(command):
    told = subprocess.run([sys.executable, "-m", "ruff", *command, "."], cwd=ROOT, capture_output=True, text=True)
    assert told.returncode == 0, told.stdout + told.stderr


def test_the_project_speaks_of_itself_alone_and_holds_no_address_of_a_machine():
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    texts = [name for name in listed if name.endswith((".py", ".md", ".ipynb", ".toml", ".yml", ".cff", ".json"))]
    for name in texts:
        content = (ROOT / name).read_text(encoding="utf-8")
        for mark in ("/home/" + "runner", "/wo" + "rk/", "/ro" + "ot/", "127.0" + ".0.1", "local" + "host"):
            assert mark not in content, f"{name} holds {mark}"
