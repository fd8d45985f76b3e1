"""Makes a plan in a worker: history, diagnosis, candidates, prices, trials (F4.3-15)."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import delete
from sqlmodel import Session, col

from pursight_app.assistant.pipeline_cost_model import Price
from pursight_app.core.clock import now
from pursight_app.core.db import unit_of_work
from pursight_app.core.definitions import Definition, parse_definition
from pursight_app.core.errors import PermissionDeniedError, PurSightError, ServiceUnavailableError
from pursight_app.models import OptimizationPlan, PlanStatus, Recommendation
from pursight_app.optimizers.base import Bottleneck, Seen, diagnose
from pursight_app.services import access
from pursight_app.services.leases import Heartbeat, LeaseLostError
from pursight_app.services.optimization.changes import (
    TUNING,
    Change,
    base_key,
    find_changes,
    is_tried,
    kind_of,
    put_together,
    what_changes,
)
from pursight_app.services.optimization.learning import add_example, learn, load_model
from pursight_app.services.optimization.progress import PlanLease, announce_plan, claim, hold
from pursight_app.services.optimization.trials import Bench, Trial, search
from pursight_app.services.pipelines.checks import resolve
from pursight_app.services.pipelines.history import MOST_BOTTLENECKS, as_json
from pursight_app.services.pipelines.inputs import Print, are_same, fingerprint
from pursight_app.services.pipelines.places import plan_folder
from pursight_app.services.pipelines.versions import version_of
from pursight_app.spark.event_log import read_event_log
from pursight_app.spark.jobs import Result, SparkJob

log = structlog.get_logger()
UNTRIED = ". It takes effect when Spark starts, so it was not tried; the first runs with it are watched."
# What a risk weighs, as a ratio of time saved that it would have to bring to be worth taking.
_RISKS = {"none": 0.0, "low": 0.01, "medium": 0.05, "high": 0.2}


def make_plan(plan_id: UUID) -> None:
    """Works on a plan until it is ready; does nothing when that is done or another worker has it.

    Raises:
        ServiceUnavailableError: PurSight's own database or Redis went away; the sweep sends the plan again.
    """
    lease = claim(plan_id)
    if lease is None:
        log.info("plan.nothing_to_do", plan_id=str(plan_id))
        return
    structlog.contextvars.bind_contextvars(plan_id=str(plan_id), workspace_id=str(lease.workspace_id))
    job = SparkJob(plan_folder(plan_id))
    with Heartbeat(OptimizationPlan, lease.plan_id, lease.fence):
        try:
            _analyse(lease, job)
        except LeaseLostError:
            log.warning("plan.lease_lost")
        except ServiceUnavailableError:
            raise
        except PurSightError as error:
            _fail(lease, error.message)
        except Exception:
            # Outermost handler of a job: the plan must not look alive, the bug must reach the log and RQ.
            _fail(lease, "PurSight failed while it analysed this pipeline. The worker's log has the details.")
            raise
        finally:
            # Trials of a lost lease go with their session; whoever takes over begins anew in an empty folder.
            job.stop()
            job.clear()


def _analyse(lease: PlanLease, job: SparkJob) -> None:
    definition, budget = _prepared(lease)
    prints = fingerprint(definition)
    job.start(f"pursight-plan-{lease.plan_id}", definition.spark_conf, stays=True)
    trials: list[dict[str, Any]] = []

    def tell(trial: Trial) -> None:
        trials.append(trial.as_json())
        with unit_of_work() as session:
            plan = hold(session, lease)
            plan.trials = list(trials)
            announce_plan(session, plan)

    bench = Bench(job, definition, tell, lambda: _require_held(lease), float(budget.get("seconds", 3_600)))
    baseline = bench.run_baseline()
    path = job.event_log()
    execution = read_event_log(path) if path else None
    if execution is None:
        raise ServiceUnavailableError("Spark wrote no event log.")
    bench.cores = execution.cores
    bench.seen = _seen(definition, diagnose(execution), baseline)
    changes = find_changes(definition, execution, bench.seen)
    with unit_of_work() as session:
        model, number = load_model(session, lease.workspace_id)
        plan = hold(session, lease)
        plan.status, plan.model_version = PlanStatus.TRYING, number
        plan.bottlenecks = [as_json(one) for one in bench.seen.bottlenecks]
        # What the changes are made from again when they are shown and applied.
        plan.budget = {**plan.budget, "seen": {"schemas": dict(bench.seen.schemas), "paths": dict(bench.seen.paths)}}
        announce_plan(session, plan)
    prices = {change.key: model.price(base_key(change.key), change.features) for change in changes}
    most = int(budget.get("trials", 8))
    best = None
    if most and changes_to_try(changes):
        # Once more on the warm session: what the first run took was also the JVM getting warm.
        bench.run_baseline()
        best = search(bench, changes, {key: price.gain or 0.0 for key, price in prices.items()}, most=most)
    job.end()
    # What changed while the trials ran cannot be told from what the changes did.
    prints = prints if are_same(prints, fingerprint(definition)) else []
    _finish(lease, bench, changes, prices, best=best, prints=prints)


def changes_to_try(changes: Sequence[Change]) -> bool:
    """Whether there is anything that trials can prove, or settings worth trying."""
    return any(is_tried(change.candidate) for change in changes)


def _seen(definition: Definition, bottlenecks: Sequence[Bottleneck], baseline: Result) -> Seen:
    return Seen(
        tuple(bottlenecks[:MOST_BOTTLENECKS]), baseline.inputs, {each.name: each.path for each in definition.inputs}
    )


def _prepared(lease: PlanLease) -> tuple[Definition, Mapping[str, Any]]:
    """The definition with real paths, as far as whoever asked may still read them."""
    with unit_of_work() as session:
        plan = hold(session, lease)
        definition = parse_definition(version_of(session, lease.pipeline_id, lease.version).definition)
        policy = access.current_policy(plan.requested_by_id) if plan.requested_by_id else None
        if policy is None:
            raise PermissionDeniedError("Whoever asked for this plan has no account any more. Ask for it again.")
        actor = access.Actor(policy)
        access.require(actor, access.Permission.PIPELINE_MANAGE, lease.workspace_id)
        return resolve(session, actor, lease.workspace_id, definition).definition, plan.budget


def _require_held(lease: PlanLease) -> None:
    with unit_of_work() as session:
        plan = session.get(OptimizationPlan, lease.plan_id)
        if plan is None or plan.fence != lease.fence:
            raise LeaseLostError


def _finish(
    lease: PlanLease,
    bench: Bench,
    changes: Sequence[Change],
    prices: Mapping[str, Price],
    *,
    best: Trial | None,
    prints: Sequence[Print],
) -> None:
    baseline = bench.baseline
    assert baseline is not None  # noqa: S101  it ran first
    # Only after trials is "no" a finding; without them, and of what cannot be tried, the rules' word stands.
    chosen = set(best.keys) if best else set[str]() if bench.trials else {change.key for change in changes}
    with unit_of_work() as session:
        plan = hold(session, lease)
        session.execute(delete(Recommendation).where(col(Recommendation.plan_id) == plan.id))
        plan.baseline_s, plan.optimized_s = bench.base_s, best.duration_s if best else None
        plan.budget = {
            **plan.budget, "outputs": [dict(each) for each in baseline.outputs], "fingerprint": list(prints),
        }  # fmt: skip
        before = bench.definition
        rows: dict[str, Recommendation] = {}
        for change in changes:
            if change.key not in chosen and is_tried(change.candidate):
                continue
            after = put_together(before, bench.seen, [change.key])
            rows[change.key] = _recommendation(plan, change, prices[change.key], what_changes(before, after))
            if is_tried(change.candidate):
                before = after
        if best and best.knobs:
            rows[TUNING] = _tuned(plan, best)
        for row in rows.values():
            row.is_chosen = best is not None and (row.key in chosen or row.key == TUNING)
            row.measured_gain_ratio, row.result_matches = _measured(row.key, bench, best), row.is_chosen or None
        for position, row in enumerate(sorted(rows.values(), key=worth, reverse=True)):
            row.position = position
            session.add(row)
        session.flush()
        _remember(session, plan, changes, prices, rows=rows, bench=bench, best=best)
        learn(session, plan.workspace_id)
        plan.status, plan.finished_at, plan.lease_until = PlanStatus.READY, now(), None
        announce_plan(session, plan)
        log.info("plan.ready", recommendations=len(rows), bottlenecks=len(bench.seen.bottlenecks))


def _recommendation(plan: OptimizationPlan, change: Change, price: Price, what: Mapping[str, Any]) -> Recommendation:
    candidate = change.candidate
    return Recommendation(
        workspace_id=plan.workspace_id,
        plan_id=plan.id,
        position=0,
        key=change.key,
        title=candidate.title[:300],
        kind=kind_of(candidate),
        mechanism=candidate.mechanism + (UNTRIED if candidate.needs_start else ""),
        condition=candidate.condition,
        change=dict(what),
        expected_gain_ratio=price.gain,
        expected_low=price.low,
        expected_high=price.high,
        confidence=price.confidence,
        risk=candidate.risk[:300],
        evidence=dict(change.evidence),
        features=dict(change.features),
    )


def _tuned(plan: OptimizationPlan, best: Trial) -> Recommendation:
    words = ", ".join(f"{key} = {value}" for key, value in best.knobs.items())
    return Recommendation(
        workspace_id=plan.workspace_id,
        plan_id=plan.id,
        position=0,
        key=TUNING,
        title=f"Set {words}"[:300],
        kind=kind_of(None),
        mechanism="Found by trials: sizes of tasks and joins that fit these data and cores.",
        condition="Settings change how rows are moved, never which rows there are.",
        change={"spark_conf": dict(best.knobs)},
        confidence=0.5,
        risk="low: a setting is put back as easily",
    )


def worth(row: Recommendation) -> float:
    """What a recommendation is ranked by: gain x confidence - risk. What a trial measured is expected, and sure."""
    risk = _RISKS.get(row.risk.partition(":")[0], max(_RISKS.values()))
    if row.measured_gain_ratio is not None:
        return row.measured_gain_ratio - risk
    return (row.expected_gain_ratio or 0.0) * row.confidence - risk


def _measured(key: str, bench: Bench, best: Trial | None) -> float | None:
    """The ratio of time saved by a change of what is proposed, by trials that differ by it only; None: none do."""
    ratio = None if best is None else bench.effect_of_settings(best) if key == TUNING else bench.effect_of(key, best)
    return round(1 - ratio, 4) if ratio is not None else None


def _remember(
    session: Session,
    plan: OptimizationPlan,
    changes: Sequence[Change],
    prices: Mapping[str, Price],
    *,
    rows: Mapping[str, Recommendation],
    bench: Bench,
    best: Trial | None,
) -> None:
    """Examples for the model. What was tried and brought nothing teaches as much as what did."""
    for change in changes:
        price = prices[change.key]
        if (ratio := bench.effect_of(change.key, best)) is not None:
            _add(session, plan, change.key, change.features, rows.get(change.key), ratio=ratio, price=price)
    if best and (ratio := bench.effect_of_settings(best)) is not None:
        features = {"busy_s": bench.base_s}
        _add(session, plan, TUNING, features, rows.get(TUNING), ratio=ratio, price=Price(None, None, None, 0.0))


def _add(
    session: Session,
    plan: OptimizationPlan,
    key: str,
    features: Mapping[str, Any],
    row: Recommendation | None,
    *,
    ratio: float,
    price: Price,
) -> None:
    add_example(
        session, workspace_id=plan.workspace_id, pipeline_id=plan.pipeline_id, recommendation_id=row.id if row else None,
        key=base_key(key), features=features, ratio=ratio, expected=(price.gain, price.low, price.high), origin="trial",
    )  # fmt: skip


def _fail(lease: PlanLease, message: str) -> None:
    with unit_of_work() as session:
        try:
            plan = hold(session, lease)
        except LeaseLostError:
            return
        plan.status, plan.error, plan.finished_at, plan.lease_until = PlanStatus.FAILED, message[:2000], now(), None
        announce_plan(session, plan)
        log.info("plan.failed")
