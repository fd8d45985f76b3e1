"""Runs a pipeline in a worker: submit, watch, swap the outputs in, keep what Spark did (F4.22-26)."""

import time
from collections.abc import Callable
from uuid import UUID

import structlog

from pursight_app.core.clock import now
from pursight_app.core.db import unit_of_work
from pursight_app.core.definitions import Definition, parse_definition
from pursight_app.core.errors import (
    ConflictError,
    PermissionDeniedError,
    PurSightError,
    ServiceUnavailableError,
    SparkJobFailedError,
)
from pursight_app.core.live_metrics import push_metrics
from pursight_app.models import PipelineRun, PipelineRunStatus
from pursight_app.services import access
from pursight_app.services.leases import Heartbeat, LeaseLostError
from pursight_app.services.pipelines import lineage
from pursight_app.services.pipelines.checks import Resolved, resolve
from pursight_app.services.pipelines.history import keep_execution
from pursight_app.services.pipelines.inputs import are_same, fingerprint
from pursight_app.services.pipelines.open_lineage import keep_event, send_after_commit
from pursight_app.services.pipelines.ownership import require_own_places
from pursight_app.services.pipelines.places import clear_sides, run_folder, side_paths, swap_in
from pursight_app.services.pipelines.progress import RunLease, announce, claim, hold
from pursight_app.services.pipelines.versions import version_of
from pursight_app.spark.event_log import read_event_log
from pursight_app.spark.jobs import Result, SparkJob, Variant
from pursight_app.spark.monitor import read_live

log = structlog.get_logger()
LOOK_EVERY_S, METRICS_EVERY_S = 0.25, 1.0


# What says, of a run whose outputs are made and stand beside their place, why they may not get there; "" if they may.
Objection = Callable[[UUID], str]


class CancelledError(Exception):
    """Somebody does not want the run any more."""


def run_pipeline(run_id: UUID, objection: Objection = lambda _: "") -> None:
    """Does one run; does nothing when it is done or another worker has it. A program that goes on is adopted.

    What there is an `objection` to becomes visible to nobody, and the run has failed.

    Raises:
        ServiceUnavailableError: PurSight's own database or Redis went away. The lease runs out and the sweep sends the run
            again; Spark goes on meanwhile.
    """
    lease = claim(run_id)
    if lease is None:
        log.info("pipeline_run.nothing_to_do", run_id=str(run_id))
        return
    structlog.contextvars.bind_contextvars(run_id=str(run_id), workspace_id=str(lease.workspace_id))
    job = SparkJob(run_folder(run_id))
    sides: tuple[str, ...] = ()
    with Heartbeat(PipelineRun, lease.run_id, lease.fence):
        try:
            resolved = _prepared(lease)
            sides = side_paths(resolved.definition, run_id)
            if not job.has_begun():
                _begin(lease, resolved.definition)
            result = _watch(lease, job, resolved.definition, sides)
            _check_outputs(lease, resolved.definition, result, sides)
            _require_no_objection(objection(run_id))
            _finish(lease, job, resolved, result, sides)
        except LeaseLostError:
            log.warning("pipeline_run.lease_lost")
        except ServiceUnavailableError:
            raise
        except CancelledError:
            job.stop()
            clear_sides(sides)
            _close(lease, PipelineRunStatus.CANCELLED, "Cancelled; nothing of it was written.")
        except PurSightError as error:
            job.stop()
            clear_sides(sides)
            _close(lease, PipelineRunStatus.FAILED, error.message, job)
        except Exception:
            # Outermost handler of a job: the run must not look alive, the bug must reach the log and RQ.
            job.stop()
            clear_sides(sides)
            _close(
                lease, PipelineRunStatus.FAILED, "PurSight failed while it ran this. The worker's log has the details."
            )
            raise


def _prepared(lease: RunLease) -> Resolved:
    """The definition with real paths, as far as whoever asked for the run may still read them."""
    with unit_of_work() as session:
        run = hold(session, lease)
        definition = parse_definition(version_of(session, lease.pipeline_id, lease.version).definition)
        policy = access.current_policy(run.requested_by_id) if run.requested_by_id else None
        if policy is None:
            raise PermissionDeniedError("Whoever asked for this run has no account any more. Run it again.")
        actor = access.Actor(policy)
        access.require(actor, access.Permission.PIPELINE_MANAGE, lease.workspace_id)
        return resolve(session, actor, lease.workspace_id, definition)


def _begin(lease: RunLease, definition: Definition) -> None:
    """Before anything is submitted: nothing of others is to be replaced, and what will be read is noted."""
    with unit_of_work() as session:
        require_own_places(session, lease.pipeline_id, definition)
    prints = fingerprint(definition)
    with unit_of_work() as session:
        hold(session, lease).input_prints = prints


def _check_outputs(lease: RunLease, definition: Definition, result: Result, sides: tuple[str, ...]) -> None:
    """Keeps what was made; its place may have been taken, and its inputs changed, while Spark worked."""
    prints = fingerprint(definition)
    with unit_of_work() as session:
        require_own_places(session, lease.pipeline_id, definition, sides)
        run = hold(session, lease)
        run.outputs = [dict(each) for each in result.outputs]
        run.input_prints = run.input_prints if are_same(run.input_prints, prints) else []
        # Once more before anything becomes visible: a stale owner must not swap.
        if run.cancel_requested_at is not None:
            raise CancelledError


def _require_no_objection(reason: str) -> None:
    if reason:
        raise ConflictError(f"{reason} Nothing of this run was written; what was there before stands.")


def _watch(lease: RunLease, job: SparkJob, definition: Definition, sides: tuple[str, ...]) -> Result:
    """Submits the program, or finds it again, and looks after it until it ends."""
    job.add(0, Variant(definition, sides))
    if job.result() is None:
        job.start(f"pursight-{lease.run_id}", definition.spark_conf)
    told_app, asked_at = "", 0.0
    while job.result() is None and job.is_alive():
        application = job.application()
        if application is not None and application.app_id != told_app:
            told_app = application.app_id
            _say(lease, app_id=told_app)
        if time.monotonic() - asked_at >= METRICS_EVERY_S:
            asked_at = time.monotonic()
            _require_wanted(lease)
            if application is not None and (metrics := read_live(application)):
                push_metrics(lease.run_id, metrics)
                _say(lease)
        time.sleep(LOOK_EVERY_S)
    _wait_for_end(job)
    result = job.result()
    if result is None:
        raise SparkJobFailedError(_last_words(job))
    if result.status != "succeeded":
        place = f"Step {result.step}: " if result.step else ""
        raise SparkJobFailedError(f"{place}{result.error}"[:2000])
    return result


def _wait_for_end(job: SparkJob) -> None:
    # The event log is whole once the program has ended; what it wrote is safe already.
    deadline = time.monotonic() + 30
    while job.is_alive() and time.monotonic() < deadline:
        time.sleep(0.1)
    job.stop()


def _last_words(job: SparkJob) -> str:
    lines = [line for line in job.log_tail().splitlines() if line.strip()]
    telling = [
        line
        for line in lines
        if any(word in line for word in ("ERROR", "Exception", "Error:", "WARN StandaloneAppClient", "refused"))
    ]
    said = " ".join((telling or lines)[-2:])[-600:]
    return f"Spark ended before the run did, or could not be reached. It said last: {said or 'nothing'}"


def _require_wanted(lease: RunLease) -> None:
    with unit_of_work() as session:
        run = session.get(PipelineRun, lease.run_id)
        if run is None or run.fence != lease.fence:
            raise LeaseLostError
        if run.cancel_requested_at is not None:
            raise CancelledError


def _say(lease: RunLease, *, app_id: str = "") -> None:
    with unit_of_work() as session:
        run = hold(session, lease)
        if app_id:
            run.app_id, run.status = app_id, PipelineRunStatus.RUNNING
            keep_event(session, run)
            send_after_commit(session, lease.run_id)
        announce(session, run)


def _finish(lease: RunLease, job: SparkJob, resolved: Resolved, result: Result, sides: tuple[str, ...]) -> None:
    swap_in(resolved.definition, sides)
    path = job.event_log()
    execution = read_event_log(path) if path else None
    with unit_of_work() as session:
        run = hold(session, lease)
        run.status, run.duration_s, run.finished_at = PipelineRunStatus.SUCCEEDED, result.duration_s, now()
        run.lease_until, run.error = None, None
        if execution is not None:
            run.app_id = execution.app_id or run.app_id
            keep_execution(session, run, execution)
        lineage.write_run_lineage(session, run, resolved, result)
        keep_event(session, run)
        announce(session, run)
        send_after_commit(session, lease.run_id)
        log.info("pipeline_run.finished", duration_s=run.duration_s)


def _close(lease: RunLease, status: PipelineRunStatus, message: str, job: SparkJob | None = None) -> None:
    path = job.event_log() if job else None
    try:
        execution = read_event_log(path) if path else None
    except PurSightError:
        execution = None
    with unit_of_work() as session:
        try:
            run = hold(session, lease)
        except LeaseLostError:
            return
        run.status, run.error, run.finished_at, run.lease_until = status, message[:2000], now(), None
        if execution is not None:
            keep_execution(session, run, execution)
        keep_event(session, run)
        announce(session, run)
        send_after_commit(session, lease.run_id)
        log.info("pipeline_run.ended", status=str(status))
