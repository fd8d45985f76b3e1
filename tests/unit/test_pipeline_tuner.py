"""The tuner against surfaces whose best setting is known."""

import math
from collections.abc import Callable, Mapping

import pytest

from pursight_app.assistant.pipeline_tuner import BROADCAST, DEFAULTS, MIB, PARTITIONS, READ, knobs, next_setting

Surface = Callable[[Mapping[str, int]], float]


def surface(partitions: int, *, read: float = 0.0, broadcast: float = 0.0) -> Surface:
    """Seconds by settings: least with so many partitions, and changed by so much for each doubling of the other two."""

    def seconds(setting: Mapping[str, int]) -> float:
        far = math.log2(setting[PARTITIONS] / partitions)
        return 10 * math.exp(
            0.02 * far**2 + read * math.log2(setting[READ] / MIB) + broadcast * math.log2(setting[BROADCAST] / MIB)
        )

    return seconds


def tuned(seconds: Surface, *, tries: int = 5, cores: int = 2) -> list[float]:
    """What the incumbent and each try took."""
    tried: list[tuple[Mapping[str, str], float]] = [({}, seconds(DEFAULTS))]
    while len(tried) <= tries and (setting := next_setting({}, tried, cores)):
        assert setting not in [given for given, _ in tried]
        tried.append((setting, seconds(DEFAULTS | {key: int(value) for key, value in setting.items()})))
    return [each for _, each in tried]


@pytest.mark.parametrize(
    "seconds",
    [surface(16, read=-0.03), surface(32, read=-0.03, broadcast=-0.03), surface(4), surface(64, broadcast=-0.05)],
)
def test_five_tries_come_within_a_tenth_of_the_best_setting(seconds: Surface) -> None:
    best = min(
        seconds({PARTITIONS: partitions, READ: read, BROADCAST: broadcast})
        for partitions in knobs(2)[PARTITIONS] for read in knobs(2)[READ] for broadcast in knobs(2)[BROADCAST]
    )  # fmt: skip

    assert min(tuned(seconds)) <= 1.1 * best


def test_the_first_try_is_a_few_tasks_for_each_core() -> None:
    for cores in (2, 64):
        setting = next_setting({}, [({}, 10.0)], cores)
        assert setting is not None
        assert 4 <= int(setting[PARTITIONS]) / cores <= 16


def test_what_trials_say_overrules_what_was_expected() -> None:
    seconds = surface(200, read=0.05, broadcast=0.1)
    took = tuned(seconds, tries=8)

    # Two bad tries at most are twice as slow: the others stay near what is known to be good.
    assert sum(each > 1.5 * took[0] for each in took) <= 2
    assert min(took) < 0.95 * took[0]


def test_where_everything_near_is_much_slower_nothing_promises_enough() -> None:
    took = tuned(lambda setting: 10.0 if setting == DEFAULTS else 30.0, tries=50)

    assert len(took) < 12


@pytest.mark.parametrize("written", ["-1", "64MB", "64m", " 67108864 ", "1g", "10485760b"])
def test_sizes_are_read_as_spark_reads_them(written: str) -> None:
    setting = next_setting({BROADCAST: written, READ: "128mb", PARTITIONS: "600"}, [({}, 10.0)], 2)

    assert setting is not None
    assert READ not in setting or setting[READ] != str(128 * MIB)
