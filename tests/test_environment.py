"""One set of dependencies, told in three places: pyproject.toml, environment.yml,
requirements.lock."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from rattler import MatchSpec, Version

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text())
LOCK = (ROOT / "requirements.lock").read_text()
OTHER_NAMES = {"python-duckdb": "duckdb"}  # conda-forge: PyPI

needed = {canonicalize_name(r.name): r for r in map(Requirement, PROJECT["dependencies"])}
specs = [MatchSpec(entry) for entry in CONDA["dependencies"]]
by_name = {OTHER_NAMES.get(spec.name.normalized, spec.name.normalized): spec for spec in specs}
locked = dict(re.findall(r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)", LOCK, re.MULTILINE))


def test_the_conda_route_has_the_dependencies_of_the_pip_route():
    assert set(by_name) - {"python"} == set(needed)


def test_the_conda_route_uses_conda_forge_alone_and_no_builds():
    assert CONDA["channels"] == ["conda-forge", "nodefaults"]
    assert all(spec.build is None for spec in specs)
    assert all(spec.version is not None for spec in specs)


@pytest.mark.parametrize("name", sorted(needed))
def test_ranges_agree_and_the_locked_version_lies_in_both(name):
    version = locked[name]
    assert needed[name].specifier.contains(version)
    assert _admits(by_name[name], version)
    conda = {part.strip() for part in str(by_name[name].version).split(",")}
    assert conda == {str(part) for part in needed[name].specifier}


def _admits(spec: MatchSpec, version: str) -> bool:
    """Evaluate a match spec against a version as conda would."""
    low = [Version(part[2:]) for part in str(spec.version).split(",") if part.startswith(">=")]
    high = [Version(part[1:]) for part in str(spec.version).split(",") if part.startswith("<")]
    found = Version(version)
    return all(found >= bound for bound in low) and all(found < bound for bound in high)


@pytest.mark.parametrize("version", ["3.11.0", "3.12.1", "3.13.5"])
def test_both_routes_admit_the_same_pythons(version):
    assert Requirement(f"python{PROJECT['requires-python']}").specifier.contains(version)
    assert _admits(by_name["python"], version)


def test_the_lock_has_hashes_one_version_a_package_and_no_addresses():
    names = re.findall(r"^([A-Za-z0-9_.-]+)==", LOCK, re.MULTILINE)
    assert len(names) == len(set(names)) > 50
    assert len(
        re.findall(
            r"^[A-Za-z0-9_.-]+==[^\n]+\\\n    --hash=sha256:[0-9a-f]{64}", LOCK, re.MULTILINE
        )
    ) == len(names)
    assert "://" not in LOCK and "--index" not in LOCK and "--find-links" not in LOCK


def test_citation_names_the_contributors_and_the_version_of_the_project():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["cff-version"] == "1.2.0" and citation["type"] == "dataset"
    assert citation["authors"] == [{"name": "The contributors of this repository"}]
    assert citation["version"] == PROJECT["version"]
