"""Pipelines with known sins, optimised by PurSight beside somebody's hand, random search and Optuna's TPE.

`./pursight bench pipelines [--scale 1] [--only P5] [--trials 8] [--log 200]`. One session of Spark for all runs of a
pipeline, baseline and hand-tuned in the same one; seconds are those of the work without Spark's start. At scale 1 all of it takes
hours on two cores, so `--rows FILE` keeps each pipeline's row: what is there is not measured again. `--part log` times the
diagnosis of a large event log, `--part monitor` runs one pipeline in turn without its monitor and with one that looks all the
time, `--part history` times what people look at of a pipeline with 100,000 runs.
"""

import argparse
import json
import math
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import spearmanr
from sqlalchemy import text
from sqlmodel import Session

from benchmarks.bench_home import empty_home, running_home
from benchmarks.pipelines_bed import make_bed, pipelines
from pursight_app.assistant.pipeline_cost_model import PipelineCostModel
from pursight_app.assistant.pipeline_tuner import knobs
from pursight_app.core.db import unit_of_work
from pursight_app.core.definitions import Definition, parse_definition
from pursight_app.core.settings import PROJECT_ROOT
from pursight_app.models import PipelineRun
from pursight_app.optimizers.base import Seen, diagnose
from pursight_app.services.optimization.changes import base_key, find_changes, put_together
from pursight_app.services.optimization.trials import Bench, search
from pursight_app.services.pipelines import (
    create_pipeline,
    execution,
    get_pipeline,
    get_run,
    list_pipelines,
    list_runs,
    request_run,
    sweep_runs,
)
from pursight_app.services.pipelines.history import compare_outputs
from pursight_app.spark.event_log import read_event_log
from pursight_app.spark.jobs import Application, SparkJob
from tests.factories import make_office

PARTS = ("gain", "log", "monitor", "history")
ROUNDS = 3


def optimise(
    name: str, registered: Mapping[str, Any], tuned: Mapping[str, Any], *, trials: int, home: Path, has_peers: bool
) -> dict[str, Any]:
    """One pipeline: what PurSight gains with at most `trials` trials, and what somebody gained by hand."""
    definition, by_hand = parse_definition(registered), parse_definition(tuned)
    job = SparkJob(home / "jobs" / name.replace(" ", "-"))
    job.start(name, definition.spark_conf, stays=True)
    bench = Bench(job, definition, lambda _: None, lambda: None, budget_s=7_200)
    try:
        baseline = bench.run_baseline()
        path = job.event_log()
        assert path is not None  # noqa: S101  Spark has run
        execution = read_event_log(path)
        bench.cores = execution.cores
        found = diagnose(execution)
        bench.seen = Seen(found, baseline.inputs, {each.name: each.path for each in definition.inputs})
        changes = find_changes(definition, execution, bench.seen)
        model = PipelineCostModel()
        prices = {change.key: model.price(base_key(change.key), change.features) for change in changes}
        bench.run_baseline()
        best = search(bench, changes, {key: price.gain or 0.0 for key, price in prices.items()}, most=trials)
        reference = min((bench.run(by_hand) for _ in range(2)), key=lambda each: each.duration_s)
        assert bench.baseline is not None  # noqa: S101  it ran
        is_same = not compare_outputs(list(bench.baseline.outputs), list(reference.outputs))
        tried, ours = (
            list(bench.trials),
            put_together(definition, bench.seen, best.keys, best.knobs) if best else definition,
        )
        variants = {"registered": definition, "ours": ours, "by_hand": by_hand}
        if has_peers:
            variants |= {label: guess(bench, trials) for label, guess in (("random", _random), ("tpe", _tpe))}
        again = _once_more(bench, variants)
    finally:
        job.stop()
    gain, wanted = again["registered_s"] - again["ours_s"], again["registered_s"] - again["by_hand_s"]
    return {
        "pipeline": name, **again, "by_hand_is_same": is_same,
        "share_of_gain": round(gain / wanted, 3) if by_hand != definition else None, "trials": len(tried),
        "changes": list(best.keys) if best else [], "knobs": dict(best.knobs) if best else {},
        "bottlenecks": [one.kind for one in found[:5]],
        "expected": {key: [price.gain, price.low, price.high] for key, price in prices.items()},
        "measured": {change.key: 1 - ratio for change in changes if (ratio := bench.effect_of(change.key, best)) is not None},
        "tried": [trial.as_json() for trial in tried],
    }  # fmt: skip


def _once_more(bench: Bench, variants: Mapping[str, Definition]) -> dict[str, float]:
    """Median seconds of each, in turn: the best of a search is one lucky run, and what was measured first was colder."""
    different: list[Definition] = []
    for variant in variants.values():
        if variant not in different:
            different.append(variant)
    seconds: list[list[float]] = [[] for _ in different]
    for _ in range(ROUNDS):
        for variant, each in zip(different, seconds, strict=True):
            result = bench.run(variant)
            if result.status != "succeeded":
                sys.exit(f"A variant failed when it ran once more: {result.error}")
            each.append(result.duration_s)
    return {f"{name}_s": statistics.median(seconds[different.index(variant)]) for name, variant in variants.items()}


def _best_of(
    bench: Bench, trials: int, choose: Callable[[int], dict[str, str]], tell: Callable[[int, float], None]
) -> Definition:
    best, best_s = bench.definition, bench.base_s
    for number in range(trials):
        variant = bench.definition.with_conf(choose(number))
        result = bench.run(variant, limit_s=max(20.0, 1.5 * bench.base_s))
        seconds = result.duration_s if result.status == "succeeded" else 1.5 * bench.base_s
        tell(number, seconds)
        if seconds < best_s:
            best, best_s = variant, seconds
    return best


def _random(bench: Bench, trials: int) -> Definition:
    """Settings at random, from the same knobs."""
    dice = np.random.default_rng(7)
    return _best_of(
        bench,
        trials,
        lambda _: {key: str(int(dice.choice(values))) for key, values in knobs(bench.cores).items()},
        lambda *_: None,
    )


def _tpe(bench: Bench, trials: int) -> Definition:
    """Optuna's TPE from scratch on the same knobs."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=7))
    asked: dict[int, Any] = {}

    def choose(number: int) -> dict[str, str]:
        asked[number] = study.ask()
        return {
            key: str(asked[number].suggest_categorical(key, list(values))) for key, values in knobs(bench.cores).items()
        }

    return _best_of(bench, trials, choose, lambda number, seconds: study.tell(asked[number], seconds))


def report(rows: list[dict[str, Any]]) -> None:
    """A line for each pipeline, and how right the expectations were."""
    for row in rows:
        share = (
            f"{100 * row['share_of_gain']:.0f} % of the hand's gain"
            if row["share_of_gain"] is not None
            else "nothing to gain"
        )
        others = ", ".join(f"{name} {row[f'{name}_s']:.1f}" for name in ("random", "tpe") if f"{name}_s" in row)
        print(
            f"{row['pipeline']:<18} registered {row['registered_s']:6.1f} s, ours {row['ours_s']:6.1f}, by hand {row['by_hand_s']:6.1f} "
            f"({share}), {others}; {row['trials']} trials: {', '.join([*row['changes'], *row['knobs']]) or 'left alone'}"
        )
    pairs = [(*row["expected"][key], gain) for row in rows for key, gain in row["measured"].items()]
    if len(known := [pair for pair in pairs if pair[0] is not None]) > 3:
        ranks = spearmanr([pair[0] for pair in known], [pair[3] for pair in known]).statistic
        inside = sum(low <= gain <= high for _, low, high, gain in known)
        print(
            f"{len(known)} changes with an expected gain and a measured one: rank correlation {ranks:.2f} (goal 0.6), "
            f"{inside} inside the stated interval (goal 80 %); {len(pairs) - len(known)} of which nothing was expected"
        )
    tuned = [row for row in rows if row["share_of_gain"] is not None]
    reached = sum(row["share_of_gain"] >= 0.8 for row in tuned)
    print(f"at least 80 % of the hand's gain: {reached} of {len(tuned)}")
    for name in ("random", "tpe"):
        beside = [row["ours_s"] / row[f"{name}_s"] for row in tuned if f"{name}_s" in row]
        if beside:
            won = sum(ratio < 1 for ratio in beside)
            print(
                f"quicker than what {name} found: {won} of {len(beside)}, {statistics.median(beside):.2f} of its time at the median"
            )


def monitoring(definition: Mapping[str, Any], runs: int) -> None:
    """What watching costs: every other run is looked at as often as can be, for one look a second is lost in the noise of runs."""
    seconds: dict[bool, list[float]] = {True: [], False: []}
    looks, look, every_s = 0, execution.read_live, execution.METRICS_EVERY_S

    def counted(application: Application) -> dict[str, Any] | None:
        nonlocal looks
        looks += 1
        return look(application)

    execution.read_live, execution.LOOK_EVERY_S = counted, 0.01
    with running_home():
        office = make_office()
        with unit_of_work() as session:
            pipeline, _ = create_pipeline(
                session, office.engineer, office.workspace_id, name="Watched", definition=definition
            )
        for number in range(2 * runs + 1):
            is_watched = bool(number % 2)
            execution.METRICS_EVERY_S = 0.0 if is_watched else math.inf
            with unit_of_work() as session:
                run_id = request_run(session, office.engineer, pipeline.id).id
            execution.run_pipeline(run_id)
            with unit_of_work() as session:
                run = session.get_one(PipelineRun, run_id)
                assert run.duration_s, run.error  # noqa: S101  a run that fails measures nothing
                if number:
                    # The first one has found the files in no cache of the system.
                    seconds[is_watched].append(run.duration_s)
            print(f"{'watched' if is_watched else 'alone':<8} {run.duration_s:.2f} s, {looks} looks so far", flush=True)
    watched, alone = (statistics.median(seconds[is_watched]) for is_watched in (True, False))
    look_s = (watched - alone) / (looks / runs)
    print(
        f"median watched {watched:.2f} s, alone {alone:.2f} s, {looks / runs:.0f} looks a run: {1000 * look_s:.1f} ms for each. "
        f"One look in {every_s:g} s costs {100 * look_s / every_s:.2f} % (goal < 2 %)"
    )


def large_log(megabytes: int) -> None:
    """Diagnosis of one event log of this size, in a process of its own whose memory is measured."""
    with tempfile.TemporaryDirectory(prefix="psb-log-") as folder:
        path = Path(folder) / "eventlog"
        _write_log(path, megabytes * 1024 * 1024)
        started = time.monotonic()
        subprocess.run(
            [sys.executable, "-m", "pursight_app", "diagnose", str(path), "--format", "json"],
            cwd=PROJECT_ROOT,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        took, most = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(
            f"diagnosis of a log of {path.stat().st_size / 1e6:.0f} MB: {took:.1f} s (goal 20), {most:.0f} MB (goal 500)"
        )


def _write_log(path: Path, size: int) -> None:
    """Many stages of many tasks, each event as Spark writes it, accumulables and all."""
    accumulables = [
        {
            "ID": number,
            "Name": f"internal.metrics.figure{number}",
            "Update": 1,
            "Value": 1,
            "Internal": True,
            "Count Failed Values": True,
        }
        for number in range(18)
    ]
    with path.open("w") as file:
        for event in (
            {"Event": "SparkListenerLogStart", "Spark Version": "4.3.0"},
            {
                "Event": "SparkListenerApplicationStart",
                "App Name": "large",
                "App ID": "app-1",
                "Timestamp": 0,
                "User": "me",
            },
            {
                "Event": "SparkListenerExecutorAdded",
                "Timestamp": 0,
                "Executor ID": "0",
                "Executor Info": {"Host": "h", "Total Cores": 64},
            },
        ):
            file.write(json.dumps(event, separators=(",", ":")) + "\n")
        stage = 0
        while file.tell() < size:
            info = {
                "Stage ID": stage,
                "Stage Attempt ID": 0,
                "Stage Name": f"stage {stage}",
                "Number of Tasks": 400,
                "RDD Info": [],
            }
            begin = stage * 1_000
            job = {
                "Event": "SparkListenerJobStart",
                "Job ID": stage,
                "Submission Time": begin,
                "Stage IDs": [stage],
                "Properties": {},
            }
            file.write(json.dumps(job, separators=(",", ":")) + "\n")
            for number in range(400):
                task = {
                    "Task ID": stage * 400 + number,
                    "Launch Time": begin,
                    "Finish Time": begin + 900,
                    "Executor ID": "0",
                    "Failed": False,
                    "Killed": False,
                }
                ids = {"Stage ID": stage, "Stage Attempt ID": 0}
                file.write(
                    json.dumps({"Event": "SparkListenerTaskStart", **ids, "Task Info": task}, separators=(",", ":"))
                    + "\n"
                )
                metrics = {
                    "Executor Run Time": 850,
                    "Executor CPU Time": 10**9,
                    "Shuffle Read Metrics": {"Local Bytes Read": 10**6},
                }
                end = {
                    "Event": "SparkListenerTaskEnd", **ids, "Task Type": "ResultTask", "Task End Reason": {"Reason": "Success"},
                    "Task Info": {**task, "Accumulables": accumulables}, "Task Metrics": metrics,
                }  # fmt: skip
                file.write(json.dumps(end, separators=(",", ":")) + "\n")
            done = {
                "Event": "SparkListenerStageCompleted",
                "Stage Info": {**info, "Submission Time": begin, "Completion Time": begin + 950},
            }
            ended = {
                "Event": "SparkListenerJobEnd",
                "Job ID": stage,
                "Completion Time": begin + 960,
                "Job Result": {"Result": "JobSucceeded"},
            }
            file.write(json.dumps(done, separators=(",", ":")) + "\n" + json.dumps(ended, separators=(",", ":")) + "\n")
            stage += 1


_MANY_RUNS = """
INSERT INTO pipeline_run (id, created_at, workspace_id, pipeline_id, version, status, reason, app_id, duration_s, outputs,
                          figures, bottlenecks, open_lineage, open_lineage_sent, started_at, finished_at, fence)
SELECT gen_random_uuid(), at, sample.workspace_id, sample.pipeline_id, 1, 'succeeded', 'scheduled', 'app-' || n, 20 + n % 7,
       sample.outputs, sample.figures, sample.bottlenecks, sample.open_lineage, jsonb_array_length(sample.open_lineage), at, at, 1
FROM pipeline_run sample, generate_series(1, :count) n, LATERAL (SELECT now() - n * interval '5 minutes' AS at) times
WHERE sample.id = :run_id
"""
_MANY_STAGES = """
INSERT INTO pipeline_stage (id, created_at, workspace_id, pipeline_run_id, stage_id, attempt, name, submitted_at_ms, duration_ms,
                            figures)
SELECT gen_random_uuid(), run.created_at, run.workspace_id, run.id, stage.stage_id, 0, stage.name, stage.submitted_at_ms,
       stage.duration_ms, stage.figures
FROM pipeline_run run JOIN pipeline_stage stage ON stage.pipeline_run_id = :run_id
WHERE run.pipeline_id = :pipeline_id AND run.id != :run_id
"""


def history(definition: Mapping[str, Any], runs: int) -> None:
    """Pages of one pipeline with as many runs, each with the stages of a real one."""
    with running_home():
        office = make_office()
        with unit_of_work() as session:
            pipeline, _ = create_pipeline(
                session, office.engineer, office.workspace_id, name="Old", definition=definition
            )
            run_id = request_run(session, office.engineer, pipeline.id).id
        execution.run_pipeline(run_id)
        with unit_of_work() as session:
            given = {"run_id": run_id, "pipeline_id": pipeline.id}
            session.connection().execute(text(_MANY_RUNS), {"count": runs, **given})
            stages = session.connection().execute(text(_MANY_STAGES), given).rowcount
            session.connection().execute(text("ANALYZE pipeline_run, pipeline_stage"))
        print(f"one pipeline with {runs + 1:,} runs, {stages:,} stages")
        actor = office.engineer
        looks: Mapping[str, Callable[[Session], object]] = {
            "list of pipelines": lambda session: list_pipelines(session, actor, office.workspace_id),
            "pipeline": lambda session: get_pipeline(session, actor, pipeline.id),
            "newest 25 runs": lambda session: list_runs(session, actor, pipeline.id, limit=25),
            "oldest 25 runs": lambda session: list_runs(session, actor, pipeline.id, limit=25, offset=runs - 25),
            "run": lambda session: get_run(session, actor, run_id),
            "sweep of lost runs": lambda _: sweep_runs(),
        }
        for name, look in looks.items():
            times = []
            for _ in range(40):
                started = time.monotonic()
                with unit_of_work() as session:
                    look(session)
                times.append(1000 * (time.monotonic() - started))
            print(f"{name:<20} p50 {np.quantile(times, 0.5):6.1f} ms, p95 {np.quantile(times, 0.95):6.1f} ms")


def main() -> None:
    """Prints every figure beside its goal."""
    parser = argparse.ArgumentParser(prog="pursight bench pipelines", description=__doc__)
    parser.add_argument("--part", action="append", choices=PARTS, default=[], help="only this part; may be repeated")
    parser.add_argument(
        "--scale", type=float, default=1.0, help="scale of TPC-H; the figures of the design notes are of 1"
    )
    parser.add_argument("--only", action="append", default=[], help="only pipelines that begin so, such as P5")
    parser.add_argument("--trials", type=int, default=8)
    parser.add_argument(
        "--peers", action=argparse.BooleanOptionalAction, default=True, help="also random search and Optuna's TPE"
    )
    parser.add_argument("--log", type=int, default=200, help="megabytes of the event log")
    parser.add_argument(
        "--bed", type=Path, default=Path(tempfile.gettempdir()) / "pursight-bed", help="where the data lie; kept"
    )
    parser.add_argument("--rows", type=Path, help="file with a line of JSON for each pipeline that was measured")
    parser.add_argument("--history", type=int, default=100_000, help="runs of one pipeline")
    parser.add_argument("--runs", type=int, default=8, help="runs with the monitor, and as many without")
    given = parser.parse_args()
    parts = given.part or list(PARTS)
    bed = given.bed / str(given.scale)
    if parts != ["log"]:
        make_bed(bed, given.scale)
    if "log" in parts:
        large_log(given.log)
    if "gain" in parts:
        gains(bed, given)
    if "monitor" in parts:
        with tempfile.TemporaryDirectory(prefix="psb-out-") as out:
            monitoring(pipelines(bed, Path(out) / "out")["P1 partitions"][0], given.runs)
    if "history" in parts:
        with tempfile.TemporaryDirectory(prefix="psb-out-") as out:
            history(pipelines(bed, Path(out) / "out")["P10 control"][0], given.history)


def gains(bed: Path, given: argparse.Namespace) -> None:
    """Every pipeline that was asked for and is not in the file yet, then the report over all of the file."""
    lines = given.rows.read_text().splitlines() if given.rows and given.rows.exists() else []
    rows = [json.loads(line) for line in lines]
    with empty_home() as home:
        for name, (registered, tuned) in pipelines(bed, home / "out").items():
            is_wanted = not given.only or name.split()[0] in given.only
            if is_wanted and name not in {row["pipeline"] for row in rows}:
                rows.append(optimise(name, registered, tuned, trials=given.trials, home=home, has_peers=given.peers))
                report(rows[-1:])
                if given.rows:
                    with given.rows.open("a") as file:
                        file.write(json.dumps(rows[-1]) + "\n")
    report(rows)


if __name__ == "__main__":
    main()
