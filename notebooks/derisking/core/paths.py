"""Where things stand. No other module builds a path of its own."""

import os
import re
import shutil
import tempfile
import time
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


DAY = 24 * 3600  # seconds
STAGED = "derisking-"  # begins the name of every folder that a run sets up for itself
ASIDE = re.compile(r"\..+\.(\d+)")  # a file written aside, with the process that writes it
OWNED = re.compile(rf"{STAGED}(?:tests-)?(\d+)-.*")


def make_stage(kind: str = "") -> Path:
    """Make a folder for what a run writes before it is put in place; its name tells the process."""
    return Path(tempfile.mkdtemp(prefix=f"{STAGED}{kind}{os.getpid()}-"))


def sweep_litter() -> list[Path]:
    """Remove what a build or a test run left behind when it was killed, and return what it was.

    That is files written aside and staging folders of processes that no longer run, and those of
    yesterday whatever now has the number of their process.
    """
    folders = [ROOT, DATA, DERIVED, FIGURES, NOTEBOOKS]
    aside = [(file, ASIDE) for folder in folders for file in folder.glob(".*.*") if file.is_file()]
    staged = [(folder, OWNED) for folder in Path(tempfile.gettempdir()).glob(f"{STAGED}*")]
    swept = []
    for path, form in [*aside, *staged]:
        match = form.fullmatch(path.name)
        try:
            if not match or (_is_running(int(match[1])) and not _is_old(path)):
                continue
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
        except OSError:
            continue  # another user's, or gone by now
        swept.append(path)
    return swept


def _is_old(path: Path) -> bool:
    """Say whether a path is older than any run takes: its process's number is another's by now."""
    return time.time() - path.stat().st_mtime > DAY


def _is_running(process: int) -> bool:
    if os.name == "nt":
        return True  # there is no harmless way to ask; nothing is swept
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
