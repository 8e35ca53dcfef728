"""One set of dependencies, told in three places: pyproject.toml, environment.yml, two locks."""

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from derisking.core.citation import PLACEHOLDER, read_citation

ROOT = Path(__file__).parents[1]
WHOLE = tomllib.loads((ROOT / "pyproject.toml").read_text())
PROJECT = WHOLE["project"]
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text())
LOCKS = {
    name: (ROOT / name).read_text() for name in ("requirements.lock", "requirements-test.lock")
}
OTHER_NAMES = {"python-duckdb": "duckdb", "matplotlib-base": "matplotlib"}  # conda-forge: PyPI


def read_names(lock):
    """The packages of a lock with their versions."""
    return dict(re.findall(r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)", lock, re.MULTILINE))


def read_requirements(lines):
    found = {canonicalize_name(r.name): r for r in map(Requirement, lines)}
    return {OTHER_NAMES.get(name, name): requirement for name, requirement in found.items()}


to_run = read_requirements(PROJECT["dependencies"])
to_test = read_requirements(WHOLE["dependency-groups"]["test"])
needed = to_run | to_test
by_conda = read_requirements(CONDA["dependencies"])
run_lock, test_lock = (read_names(lock) for lock in LOCKS.values())


def test_the_conda_route_has_the_dependencies_of_the_pip_route():
    assert set(by_conda) - {"python"} == set(needed)


def test_the_conda_route_uses_conda_forge_alone_and_no_builds():
    assert CONDA["channels"] == ["conda-forge", "nodefaults"]
    for entry in CONDA["dependencies"]:
        assert re.fullmatch(r"[a-z0-9-]+ [<>=0-9.,]+", entry), entry  # a name and a range, no build


def test_what_only_checks_need_is_a_group_of_its_own():
    assert not set(to_run) & set(to_test)
    used = "\n".join(file.read_text() for file in (ROOT / "notebooks").rglob("*.py"))
    modules = {"pytest-xdist": "xdist"}
    for name in to_test:
        module = modules.get(name, name)
        assert not re.search(rf"^\s*(import|from) {module}\b", used, re.MULTILINE), name


@pytest.mark.parametrize("name", sorted(needed))
def test_ranges_agree_and_the_locked_version_lies_in_both(name):
    version = (run_lock if name in to_run else test_lock)[name]
    assert needed[name].specifier == by_conda[name].specifier
    assert needed[name].specifier.contains(version)


@pytest.mark.parametrize("version", ["3.11.0", "3.12.1", "3.13.5"])
def test_both_routes_admit_the_same_pythons(version):
    assert Requirement(f"python{PROJECT['requires-python']}").specifier.contains(version)
    assert by_conda["python"].specifier.contains(version)


@pytest.mark.parametrize("lock", LOCKS.values(), ids=LOCKS)
def test_a_lock_has_hashes_one_version_a_package_and_no_addresses(lock):
    names = re.findall(r"^([A-Za-z0-9_.-]+)==", lock, re.MULTILINE)
    assert len(names) == len(set(names)) > 50
    pinned = r"^[A-Za-z0-9_.-]+==[^\n]+\\\n    --hash=sha256:[0-9a-f]{64}"
    assert len(re.findall(pinned, lock, re.MULTILINE)) == len(names)
    assert "://" not in lock and "--index" not in lock and "--find-links" not in lock


def test_the_two_locks_agree_and_the_first_installs_no_checks():
    both = set(run_lock) & set(test_lock)
    assert {name: run_lock[name] for name in both} == {name: test_lock[name] for name in both}
    assert not {"pytest", "hypothesis", "selenium", "ruff", "mypy"} & set(run_lock)


def test_ruff_at_a_commit_is_the_ruff_of_the_checks():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    assert [repo["rev"] for repo in hooks["repos"]] == [f"v{test_lock['ruff']}"]


def test_every_place_that_installs_names_a_supported_python_and_the_lock():
    admitted = by_conda["python"].specifier
    binder = (ROOT / ".binder" / "runtime.txt").read_text().strip()
    assert admitted.contains(binder.removeprefix("python-") + ".1")
    assert (ROOT / ".binder" / "requirements.txt").read_text() == "-r ../requirements.lock\n"
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    assert admitted.contains(re.search(r"python:(\d+\.\d+)", container["image"])[1] + ".1")
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())["jobs"]
    for version in jobs["test"]["strategy"]["matrix"]["python"]:
        assert admitted.contains(f"{version}.1")
    assert {"windows-latest", "macos-latest"} == set(jobs["build"]["strategy"]["matrix"]["os"])


def fake_python(folder, works):
    """A Python that calls itself supported or not, and can make no environment."""
    file = folder / "python-fake"
    file.write_text(f'#!/bin/sh\n[ "$1" = -c ] && exit {0 if works else 1}\nexit 1\n')
    file.chmod(0o755)
    return file


@pytest.mark.skipif(not shutil.which("make"), reason="make is not installed")
@pytest.mark.parametrize("works", [True, False])
def test_a_set_up_that_fails_leaves_the_environment_that_works(works, tmp_path):
    for name in ("Makefile", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "kept").touch()
    python = fake_python(tmp_path, works)
    for _ in range(2):  # also when the last attempt was broken off
        told = subprocess.run(
            ["make", f"PYTHON={python}", ".venv/set-up"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
        assert told.returncode != 0
        assert (tmp_path / ".venv" / "kept").exists()
        refused = (
            f"Python 3.11, 3.12 or 3.13 is needed, and {python} is none of them." in told.stdout
        )
        assert refused != works
        if works:
            (tmp_path / ".venv").rename(tmp_path / ".venv.old")
            (tmp_path / ".venv").mkdir()


def test_one_version_and_one_day_everywhere():
    told = read_citation()
    package = json.loads((ROOT / "data" / "datapackage.json").read_text(encoding="utf-8"))
    assert told.version == PROJECT["version"] == package["version"]
    assert package["created"].startswith(told.released)
    assert package["contributors"][0]["title"] == told.author
    headings = re.findall(r"^## (\S+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] == told.version


def test_the_address_stands_in_one_place():
    told = read_citation()
    by_the_build = [ROOT / name for name in ("README.md", "README.ko.md", "figures/README.md")]
    written = {ROOT / "CITATION.cff", *by_the_build}
    for file in [*ROOT.glob("*.*"), *ROOT.glob("*/*.*"), *ROOT.glob("notebooks/derisking/*/*")]:
        if file.suffix in (".md", ".cff", ".json", ".toml", ".yml", ".py", ".j2", ".R"):
            holds = told.address in file.read_text(encoding="utf-8")
            assert not holds or file in written or told.has_address, file


def test_the_citation_file_has_what_reference_managers_and_zenodo_read():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["cff-version"] == "1.2.0" and citation["type"] == "dataset"
    assert isinstance(citation["license"], str)  # Zenodo refuses a list
    (author,) = citation["authors"]
    assert "," not in author["name"] and "repository" not in author["name"]


# What Zenodo's importer of releases makes of `.zenodo.json`, by its public code of August 2026 (the
# deserialiser of its older deposit format). It passes over keys that it does not know, so that a
# slip in one loses the value without a word; a value outside its vocabularies ends the deposit.
ZENODO_KEYS = {
    *("title", "description", "notes", "upload_type", "access_right", "license", "creators"),
    *("version", "publication_date", "language", "keywords", "related_identifiers"),
}
ZENODO_RELATIONS = {"cites", "isSupplementTo"}  # of its list, those that are true of this work
ZENODO_RESOURCES = {"publication-article"}  # the kind with its subtype, joined by a hyphen


def test_zenodo_takes_the_record():
    record = json.loads((ROOT / ".zenodo.json").read_text(encoding="utf-8"))
    assert set(record) == ZENODO_KEYS
    assert all(isinstance(record[key], str) for key in ZENODO_KEYS if not key.endswith("s"))
    assert len(record["title"]) >= 3 and record["description"]
    assert record["upload_type"] == "dataset" and record["access_right"] == "open"
    # one licence, not a list; as its vocabulary writes it: capitals were refused more than once
    assert record["license"] == read_licence().lower() == "cc-by-4.0"
    assert re.fullmatch(r"[a-z]{3}", record["language"])  # ISO 639-3; a name would be refused
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", record["publication_date"])
    assert record["keywords"] and all(isinstance(word, str) for word in record["keywords"])
    assert record["creators"]
    for creator in record["creators"]:
        assert set(creator) <= {"name", "affiliation", "orcid", "gnd"}
        assert creator["name"] and "," not in creator["name"]  # it would split an organisation
    for related in record["related_identifiers"]:
        assert set(related) <= {"identifier", "relation", "resource_type"}
        assert related["relation"] in ZENODO_RELATIONS
        assert related.get("resource_type", "publication-article") in ZENODO_RESOURCES
        assert re.match(r"https?://\S+$", related["identifier"])
        assert not related["identifier"].startswith(PLACEHOLDER)


def read_licence():
    return yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))["license"]


def test_zenodo_s_record_says_what_the_citation_file_says():
    record = json.loads((ROOT / ".zenodo.json").read_text(encoding="utf-8"))
    told = read_citation()
    assert (record["title"], record["version"]) == (told.title, told.version)
    assert record["publication_date"] == told.released
    assert [creator["name"] for creator in record["creators"]] == [told.author]
    assert record["keywords"] == list(told.keywords)
