"""What a change is expected to save: by rules without history, by outcomes once they are better than the rules, with an interval."""

import math

import pytest

from pursight_app.assistant.pipeline_cost_model import LEAST_EXAMPLES, RULES_MISS, Example, PipelineCostModel

UDF = {"stake_ratio": 0.8, "prior_gain": 0.9}


def test_without_history_rules_decide_by_the_time_at_stake() -> None:
    price = PipelineCostModel().price("python_udf", UDF)

    assert price.gain == pytest.approx(0.72)
    assert price.low == pytest.approx(1 - 0.28 * math.exp(RULES_MISS), abs=1e-3)
    assert price.high == pytest.approx(1 - 0.28 * math.exp(-RULES_MISS), abs=1e-3)
    assert price.confidence < 0.7


def test_what_no_bottleneck_and_no_outcome_speaks_of_is_not_known() -> None:
    price = PipelineCostModel().price("python_udf", {"stake_ratio": 0.0, "prior_gain": 0.9})

    assert (price.gain, price.low, price.high, price.confidence) == (None, None, None, 0.0)


def test_outcomes_that_contradict_the_rules_are_learned() -> None:
    made = PipelineCostModel(
        [Example("python_udf", {**UDF, "busy_s": 10.0 + number}, math.log(0.9)) for number in range(LEAST_EXAMPLES * 2)]
    )
    price = made.price("python_udf", UDF)

    assert made.scores["learned"]
    assert made.scores["mean_error"] < made.scores["mean_error_of_rules"]
    assert price.gain == pytest.approx(0.1, abs=0.02)
    assert price.high - price.low < 0.1


def test_outcomes_that_the_rules_foresaw_better_change_nothing_but_the_interval() -> None:
    features = [{"stake_ratio": 0.05 + 0.9 * number / 29, "prior_gain": 0.9} for number in range(30)]
    made = PipelineCostModel(
        [
            Example("late_filter_stage", each, math.log(1 - each["stake_ratio"] * each["prior_gain"]))
            for each in features
        ]
    )

    assert not made.scores["learned"]
    assert made.price("late_filter_stage", UDF).gain == pytest.approx(0.72)
    assert made.scores["half_interval"] < RULES_MISS
