"""The model that prices changes: a newer one is used only when it does better on outcomes that neither has learned."""

import math

import pytest
from sqlmodel import col, select

from pursight_app.assistant.pipeline_cost_model import Example, held_back_scores
from pursight_app.core.db import unit_of_work
from pursight_app.models import CostModel
from pursight_app.services.optimization.learning import add_example, learn, load_model, model_quality
from tests.db.test_approvals import make_pipeline
from tests.factories import Office, make_office

FEATURES = {"stake_ratio": 0.8, "prior_gain": 0.9}


@pytest.fixture
def office(services: None) -> Office:
    return make_office()


def keep(office: Office, count: int, ratio: float, *, key: str = "python_udf", salt: float = 0.0) -> None:
    """Outcomes of changes of which the rules expect 72 % less time."""
    pipeline_id = make_pipeline(office, f"Outcomes {key} {count} {ratio} {salt}")
    with unit_of_work() as session:
        for number in range(count):
            add_example(
                session, workspace_id=office.workspace_id, pipeline_id=pipeline_id, recommendation_id=None, key=key,
                features={**FEATURES, "busy_s": 10 + number + salt}, ratio=ratio, expected=(0.72, 0.4, 0.86), origin="trial",
            )  # fmt: skip


def learned(office: Office) -> CostModel | None:
    with unit_of_work() as session:
        return learn(session, office.workspace_id)


def champion(office: Office) -> int:
    with unit_of_work() as session:
        wanted = select(CostModel.number).where(CostModel.workspace_id == office.workspace_id)
        return session.exec(wanted.where(col(CostModel.is_champion))).one()


def test_a_model_that_saw_what_the_rules_miss_takes_their_place(office: Office) -> None:
    keep(office, 3, 0.9)
    assert learned(office) is not None
    assert champion(office) == 1
    keep(office, 40, 0.9)

    made = learned(office)

    assert made is not None
    assert champion(office) == made.number == 2
    assert made.scores["held_back"]["mean_error"] < made.scores["held_back_before"]["mean_error"]
    with unit_of_work() as session:
        model, number = load_model(session, office.workspace_id)
        quality = model_quality(session, office.viewer, office.workspace_id)
    assert number == 2
    assert model.price("python_udf", {**FEATURES, "busy_s": 20}).gain == pytest.approx(0.1, abs=0.05)
    assert (quality["stated"], quality["inside"]) == (43, 0)
    assert [each["is_champion"] for each in quality["models"]] == [True, False]


def test_a_model_that_is_not_better_is_kept_but_not_used(office: Office) -> None:
    keep(office, 40, 0.9)
    assert learned(office) is not None
    # One outcome more of the same: nothing can be said better than before.
    keep(office, 1, 0.9, salt=0.5)

    made = learned(office)

    assert made is not None
    assert not made.is_champion
    assert champion(office) == 1
    assert learned(office) is not None, "what is not in use does not stop the next one"
    assert champion(office) == 1


def test_nothing_is_learned_twice_from_the_same_outcomes(office: Office) -> None:
    assert learned(office) is None
    keep(office, 3, 0.9)
    assert learned(office) is not None
    assert learned(office) is None


def test_both_are_measured_on_what_neither_has_learned() -> None:
    """Outcomes that follow no rule: who had seen them would know them by heart, and must not seem better for it."""
    examples = [
        Example("python_udf", {**FEATURES, "busy_s": float(number)}, math.log(0.2 if number % 2 else 0.9))
        for number in range(60)
    ]
    before, after = held_back_scores(examples, (0, len(examples)))
    assert after["mean_error"] > 0.5
    assert 0.0 <= before["inside"] <= 1.0
