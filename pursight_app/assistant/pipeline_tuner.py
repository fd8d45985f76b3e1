"""Chooses settings to try: Bayesian optimisation with a Gaussian process, never where it expects harm beyond the guard.

Few and bounded knobs, each on a log scale; it starts from what is known of the incumbent and from what holds of Spark in
general (a few tasks for each core, no small reads), and stops when no setting promises more than the noise. After Sui et al.
2015 (safe exploration): a setting is tried only if the pessimistic prediction stays within the guard.
"""

import itertools
import math
import re
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import Matern, WhiteKernel

MIB = 1024 * 1024
# scikit-learn's own hints know neither a scale per dimension nor a fixed kernel.
_Matern: Any = Matern
_Process: Any = GaussianProcessRegressor
PARTITIONS, READ, BROADCAST = (
    "spark.sql.shuffle.partitions", "spark.sql.files.maxPartitionBytes", "spark.sql.autoBroadcastJoinThreshold",
)  # fmt: skip
DEFAULTS: Mapping[str, int] = {PARTITIONS: 200, READ: 128 * MIB, BROADCAST: 10 * MIB}
# What is expected before anything is tried, in logarithms of time: the square of how far the number of partitions is from so
# many a core, and the halvings of what is read at once. Both are of the size that the bench showed; trials overrule them.
TASKS_PER_CORE, TOO_MANY_OR_FEW, SMALL_READ = 8, 0.02, 0.035
# A setting may be expected to be this much slower than the incumbent at most, and has to promise this much to be tried.
GUARD, LEAST_PROMISE = 0.3, 0.03
_SIZE = re.compile(r"(-?[0-9]+)\s*([bkmgtp]?)b?")
Setting = dict[str, str]


def knobs(cores: int) -> dict[str, tuple[int, ...]]:
    """Every value that is tried of each setting, where Spark has as many cores."""
    partitions = {max(1, cores) * tasks for tasks in (2, 4, 8, 16, 32)} | {DEFAULTS[PARTITIONS]}
    return {
        PARTITIONS: tuple(sorted(partitions)),
        READ: (32 * MIB, 64 * MIB, 128 * MIB, 256 * MIB),
        BROADCAST: (10 * MIB, 64 * MIB, 200 * MIB),
    }


def next_setting(
    conf: Mapping[str, str], tried: Sequence[tuple[Mapping[str, str], float]], cores: int
) -> Setting | None:
    """The next knobs to try on top of a configuration, given (knobs, seconds) of what was tried; None: nothing promises enough.

    The first of `tried` is the incumbent with its own settings.
    """
    grid = [dict(zip(DEFAULTS, values, strict=True)) for values in itertools.product(*knobs(cores).values())]
    known = [{key: _number({**conf, **given}.get(key), usual) for key, usual in DEFAULTS.items()} for given, _ in tried]
    times = np.array([math.log(max(1e-3, seconds)) for _, seconds in tried])
    left = [each for each in grid if each not in known]
    if not left:
        return None
    expected = [np.array([_expected(each, cores) for each in settings]) for settings in (known, left)]
    kernel: Any = 0.3**2 * _Matern(
        length_scale=np.full(len(DEFAULTS), 1.5), length_scale_bounds="fixed", nu=2.5
    ) + WhiteKernel(0.05**2, "fixed")
    process: Any = _Process(kernel, normalize_y=False, random_state=7, optimizer=None)
    surprise = times - times[0] - (expected[0] - expected[0][0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        process.fit(np.array([_scaled(each) for each in known]), surprise)
    mean, spread = process.predict(np.array([_scaled(each) for each in left]), return_std=True)
    # From here on relative to the best that was tried.
    mean = mean + expected[1] - expected[0][0] + times[0] - times.min()
    is_safe = mean + 0.5 * spread <= GUARD
    promise = np.where(is_safe, -(mean - spread), -np.inf)
    best = int(np.argmax(promise))
    if not np.isfinite(promise[best]) or promise[best] < LEAST_PROMISE:
        return None
    return {key: str(value) for key, value in left[best].items() if value != known[0][key]}


def _number(text: str | None, usual: int) -> int:
    """What a setting says, in bytes or as a count; Spark takes sizes such as 64MB."""
    found = _SIZE.fullmatch(text.strip().lower()) if text else None
    return int(found[1]) * 1024 ** "bkmgtp".index(found[2] or "b") if found else usual


def _expected(setting: Mapping[str, int], cores: int) -> float:
    distance = math.log2(max(1, setting[PARTITIONS]) / (TASKS_PER_CORE * max(1, cores)))
    return TOO_MANY_OR_FEW * distance**2 - SMALL_READ * math.log2(max(1, setting[READ]))


def _scaled(setting: Mapping[str, int]) -> list[float]:
    # A threshold may be -1: no broadcast at all.
    return [math.log2(max(1, setting[key])) / 2 for key in DEFAULTS]
