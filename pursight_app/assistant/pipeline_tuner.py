"""Chooses settings to try: Bayesian optimisation with a Gaussian process, never where it expects harm beyond the guard.

Few and bounded knobs, each on a log scale; it starts from what is known of the incumbent, and stops when no setting promises
more than the noise. After Sui et al. 2015 (safe exploration): a setting is tried only if the pessimistic prediction stays
within the guard.
"""

import itertools
import math
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
KNOBS: Mapping[str, tuple[int, ...]] = {
    "spark.sql.shuffle.partitions": (4, 8, 16, 32, 64, 200),
    "spark.sql.files.maxPartitionBytes": (32 * MIB, 64 * MIB, 128 * MIB, 256 * MIB),
    "spark.sql.autoBroadcastJoinThreshold": (10 * MIB, 64 * MIB, 200 * MIB),
}
DEFAULTS: Mapping[str, int] = {
    "spark.sql.shuffle.partitions": 200, "spark.sql.files.maxPartitionBytes": 128 * MIB, "spark.sql.autoBroadcastJoinThreshold": 10 * MIB,
}  # fmt: skip
# A setting may be expected to be this much slower than the incumbent at most, and has to promise this much to be tried.
GUARD, LEAST_PROMISE = 0.3, 0.03
Setting = dict[str, str]


def next_setting(conf: Mapping[str, str], tried: Sequence[tuple[Mapping[str, str], float]]) -> Setting | None:
    """The next knobs to try on top of a configuration, given (knobs, seconds) of what was tried; None: nothing promises enough.

    The first of `tried` is the incumbent with its own settings.
    """
    grid = [dict(zip(KNOBS, values, strict=True)) for values in itertools.product(*KNOBS.values())]
    known = [{key: int(knobs.get(key, conf.get(key, DEFAULTS[key]))) for key in KNOBS} for knobs, _ in tried]
    times = np.array([math.log(max(1e-3, seconds)) for _, seconds in tried])
    rows = np.array([_scaled(each) for each in known])
    left = [each for each in grid if each not in known]
    if not left:
        return None
    kernel: Any = 0.3**2 * _Matern(
        length_scale=np.full(len(KNOBS), 1.5), length_scale_bounds="fixed", nu=2.5
    ) + WhiteKernel(0.05**2, "fixed")
    process: Any = _Process(kernel, normalize_y=False, random_state=7, optimizer=None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        process.fit(rows, times - times.min())
    mean, spread = process.predict(np.array([_scaled(each) for each in left]), return_std=True)
    is_safe = mean + 0.5 * spread <= GUARD
    promise = np.where(is_safe, -(mean - spread), -np.inf)
    best = int(np.argmax(promise))
    if not np.isfinite(promise[best]) or promise[best] < LEAST_PROMISE:
        return None
    return {key: str(value) for key, value in left[best].items() if value != known[0][key]}


def _scaled(setting: Mapping[str, Any]) -> list[float]:
    return [math.log2(setting[key]) / 2 for key in KNOBS]
