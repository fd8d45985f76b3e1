"""Every abuse case of the security plan that this stage answers for has a test that bears its number."""

import re
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
_NAME = re.compile(
    r"""
    def\ test_
    (?P<numbers>(?:(?:[a-z]{2}|and)_\d{1,3}_(?:and_\d{1,3}_)*)+)   # au_18_, ac_30_and_36_
    """,
    re.VERBOSE,
)
CASES = {*range(1, 43), *range(51, 54), *range(58, 62), 63, 64, *range(71, 87), 91, *range(93, 97), *range(101, 105)}


def numbered() -> set[int]:
    names = "\n".join(file.read_text() for file in TESTS.rglob("test_*.py"))
    return {int(number) for found in _NAME.finditer(names) for number in re.findall(r"\d+", found["numbers"])}


def test_every_case_of_the_security_plan_has_a_test() -> None:
    assert sorted(CASES - numbered()) == []
