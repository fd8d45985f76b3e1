"""Reads Spark's event log as a stream into what the application was. Spark 2.4 to 4.x, complete or cut."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pursight_app.core.errors import InvalidInputError
from pursight_app.core.executions import Execution, Executor, Job, PlanNode, Query, Stage
from pursight_app.spark.event_log_files import CutError, list_parts, read_lines

Json = dict[str, Any]
_SQL = "org.apache.spark.sql.execution.ui."
MOST_WARNINGS = 20
MAX_PLAN_TEXT = 40_000


def read_event_log(path: Path) -> Execution:
    """The application behind one log: a file (plain, .gz, .zst, .lz4) or a rolling folder.

    Lines that are no JSON or no known event are passed over and counted in `warnings`; a log that is cut gives what it has.

    Raises:
        InvalidInputError: there is no such file, or it holds no event of Spark at all.
    """
    reader = _Reader()
    for part in list_parts(path):
        try:
            for line in read_lines(part):
                reader.take(line)
        except CutError as error:
            reader.warn(f"{error}; what came before it was read.")
    return reader.finish(path)


class _Reader:
    """Takes one line after the other; nothing of a line is kept but numbers, names and the newest plan of each query."""

    def __init__(self) -> None:
        self.execution = Execution()
        self._accumulated: dict[int, int] = {}
        self._plans: dict[int, Json] = {}
        self._nodes_of: dict[int, tuple[int, Json]] = {}
        self._query_of_stage: dict[int, int] = {}
        self._jobs_of_stage: dict[int, list[int]] = {}
        self._unread = 0
        self._events = 0
        self._handlers: dict[str, Callable[[Json], None]] = {
            "SparkListenerLogStart": self._log_start,
            "SparkListenerApplicationStart": self._application_start,
            "SparkListenerApplicationEnd": self._application_end,
            "SparkListenerEnvironmentUpdate": self._environment,
            "SparkListenerExecutorAdded": self._executor_added,
            "SparkListenerExecutorRemoved": self._executor_removed,
            "SparkListenerBlockManagerAdded": self._block_manager,
            "SparkListenerJobStart": self._job_start,
            "SparkListenerJobEnd": self._job_end,
            "SparkListenerStageSubmitted": self._stage_submitted,
            "SparkListenerStageCompleted": self._stage_completed,
            "SparkListenerTaskEnd": self._task_end,
            f"{_SQL}SparkListenerSQLExecutionStart": self._query_start,
            f"{_SQL}SparkListenerSQLAdaptiveExecutionUpdate": self._plan,
            f"{_SQL}SparkListenerDriverAccumUpdates": self._driver_updates,
            f"{_SQL}SparkListenerSQLExecutionEnd": self._query_end,
        }

    def warn(self, text: str) -> None:
        if len(self.execution.warnings) < MOST_WARNINGS:
            self.execution.warnings.append(text)

    def take(self, line: bytes) -> None:
        # Half of a log are these two; nothing is asked of them that the end of a task does not say.
        if line.startswith((b'{"Event":"SparkListenerTaskStart"', b'{"Event":"SparkListenerExecutorMetricsUpdate"')):
            return
        try:
            event = json.loads(line)
            # Not only a key: what is no text is no event.
            handle = self._handlers.get(event["Event"].strip())
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            self._unread += bool(line.strip())
            return
        self._events += 1
        if handle is None:
            return
        try:
            handle(event)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            # A version or a vendor that writes it differently: one event less, never the whole log.
            self.warn(
                f"A {event['Event'].rpartition('.')[2]} event could not be read ({type(error).__name__}: {error})."
            )

    def finish(self, path: Path) -> Execution:
        if not self._events:
            raise InvalidInputError(f"{path} holds no event of Spark. Is it an event log (spark.eventLog.enabled)?")
        found = self.execution
        if self._unread:
            self.warn(f"{self._unread} lines are damaged or cut and were passed over.")
        if not found.is_complete:
            self.warn("The log ends before the application does; figures are those of what it holds.")
        for query in found.queries.values():
            plan = self._plans.get(query.id)
            query.plan = self._node(plan) if plan else None
        for stage in found.stages.values():
            stage.query_id = self._query_of_stage.get(stage.id)
            stage.job_ids = self._jobs_of_stage.get(stage.id, [])
        return found

    def _at(self, moment: int | None) -> int:
        moment = int(moment or 0)
        self.execution.last_event_at = max(self.execution.last_event_at, moment)
        return moment

    def _log_start(self, event: Json) -> None:
        self.execution.spark_version = str(event["Spark Version"])

    def _application_start(self, event: Json) -> None:
        found = self.execution
        found.app_id, found.name = str(event.get("App ID") or ""), str(event["App Name"])
        found.user, found.started_at = str(event.get("User", "")), self._at(event["Timestamp"])

    def _application_end(self, event: Json) -> None:
        self.execution.finished_at = self._at(event["Timestamp"])

    def _environment(self, event: Json) -> None:
        self.execution.properties = {str(key): str(value) for key, value in event["Spark Properties"].items()}

    def _executor_added(self, event: Json) -> None:
        info = event["Executor Info"]
        known = self.execution.executors.get(str(event["Executor ID"]))
        self.execution.executors[str(event["Executor ID"])] = Executor(
            str(event["Executor ID"]),
            str(info["Host"]),
            int(info["Total Cores"]),
            self._at(event["Timestamp"]),
            memory_bytes=known.memory_bytes if known else 0,
        )

    def _executor_removed(self, event: Json) -> None:
        found = self.execution.executors.get(str(event["Executor ID"]))
        if found is not None:
            # Not through _at: a log can be closed years after its last task.
            found.removed_at = int(event["Timestamp"])
            found.removed_reason = str(event.get("Removed Reason", ""))[:500]

    def _block_manager(self, event: Json) -> None:
        who = str(event["Block Manager ID"]["Executor ID"])
        found = self.execution.executors.get(who)
        if found is not None:
            found.memory_bytes = int(event["Maximum Memory"])

    def _job_start(self, event: Json) -> None:
        stages = tuple(int(stage) for stage in event["Stage IDs"])
        named = (event.get("Properties") or {}).get("spark.sql.execution.id")
        query_id = int(named) if named is not None else None
        job = Job(int(event["Job ID"]), self._at(event.get("Submission Time")), stages, query_id)
        self.execution.jobs[job.id] = job
        for stage in stages:
            self._jobs_of_stage.setdefault(stage, []).append(job.id)
            if query_id is not None:
                self._query_of_stage[stage] = query_id

    def _job_end(self, event: Json) -> None:
        job = self.execution.jobs[int(event["Job ID"])]
        job.finished_at = self._at(event.get("Completion Time"))
        job.succeeded = event["Job Result"]["Result"] == "JobSucceeded"
        job.error = str((event["Job Result"].get("Exception") or {}).get("Message", ""))[:2000]

    def _stage_of(self, event: Json) -> Stage:
        info = event["Stage Info"]
        key = (int(info["Stage ID"]), int(info.get("Stage Attempt ID", 0)))
        stage = self.execution.stages.get(key)
        if stage is None:
            stage = Stage(*key, name=str(info["Stage Name"]), task_count=int(info["Number of Tasks"]))
            stage.details = str(info.get("Details", ""))[:2000]
            stage.rdd_names = tuple(dict.fromkeys(str(rdd["Name"]) for rdd in info.get("RDD Info", [])))
            self.execution.stages[key] = stage
        if info.get("Submission Time"):
            stage.submitted_at = self._at(info["Submission Time"])
        return stage

    def _stage_submitted(self, event: Json) -> None:
        self._stage_of(event)

    def _stage_completed(self, event: Json) -> None:
        stage = self._stage_of(event)
        info = event["Stage Info"]
        stage.finished_at = self._at(info["Completion Time"]) if info.get("Completion Time") else None
        stage.failure = str(info.get("Failure Reason", ""))[:2000]

    def _task_end(self, event: Json) -> None:
        key = (int(event["Stage ID"]), int(event.get("Stage Attempt ID", 0)))
        stage = self.execution.stages.get(key)
        if stage is None:
            # The log begins in mid-run, or the stage's own event was damaged.
            stage = self.execution.stages[key] = Stage(*key, name=f"stage {key[0]}", task_count=0)
        info, reason = event["Task Info"], event["Task End Reason"]["Reason"]
        ended = self._at(info["Finish Time"])
        stage.speculative_tasks += bool(info.get("Speculative"))
        if reason != "Success":
            if reason == "TaskKilled" or info.get("Killed"):
                stage.killed_tasks += 1
            else:
                stage.failed_tasks += 1
                known = str(event["Task End Reason"].get("Class Name") or reason)
                stage.failure_reasons[known] = stage.failure_reasons.get(known, 0) + 1
            return
        for update in info.get("Accumulables", ()):
            if update.get("Metadata") == "sql":
                self._accumulate(int(update["ID"]), int(update.get("Update") or 0))
        stage.tasks.add(str(info["Executor ID"]), _figures(info, event.get("Task Metrics") or {}, ended))

    def _accumulate(self, accumulator: int, amount: int) -> None:
        # -1 is how Spark says that a size or a time was never set.
        self._accumulated[accumulator] = self._accumulated.get(accumulator, 0) + max(0, amount)

    def _query_start(self, event: Json) -> None:
        query = Query(int(event["executionId"]), str(event.get("description", ""))[:500], self._at(event["time"]))
        query.details = str(event.get("details", ""))[:2000]
        self.execution.queries[query.id] = query
        self._plan(event)

    def _plan(self, event: Json) -> None:
        query = self.execution.queries[int(event["executionId"])]
        query.plan_text = str(event.get("physicalPlanDescription", ""))[:MAX_PLAN_TEXT]
        self._plans[query.id] = event["sparkPlanInfo"]

    def _driver_updates(self, event: Json) -> None:
        for accumulator, amount in event["accumUpdates"]:
            self._accumulate(int(accumulator), int(amount))

    def _query_end(self, event: Json) -> None:
        query = self.execution.queries[int(event["executionId"])]
        query.finished_at = self._at(event["time"])
        query.error = str(event.get("errorMessage") or "")[:2000]

    def _node(self, info: Json) -> PlanNode:
        metrics = {
            str(metric["name"]): self._accumulated[int(metric["accumulatorId"])]
            for metric in info.get("metrics", ())
            if int(metric["accumulatorId"]) in self._accumulated
        }
        return PlanNode(
            str(info["nodeName"]).strip(),
            str(info.get("simpleString", ""))[:2000],
            metrics,
            [self._node(child) for child in info.get("children", ())],
            {str(key): str(value)[:2000] for key, value in (info.get("metadata") or {}).items()},
        )


def _figures(info: Json, metrics: Json, ended: int) -> dict[str, int]:
    read, write = metrics.get("Shuffle Read Metrics") or {}, metrics.get("Shuffle Write Metrics") or {}
    got, put = metrics.get("Input Metrics") or {}, metrics.get("Output Metrics") or {}
    launched = int(info["Launch Time"])
    return {
        "launched_at": launched,
        "duration": max(0, ended - launched),
        "run": metrics.get("Executor Run Time", 0),
        "cpu_ns": metrics.get("Executor CPU Time", 0),
        "deserialize": metrics.get("Executor Deserialize Time", 0),
        "gc": metrics.get("JVM GC Time", 0),
        "result_bytes": metrics.get("Result Size", 0),
        "result_ms": metrics.get("Result Serialization Time", 0),
        "peak_memory": metrics.get("Peak Execution Memory", 0),
        "memory_spilled": metrics.get("Memory Bytes Spilled", 0),
        "disk_spilled": metrics.get("Disk Bytes Spilled", 0),
        "input_bytes": got.get("Bytes Read", 0),
        "input_records": got.get("Records Read", 0),
        "output_bytes": put.get("Bytes Written", 0),
        "output_records": put.get("Records Written", 0),
        "shuffle_read_bytes": read.get("Remote Bytes Read", 0) + read.get("Local Bytes Read", 0),
        "shuffle_read_records": read.get("Total Records Read", 0),
        "fetch_wait": read.get("Fetch Wait Time", 0),
        "shuffle_write_bytes": write.get("Shuffle Bytes Written", 0),
        "shuffle_write_records": write.get("Shuffle Records Written", 0),
        "shuffle_write_ns": write.get("Shuffle Write Time", 0),
    }
