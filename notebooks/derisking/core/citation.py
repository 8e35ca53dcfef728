"""How this work is called, and where it is found: read from CITATION.cff, where alone it stands."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from derisking.core import paths

PLACEHOLDER = "https://example.org/"  # a domain kept free for examples: nothing is there


@dataclass(frozen=True)
class Citation:
    """What a reference to this work holds. `author` is an organisation, `released` a day."""

    author: str
    title: str
    abstract: str
    version: str
    released: str
    address: str
    keywords: tuple[str, ...]

    @property
    def year(self) -> str:
        """The year of the release."""
        return self.released[:4]

    @property
    def has_address(self) -> bool:
        """Whether the address is more than a placeholder."""
        return not self.address.startswith(PLACEHOLDER)


@cache
def read_citation(file: Path = paths.ROOT / "CITATION.cff") -> Citation:
    """Read the citation file. Raises KeyError if it lacks a part that a reference needs."""
    told = yaml.safe_load(file.read_text(encoding="utf-8"))
    return Citation(
        author=told["authors"][0]["name"],
        title=told["title"],
        abstract=told["abstract"],
        version=str(told["version"]),
        released=str(told["date-released"]),
        address=told["repository-code"].rstrip("/"),
        keywords=tuple(told["keywords"]),
    )
