"""What stands above a plan: nothing is called tried that was not."""

from uuid import uuid4

import pytest

from pursight_app.models import OptimizationPlan
from state.pipeline_plan import _lead

TRIAL = {"label": "with: a change", "duration_s": 5.0}


@pytest.mark.parametrize(
    ("trials", "optimized_s", "has_changes", "words"),
    [
        ([TRIAL], 5.0, True, "2.0 times as fast, with the same results"),
        ([TRIAL], None, True, "No change that was tried"),
        ([], None, True, "Nothing was tried"),
        ([], None, False, "Nothing that PurSight knows"),
    ],
)
def test_a_plan_says_what_it_rests_on(
    trials: list[dict[str, object]], optimized_s: float | None, has_changes: bool, words: str
) -> None:
    plan = OptimizationPlan(
        workspace_id=uuid4(), pipeline_id=uuid4(), version=1, status="ready", baseline_s=10.0, optimized_s=optimized_s,
        trials=trials,
    )  # fmt: skip

    assert words in _lead(plan, has_changes=has_changes)


def test_while_a_plan_is_made_nothing_is_said() -> None:
    assert _lead(OptimizationPlan(workspace_id=uuid4(), pipeline_id=uuid4(), version=1), has_changes=False) == ""
