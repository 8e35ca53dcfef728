"""What a notebook rests on, told from its text: modules, tables, and what a run has put into it.

`make` asks this each time before it does anything, so nothing but the standard library is imported
here.
"""

import ast
import hashlib
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from derisking.build import blocks, filling
from derisking.core import paths

PACKAGE = paths.NOTEBOOKS / "derisking"
# block of the short answer; the tag of the cell that computes it where it is not written by hand
ANSWER = "answer"
READERS = {
    "core.tables",
    "core.cells",
    "core.files",
    "core.faults",
}  # read the tables they are asked for, and name none of their own
PLAIN_CALLS = {"items", "keys", "values", "zip", "enumerate", "sorted", "dict", "reversed", "map"}


def list_notebooks() -> list[Path]:
    """Return the notebooks of the argument in reading order."""
    return sorted(paths.NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))


def read_cells(file: Path) -> list[dict]:
    """Return the cells of a notebook as its file has them, each source as one text; none if it is
    no notebook."""
    try:
        cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
        return [{**cell, "source": "".join(cell["source"])} for cell in cells]
    except (ValueError, KeyError, TypeError):
        return []  # running it says what is wrong


def join_code(cells: list[dict]) -> str:
    """Return all code of a notebook as one text."""
    return "\n".join(cell["source"] for cell in cells if cell["cell_type"] == "code")


def has_written_answer(cells: list[dict]) -> bool:
    """Say whether the short answer is written in Markdown with glued numbers, not computed in a
    tagged cell."""
    return not any(ANSWER in _tags(cell) for cell in cells if cell["cell_type"] == "code")


def read_author_source(cells: list[dict]) -> str:
    """Return what people wrote in a notebook, without outputs and generated blocks: it decides
    whether to run again."""
    written = has_written_answer(cells)
    return json.dumps(
        [[cell["cell_type"], _own_words(cell, written), _tags(cell)] for cell in cells],
        ensure_ascii=False,
    )


def read_results(cells: list[dict]) -> str:
    """Return what a run put into a notebook: outputs and their numbers, short answer, filled marks;
    the navigation is not part of it, nor is what programs add when they save (metadata, ids)."""
    texts = [
        empty_generated(cell["source"], True) for cell in cells if cell["cell_type"] == "markdown"
    ]
    made = [[cell.get("execution_count"), cell.get("outputs", [])] for cell in cells]
    return json.dumps([texts, made], ensure_ascii=False)


def _tags(cell: dict) -> list[str]:
    return cell.get("metadata", {}).get("tags", [])


def _own_words(cell: dict, written: bool) -> str:
    """Return the text of a cell without what the build writes into it."""
    if cell["cell_type"] != "markdown":
        return cell["source"]
    return filling.empty_marks(empty_generated(cell["source"], written))


def empty_generated(text: str, written: bool) -> str:
    """Return a Markdown cell without the blocks that the build writes into it: navigation, a
    computed short answer."""
    made = ("nav",) if written else ("nav", ANSWER)
    return blocks.empty(text, keep=tuple(name for name in blocks.names(text) if name not in made))


# ------------------------------------------------------------------------------------------ modules


def find_imports(code: str) -> set[str]:
    """Modules of the package that a piece of code imports, by dotted name without the package's
    own."""
    return _find_imports(ast.parse(code))


def _find_imports(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    names = {name.removeprefix("derisking.") for name in found if name.startswith("derisking.")}
    return {name for name in names if locate_module(name).exists()}


def locate_module(name: str) -> Path:
    """File of a module: "core.tables" is core/tables.py."""
    return PACKAGE / f"{name.replace('.', '/')}.py"


def name_module(file: Path) -> str:
    """Name of the module in a file: core/tables.py is "core.tables"."""
    return ".".join(file.relative_to(PACKAGE).with_suffix("").parts)


@cache
def _read_module(file: Path) -> tuple[set[str], set[str], bool]:
    """Return the modules that a module imports, the strings in it, and whether it tells its tables;
    read once."""
    return _read_code(file.read_text(encoding="utf-8"))


def _read_code(code: str) -> tuple[set[str], set[str], bool]:
    tree = ast.parse(code)
    words = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return _find_imports(tree), words, _tells_its_tables(tree)


def list_modules() -> list[Path]:
    """Return the files of all modules of the package."""
    return sorted(PACKAGE.rglob("*.py"))


def trace_modules(code: str) -> list[Path]:
    """Files of the modules that a piece of code rests on, at first or at further hand; all if it
    cannot be read."""
    try:
        waiting, known = find_imports(code), set()
        while waiting:
            known |= waiting
            waiting = (
                set().union(*(_read_module(locate_module(name))[0] for name in waiting)) - known
            )
    except SyntaxError:
        return list_modules()
    return sorted(map(locate_module, known))


# ------------------------------------------------------------------------------------------- tables


def list_table_files() -> dict[str, Path]:
    """Return the file of each table by the table's name, as the data package has them; none if it
    cannot be read."""
    try:
        resources = json.loads(paths.PACKAGE.read_text(encoding="utf-8"))["resources"]
        return {resource["name"]: paths.DATA / resource["path"] for resource in resources}
    except (OSError, ValueError, KeyError, TypeError):
        return {}  # the check of the tables says what is wrong


def list_evidence() -> list[Path]:
    """Return the files that every check of the evidence rests on: its tables that are there, and
    the package. Other files and folders beside them do not count."""
    tables = [file for file in list_table_files().values() if file.parent == paths.EVIDENCE]
    return [file for file in [*sorted(tables), paths.PACKAGE] if file.is_file()]


def trace_tables(code: str) -> list[Path]:
    """Files of the tables that a piece of code may read, itself or by its modules; all if that
    cannot be told.

    A table counts as read where its name stands as a string, whatever for. A name that is put
    together or comes out of data cannot be told.
    """
    files = list_table_files()
    modules = [file for file in trace_modules(code) if name_module(file) not in READERS]
    try:
        read = [_read_code(code), *map(_read_module, modules)]
    except SyntaxError:
        return sorted(files.values())
    if not all(told for _, _, told in read):
        return sorted(files.values())
    words = set().union(*(words for _, words, _ in read))
    return sorted(file for name, file in files.items() if name in words)


def trace_marks(cells: list[dict]) -> list[Path]:
    """Files of the tables from which marks in the sentences of a notebook are filled: those of
    claims, or none."""
    if not any(
        filling.names_claim(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"
    ):
        return []
    return [file for name, file in list_table_files().items() if name in ("claims", "findings")]


def _tells_its_tables(tree: ast.AST) -> bool:
    """Say whether every table that a piece of code reads stands in it by name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.For | ast.comprehension) and _is_call(node.iter, "list_tables"):
            return False  # goes through all of them
        if isinstance(node, ast.Attribute) and node.attr in ("EVIDENCE", "DERIVED"):
            return False  # reads files on its own
    return all(map(_is_plain, _find_asked(tree, {})))


def _find_asked(node: ast.AST, over: dict[str, ast.AST]) -> Iterator[ast.AST]:
    """Yield what is given to `load_table`: arguments, what is mapped over it, or what a loop goes
    over.

    `over` says for each name of the loops around a node what they go over.
    """
    loops = getattr(node, "generators", [node] if isinstance(node, ast.For) else [])
    names = {
        part.id: loop.iter
        for loop in loops
        for part in ast.walk(loop.target)
        if isinstance(part, ast.Name)
    }
    over = {**over, **names}
    given = []
    if _is_call(node, "load_table"):
        given = [*node.args[:1], *(word.value for word in node.keywords if word.arg == "table")]
    elif _is_call(node, "map") and _name(node.args[0]) == "load_table":
        given = node.args[1:]
    for asked in given:
        yield over.get(asked.id, asked) if isinstance(asked, ast.Name) else asked
    for child in ast.iter_child_nodes(node):
        yield from _find_asked(child, over)


def _is_call(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and _name(node.func) == name


def _name(node: ast.AST) -> str:
    return (
        node.id
        if isinstance(node, ast.Name)
        else node.attr
        if isinstance(node, ast.Attribute)
        else ""
    )


def _is_plain(node: ast.AST) -> bool:
    """Say whether an expression is made of strings, containers of them, and names."""
    calls = [_name(part.func) for part in ast.walk(node) if isinstance(part, ast.Call)]
    odd = (ast.JoinedStr, ast.BinOp, ast.Subscript)
    return set(calls) <= PLAIN_CALLS and not any(isinstance(part, odd) for part in ast.walk(node))


# ------------------------------------------------------------------------------------------- hashes


def hash_files(*files: Path) -> str:
    """One hash over the contents of files; a missing file changes it."""
    parts = (
        hashlib.sha256(file.read_bytes() if file.exists() else b"missing").hexdigest()
        for file in files
    )
    return hashlib.sha256("".join(parts).encode()).hexdigest()
