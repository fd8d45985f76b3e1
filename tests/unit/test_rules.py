"""Pack rules against facts; conditions that nobody can evaluate are refused."""

from pathlib import Path

import pytest
import yaml

from pursight_app.core.errors import InvalidInputError
from pursight_app.rules.environment import COLUMN_FACTS, TABLE_FACTS, check_condition, evaluate
from pursight_app.rules.packs import pack_rules

CASES = Path(__file__).resolve().parents[1] / "cases" / "rules"
RULES = {rule.key: rule for rule in pack_rules()}


def cases() -> list[tuple[str, bool, dict[str, dict[str, object]]]]:
    found = []
    for file in sorted(CASES.glob("*.yaml")):
        for key, both in yaml.safe_load(file.read_text()).items():
            found += [(key, True, facts) for facts in both["fails"]] + [(key, False, facts) for facts in both["passes"]]
    return found


def test_every_rule_has_cases_of_both_kinds() -> None:
    covered = {(key, outcome) for key, outcome, _ in cases()}

    assert covered == {(key, outcome) for key in RULES for outcome in (True, False)}


@pytest.mark.parametrize(("key", "fails", "given"), cases())
def test_a_rule_fails_where_it_should(key: str, fails: bool, given: dict[str, dict[str, object]]) -> None:
    facts = {"table": {**TABLE_FACTS, **given.get("table", {})}, "column": {**COLUMN_FACTS, **given.get("column", {})}}

    assert evaluate(RULES[key].condition, facts) is fails


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_every_condition_can_be_evaluated(rule: object) -> None:
    check_condition(rule.condition, scope=rule.scope)


@pytest.mark.parametrize(
    "condition",
    ["", "1 +", "'text'", "table.nope == 1", "column.name == ''", "x" * 3_000, "__import__('os')", "[" * 500],
)
def test_a_condition_that_says_nothing_is_refused(condition: str) -> None:
    with pytest.raises(InvalidInputError):
        check_condition(condition, scope="table")
