"""What a rule's condition may speak of, and its evaluation in CEL (https://cel.dev).

A condition sees `table` and, in rules of scope `column`, `column`:

- `table`: schema, name, kind, row_count, column_count, has_owner, has_description, data_classes, sensitivities,
  regulations (the last three are lists over the table's columns), unique_ratio (share of rows that the riskiest small set
  of columns singles out, 0-1) and k (rows in its smallest group), both 0 where that was not measured
- `column`: name, data_type, data_class, confidence, sensitivity, regulations, is_confirmed, is_primary_key,
  null_ratio, distinct_ratio, prevalence (share of values that matched, 0-1)

A finding exists while the condition is true.
"""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from pursight_app.core.errors import InvalidInputError

if TYPE_CHECKING:
    import cel

TABLE_FACTS: Mapping[str, object] = {
    "schema": "",
    "name": "",
    "kind": "table",
    "row_count": 0,
    "column_count": 0,
    "has_owner": False,
    "has_description": False,
    "data_classes": [""],
    "sensitivities": [""],
    "regulations": [""],
    "unique_ratio": 0.0,
    "k": 0,
}
COLUMN_FACTS: Mapping[str, object] = {
    "name": "",
    "data_type": "",
    "data_class": "",
    "confidence": 0.0,
    "sensitivity": "",
    "regulations": [""],
    "is_confirmed": False,
    "is_primary_key": False,
    "null_ratio": 0.0,
    "distinct_ratio": 0.0,
    "prevalence": 0.0,
}


@cache
def _program(condition: str) -> "cel.Program":
    # Half a second to import, and most processes never evaluate a rule.
    import cel

    return cel.compile(condition)


def evaluate(condition: str, facts: Mapping[str, Mapping[str, object]]) -> bool:
    """Whether the condition holds for `{"table": …, "column": …}`; about 10 µs.

    Raises:
        InvalidInputError: the condition is no CEL, names an unknown fact, or does not say true or false.
    """
    try:
        answer = _program(condition).execute({name: dict(values) for name, values in facts.items()})
    except (ValueError, TypeError, RuntimeError, KeyError) as error:
        raise InvalidInputError(f"The condition cannot be evaluated: {str(error)[:200]}") from None
    if not isinstance(answer, bool):
        raise InvalidInputError(f"The condition must say true or false; it says {type(answer).__name__}.")
    return answer


def check_condition(condition: str, *, scope: str) -> None:
    """Refuses a condition that could not be evaluated for every asset; tried on neutral facts.

    Raises:
        InvalidInputError: with what is wrong.
    """
    if len(condition) > 2_000:
        raise InvalidInputError("A condition has at most 2,000 characters.")
    facts = {"table": TABLE_FACTS} | ({"column": COLUMN_FACTS} if scope == "column" else {})
    evaluate(condition, facts)
