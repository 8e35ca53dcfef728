"""How long the build takes, beside the plain way of running notebooks. For a quiet machine.

    python -m derisking.build.bench                    this checkout
    python -m derisking.build.bench --against PATH     and another one, in turn, with ratios
    python -m derisking.build.bench --only 05          three notebooks instead of all, to try it out
    python -m derisking.build.bench --builds           full builds alone, for a quick ratio

Every step works in a clone of what is committed, so nothing here changes. CPU time is that of all
processes of a step; memory is the peak of the largest one.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parents[3]
EVENT = "2026-08-20-bench"


def measure(command: list[str], folder: Path) -> dict[str, float]:
    """Run a command in a process of its own; return wall and CPU seconds and the peak in MB."""
    code = (
        "import json, resource, subprocess, sys, time\n"
        "start = time.monotonic()\n"
        "done = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(json.dumps([time.monotonic() - start, used.ru_utime + used.ru_stime,\n"
        "                  used.ru_maxrss / 1024, done.returncode, done.stdout.decode()[-2000:]]))"
    )
    environment = {**os.environ, "PYTHONPATH": str(folder / "notebooks")}
    environment.pop("DERISKING_STAGE", None)
    run = subprocess.run(
        [sys.executable, "-c", code, *command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    wall, cpu, peak, failed, told = json.loads(run.stdout)
    if failed:
        raise RuntimeError(f"{' '.join(command)} in {folder}:\n{told}")
    return {"wall": wall, "cpu": cpu, "peak": peak}


def clone(source: Path, folder: Path, only: str) -> Path:
    """Clone what is committed in `source`; with `only` keep 01, that one and 09."""
    target = folder / "repository"
    shutil.rmtree(target, ignore_errors=True)
    subprocess.run(["git", "clone", "--quiet", str(source), str(target)], check=True)
    for file in (target / "notebooks").glob("0*.ipynb"):
        if only and file.name[:2] not in ("01", only, "09"):  # 09 opens the front page
            file.unlink()
    return target


def edit_notebook(root: Path, number: str) -> None:
    """Add a remark to the last code cell of a notebook."""
    (file,) = (root / "notebooks").glob(f"{number}_*.ipynb")
    nb = json.loads(file.read_text(encoding="utf-8"))
    cell = [cell for cell in nb["cells"] if cell["cell_type"] == "code"][-1]
    cell["source"] = ["# a remark\n", *cell["source"]]
    file.write_text(json.dumps(nb, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def add_event(root: Path) -> None:
    """Add a second of the last event of the table, under another key."""
    file = root / "data" / "evidence" / "events.csv"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    last = lines[-1]
    file.write_text("".join([*lines, EVENT + last[last.index(",") :]]), encoding="utf-8")


def run_steps(source: Path, folder: Path, only: str) -> dict[str, dict[str, float]]:
    """Measure every step of one checkout, in this order."""
    python, number = sys.executable, only or "05"
    build = [python, "-m", "doit"]
    root = clone(source, folder, only)
    files = sorted(str(file) for file in (root / "notebooks").glob("0*.ipynb"))
    plain = ["-m", "jupyter", "nbconvert", "--to", "notebook", "--execute", "--output-dir"]
    new = (root / "notebooks" / "derisking" / "core").is_dir()
    module = "derisking.core.tables" if new else "derisking.evidence"
    steps = {"import of core": measure([python, "-c", f"import {module}"], root)}
    steps["the plain way, one after another"] = add_up(
        measure([python, *plain, str(folder / "plain"), file], root) for file in files
    )
    root = clone(source, folder, only)
    steps["full build"] = measure(build, root)
    steps["nothing changed"] = measure(build, root)
    edit_notebook(root, number)
    steps[f"notebook {number} edited"] = measure(build, root)
    add_event(root)
    steps["one event added"] = measure(build, root)
    return steps


def run_build(source: Path, folder: Path, only: str) -> dict[str, dict[str, float]]:
    """Measure the full build of one checkout alone."""
    return {"full build": measure([sys.executable, "-m", "doit"], clone(source, folder, only))}


def add_up(runs) -> dict[str, float]:
    """Add up seconds of runs one after another; memory is the largest of them."""
    runs = list(runs)
    total = {name: sum(run[name] for run in runs) for name in ("wall", "cpu")}
    return total | {"peak": max(run["peak"] for run in runs)}


def print_steps(name: str, steps: dict[str, dict[str, float]]) -> None:
    """Print one checkout as a Markdown table, with ratios to its plain way, or to the first step
    if the plain way was not measured."""
    plain = steps.get("the plain way, one after another", next(iter(steps.values())))
    print(f"\n{name}\n\n| step | wall s | CPU s | peak MB | wall / plain | CPU / plain |")
    print("|---|---:|---:|---:|---:|---:|")
    for step, run in steps.items():
        ratios = f"{run['wall'] / plain['wall']:.2f} | {run['cpu'] / plain['cpu']:.2f}"
        print(f"| {step} | {run['wall']:.1f} | {run['cpu']:.1f} | {run['peak']:.0f} | {ratios} |")


def main() -> int:
    """Measure this checkout, and another beside it if one is named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--against", type=Path, metavar="PATH", help="another checkout")
    parser.add_argument(
        "--only", default="", metavar="NN", help="notebooks 01, this one and 09 alone"
    )
    parser.add_argument("--builds", action="store_true", help="full builds alone")
    chosen = parser.parse_args()
    run = run_build if chosen.builds else run_steps
    checkouts = {"This checkout": HERE}
    if chosen.against:
        checkouts["The other checkout"] = chosen.against.resolve()
    began, measured = time.strftime("%H:%M"), {}
    for name, source in checkouts.items():
        with tempfile.TemporaryDirectory(prefix="derisking-bench-") as folder:
            measured[name] = run(source, Path(folder), chosen.only)
        print_steps(name, measured[name])
    if chosen.against:
        print("\nThis checkout / the other\n\n| step | wall | CPU | peak |\n|---|---:|---:|---:|")
        ours, theirs = measured.values()
        for step, run in ours.items():
            ratios = (run[key] / theirs[step][key] for key in ("wall", "cpu", "peak"))
            print(f"| {step} | {' | '.join(f'{ratio:.2f}' for ratio in ratios)} |")
    load = os.getloadavg()[0]
    print(f"\nBegan {began}; {os.cpu_count()} cores, load at the end {load:.1f}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
