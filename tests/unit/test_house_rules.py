"""The rules of style.md that no linter knows."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = [*(ROOT / "pursight_app").rglob("*.py"), *(ROOT / "pages").glob("*.py"), *(ROOT / "state").glob("*.py")]
PRODUCT += [*(ROOT / "jobs").glob("*.py")]
MAX_FILE_LINES, MAX_FUNCTION_LINES = 400, 50
FORBIDDEN_NAMES = {"utils.py", "helpers.py", "manager.py", "misc.py"}


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_files_are_short_and_well_named() -> None:
    long = {short(path): lines for path in PRODUCT if (lines := len(path.read_text().splitlines())) > MAX_FILE_LINES}

    assert long == {}
    assert not [short(path) for path in PRODUCT if path.name in FORBIDDEN_NAMES]


def test_functions_are_short() -> None:
    long = {
        f"{short(path)}:{node.name}": length
        for path in PRODUCT
        for node in functions(path)
        if (length := (node.end_lineno or 0) - node.lineno + 1) > MAX_FUNCTION_LINES
    }

    assert long == {}


def test_services_never_commit() -> None:
    found = [
        f"{short(path)}:{node.lineno}"
        for path in (ROOT / "pursight_app" / "services").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr == "commit"
    ]

    assert found == []


def test_except_exception_stands_only_in_the_outermost_handlers() -> None:
    allowed = {
        "pursight_app/api/errors.py",
        "pursight_app/api/dependencies.py",
        "pursight_app/services/learning/execution.py",
        "pursight_app/services/scanning/execution.py",
        "pursight_app/services/pipelines/execution.py",
        "pursight_app/services/optimization/analysis.py",
        # A program of its own on Spark's side: whatever breaks has to reach its result.
        "pursight_app/spark/program.py",
    }
    found = {
        short(path)
        for path in PRODUCT
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ExceptHandler) and (node.type is None or ast.unparse(node.type) == "Exception")
    }

    assert found <= allowed


def test_every_public_method_of_a_state_is_marked_with_a_policy() -> None:
    """Every method of a state without a leading underscore can be called by any browser."""
    unmarked = []
    for path in (ROOT / "state").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.ClassDef) or not any("State" in ast.unparse(base) for base in node.bases):
                continue
            for method in node.body:
                if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) and not method.name.startswith("_"):
                    marks = [ast.unparse(mark) for mark in method.decorator_list]
                    if not any(mark.startswith(("event(", "rx.var")) for mark in marks):
                        unmarked.append(f"{short(path)}:{method.name}")

    assert unmarked == []


def test_handlers_do_not_block_the_event_loop() -> None:
    sync = [
        f"{short(path)}:{node.name}"
        for path in (ROOT / "state").glob("*.py")
        for node in functions(path)
        if isinstance(node, ast.FunctionDef)
        and any(ast.unparse(mark).startswith("event(") for mark in node.decorator_list)
    ]

    assert sync == []


def test_no_state_sends_secrets_or_rows() -> None:
    """A SQLModel row as a var would send every column to the browser, password hashes included."""
    models = set(re.findall(r'"(\w+)"', (ROOT / "pursight_app" / "models" / "__init__.py").read_text()))
    found = []
    for path in (ROOT / "state").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.AnnAssign) and models & set(re.findall(r"\w+", ast.unparse(node.annotation))):
                found.append(f"{short(path)}:{node.lineno}")

    assert found == []


@pytest.mark.parametrize("word", ["TODO", "FIXME"])
def test_nothing_is_left_half_done(word: str) -> None:
    assert not [short(path) for path in PRODUCT if re.search(rf"\b{word}\b", path.read_text())]


def test_every_waiver_of_a_linter_has_a_reason() -> None:
    bare = [
        f"{short(path)}:{number}"
        for path in PRODUCT
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if re.search(r"# (noqa: [A-Z0-9, ]+|type: ignore\[[\w-]+\])\s*$", line)
    ]

    assert bare == []


def test_the_gateway_starts_without_the_libraries_that_only_jobs_use() -> None:
    # Together they take 130 MB of every web process.
    script = (
        "import sys; from pursight_app.api.app import create_app; create_app();"
        "print([name for name in ('sklearn', 'scipy', 'pyarrow', 'zxcvbn', 'pyspark') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"
