"""Say whether the installed packages are those of requirements.lock: only with them is every byte
of a figure promised."""

import re
from importlib import metadata

from derisking.core import paths

LOCK = paths.ROOT / "requirements.lock"
PINNED = re.compile(r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)", re.MULTILINE)


def list_departures() -> dict[str, tuple[str, str]]:
    """Return the packages installed in another version than the lock has: (installed, locked) by
    name. A package that is not installed does not count: some are for other systems."""
    found = {}
    for name, locked in PINNED.findall(LOCK.read_text(encoding="utf-8")):
        try:
            installed = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
        if installed != locked:
            found[name] = (installed, locked)
    return found


def describe_departures(departures: dict[str, tuple[str, str]], limit: int = 5) -> str:
    """Return them as words: "numpy 2.2.0 (lock: 2.4.1)", `limit` names and a count of the rest."""
    told = [f"{name} {here} (lock: {there})" for name, (here, there) in departures.items()]
    rest = len(told) - limit
    return ", ".join(told[:limit]) + (f" and {rest} more" if rest > 0 else "")
