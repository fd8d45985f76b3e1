"""What is said of runs before and after a change: medians, and an interval only where runs say something of spread."""

import pytest

from pursight_app.services.optimization.deployments import is_slower, report_of


def test_an_interval_needs_more_than_one_run_on_each_side() -> None:
    alone = report_of([12.0], [36.0])
    assert (alone["speedup"], alone["speedup_low"], alone["speedup_high"]) == (pytest.approx(0.333), None, None)

    several = report_of([12.0, 11.0, 13.0], [4.0, 5.0, 4.5])
    assert several["speedup_low"] < several["speedup"] < several["speedup_high"]
    assert several["speedup"] == pytest.approx(12 / 4.5, abs=1e-3)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([10.0], [19.0], False),
        ([10.0], [21.0], True),
        ([10.0, 10.0], [11.0, 11.2], False),
        ([10.0, 10.0], [12.0, 12.2], True),
        ([10.0, 10.1, 9.9, 10.2], [10.8, 10.9, 10.7, 11.0], True),
        ([10.0, 12.0, 9.0, 11.0], [10.9, 9.5, 11.5, 10.2], False),
        ([], [30.0, 30.0], False),
    ],
)
def test_slower_is_what_goes_beyond_noise(before: list[float], after: list[float], expected: bool) -> None:
    assert is_slower(before, after) is expected
