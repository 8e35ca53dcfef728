"""Where things stand. No other module builds a path of its own."""

import os
from pathlib import Path

NOTEBOOKS = Path(__file__).resolve().parents[2]
ROOT = NOTEBOOKS.parent
DATA = ROOT / "data"
EVIDENCE = DATA / "evidence"
DERIVED = DATA / "derived"
BASEMAP = DATA / "basemap"
UPSTREAM = DATA / "upstream"
FIGURES = ROOT / "figures"
PACKAGE = DATA / "datapackage.json"

STAGE_VARIABLE = "DERISKING_STAGE"


def output(folder: Path) -> Path:
    """Where files meant for `folder` are written: there, or under the staging folder of a running
    build.

    A build sets DERISKING_STAGE and moves the files into place only when the whole notebook has
    run. Whoever runs a notebook by hand writes straight into data/derived and figures.
    """
    stage = os.environ.get(STAGE_VARIABLE)
    target = Path(stage) / folder.relative_to(ROOT) if stage else folder
    target.mkdir(parents=True, exist_ok=True)
    return target


def replace(target: Path, content: str | bytes) -> None:
    """Write `content` aside and put it in the place of `target` in one step: a reader never sees
    half a file."""
    data = content.encode() if isinstance(content, str) else content
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{target.name}.{os.getpid()}")
    aside.write_bytes(data)
    aside.replace(target)
