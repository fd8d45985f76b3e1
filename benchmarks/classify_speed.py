"""Seconds to classify 36 columns of 1,000 values, beside 20 plain regular expressions, and columns/s of the `classify` command.

Part of `./pursight bench classify`.
"""

import json
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from faker import Faker

from pursight_app.assistant.corpus import LabelledColumn, generate_columns
from pursight_app.assistant.training import read_corpus
from pursight_app.core.settings import PROJECT_ROOT
from pursight_app.detectors.base import ColumnSample
from pursight_app.services.classification import suggest

COLUMNS, ROWS, ROUNDS = 36, 1_000, 5
LINES, LINE_VALUES = 5_000, 200
"""What the command is timed on: as many columns as a large catalogue's nightly scan, of 200 values each."""
METHODS = (
    "name", "first_name", "last_name", "email", "phone_number", "street_address", "city", "postcode", "country", "company",
    "job", "ssn", "credit_card_number", "iban", "ipv4", "mac_address", "uuid4", "url", "user_name", "sentence", "date",
    "iso8601", "license_plate", "password",
)  # fmt: skip
PATTERNS = tuple(re.compile(rf"\w{{{number}}}[-.@ ]\d{{2,4}}|[A-Z]{{{number},}}\d+") for number in range(1, 21))


def _columns() -> list[ColumnSample]:
    fake = Faker("en_US")
    fake.seed_instance(1)
    choose = random.Random(1)  # noqa: S311 -- benchmark data
    columns: dict[str, tuple[str, ...]] = {
        method: tuple(str(getattr(fake, method)()) for _ in range(ROWS)) for method in METHODS
    }
    while len(columns) < COLUMNS:
        top = 10 ** (len(columns) % 9 + 1)
        columns[f"amount_{len(columns)}"] = tuple(str(choose.randint(0, top)) for _ in range(ROWS))
    return [ColumnSample("bench", name, values, tuple(columns)) for name, values in columns.items()]


def _median_s(work: Callable[[], object]) -> float:
    times: list[float] = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def print_speed(corpora: list[Path]) -> None:
    """Prints the median seconds of `suggest` beside the reference of the same run, and columns/s of the command."""
    columns = _columns()

    def reference() -> int:
        return sum(
            pattern.fullmatch(value or "") is not None
            for column in columns
            for value in column.values
            for pattern in PATTERNS
        )

    suggest(columns[:1])
    seconds, plain = _median_s(lambda: suggest(columns)), _median_s(reference)
    print(f"classify: {COLUMNS} columns x {ROWS} values in {seconds:.3f} s (median of {ROUNDS}), goal 0.5 s")
    print(f"reference: 20 plain regular expressions over the same values in {plain:.3f} s; ratio {seconds / plain:.2f}")
    for kind, labelled in (("generated", generate_columns(tables=100, seed=LINES)), ("corpus", read_corpus(corpora))):
        if labelled:
            print_command_speed(kind, labelled)


def print_command_speed(kind: str, columns: list[LabelledColumn]) -> None:
    """Prints what `./pursight classify` takes from its start to its end: for one column, and per second for many."""
    choose = random.Random(2)  # noqa: S311 -- benchmark data
    with tempfile.TemporaryFile("w+") as one, tempfile.TemporaryFile("w+") as many:
        for file, count in ((one, 1), (many, LINES)):
            for line in range(count):
                column = columns[line % len(columns)]
                record = {"id": line, "table": column.table, "column": column.column}
                values = choose.choices(column.values, k=LINE_VALUES)
                file.write(json.dumps(record | {"values": values, "table_columns": column.table_columns}) + "\n")
            file.flush()
        start_s = statistics.median(_command_s(one, 1) for _ in range(3))
        total_s = statistics.median(_command_s(many, LINES) for _ in range(3))
    print(f"command, {kind} columns: one in {start_s:.2f} s from start to end (median of 3), goal 2 s")
    print(
        f"command, {kind} columns: {LINES} of {LINE_VALUES} values in {total_s:.2f} s from start to end (median of 3): "
        f"{LINES / total_s:.0f} columns/s, goal 600"
    )


def _command_s(lines: IO[str], count: int) -> float:
    lines.seek(0)
    started = time.perf_counter()
    answer = subprocess.run(
        [sys.executable, "-m", "pursight_app", "classify", "-"],
        stdin=lines,
        capture_output=True,
        text=True,
        check=True,
        cwd=PROJECT_ROOT,
    )
    seconds = time.perf_counter() - started
    answered = answer.stdout.count("\n")
    if answered != count:
        sys.exit(f"classify answered {answered} of {count} lines")
    return seconds
