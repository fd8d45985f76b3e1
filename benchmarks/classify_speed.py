"""Seconds to classify 36 columns of 1,000 values, beside 20 plain regular expressions. Part of `./pursight bench classify`."""

import random
import re
import statistics
import time
from collections.abc import Callable

from faker import Faker

from pursight_app.detectors.base import ColumnSample
from pursight_app.services.classification import suggest

COLUMNS, ROWS, ROUNDS = 36, 1_000, 5
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


def print_speed() -> None:
    """Prints the median seconds of `suggest` and its ratio to the reference of the same run."""
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
