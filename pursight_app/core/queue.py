"""The job queue: which jobs exist, how they are sent and who works them off. The only importer of RQ."""

import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from redis import Redis
from rq import Queue, Worker
from rq.exceptions import NoSuchJobError
from rq.job import Job as RqJob
from rq.job import JobStatus
from rq.serializers import JSONSerializer
from rq.worker_pool import WorkerPool
from typing_extensions import override

from pursight_app.core.clock import now
from pursight_app.core.redis import redis_url

QUEUE = "pursight"


@dataclass(frozen=True, slots=True)
class Job:
    """One kind of job: `function` takes ids only, is safe to run twice, and is cut after `timeout_s`.

    There are no retries here: a run whose lease has expired is sent again by the sweep (services/scanning), which also
    covers the cases that RQ sees late. RQ needed 812 s to notice a killed worker.
    """

    function: str
    timeout_s: int


SCAN = Job("jobs.scans.run", timeout_s=24 * 3600)
LEARN = Job("jobs.models.run", timeout_s=6 * 3600)
RESCORE = Job("jobs.data_classes.rescore", timeout_s=2 * 3600)
RUN_PIPELINE = Job("jobs.pipelines.run", timeout_s=24 * 3600)
OPTIMIZE = Job("jobs.pipelines.optimize", timeout_s=24 * 3600)
_KNOWN_FUNCTIONS = frozenset(job.function for job in (SCAN, LEARN, RESCORE, RUN_PIPELINE, OPTIMIZE))


class _KnownJob(RqJob):
    """A job as workers run it: RQ would import and call whatever function a row in Redis names."""

    @property
    @override
    def func(self) -> Callable[..., Any] | None:
        if self.func_name not in _KNOWN_FUNCTIONS:
            raise ValueError(f"{self.func_name} is no job of PurSight")
        return super().func


@cache
def _connection() -> Redis:
    # RQ stores bytes, so it cannot share the text client of core/redis.py. Its workers, which wait for jobs, raise the
    # time limit for themselves.
    return Redis.from_url(redis_url(), socket_timeout=5, health_check_interval=15)


def _queue() -> Queue:
    return Queue(QUEUE, connection=_connection(), serializer=JSONSerializer)


def send(job: Job, *ids: str, job_id: str) -> None:
    """Queues `job`. RQ queues the same `job_id` twice when it is sent twice, so the caller asks `is_pending` first.

    Raises:
        redis.RedisError: Redis is away. The caller's sweep sends it again.
    """
    _queue().enqueue(
        job.function,
        *ids,
        job_id=job_id,
        job_timeout=job.timeout_s,
        result_ttl=3600,
        failure_ttl=7 * 24 * 3600,
    )


def is_pending(job_id: str, *, claim_s: float) -> bool:
    """Whether the job waits in the queue, or a worker took it less than `claim_s` seconds ago.

    False after Redis lost it, and when its worker died before it claimed the run: RQ goes on calling such a job queued or
    started for many minutes, so its place in the queue and the time count, not its status alone.
    """
    try:
        job = RqJob.fetch(job_id, connection=_connection(), serializer=JSONSerializer)
    except NoSuchJobError:
        return False
    status = job.get_status(refresh=False)
    if status == JobStatus.QUEUED:
        return _queue().get_job_position(job_id) is not None or _is_recent(job.enqueued_at, claim_s)
    return status == JobStatus.STARTED and _is_recent(job.started_at, claim_s)


def _is_recent(moment: datetime | None, seconds: float) -> bool:
    return moment is not None and (now() - moment).total_seconds() < seconds


def queue_length() -> int:
    """How many jobs wait."""
    return _queue().count


def count_workers() -> int:
    """How many workers have given a sign of life lately."""
    return Worker.count(connection=_connection())


class _Worker(Worker):
    """RQ's worker, which is back soon after an outage of Redis and starts no scheduler, as nothing is scheduled."""

    # RQ would double its wait up to a minute, so that a scan would wait for half a minute after Redis is back.
    max_connection_wait_time = 2.0

    @override
    def work(self, *args: Any, with_scheduler: bool = False, **kwargs: Any) -> bool:
        # The pool asks for a scheduler in every worker; a killed worker would leave its one behind.
        return super().work(*args, with_scheduler=False, **kwargs)


class _Pool(WorkerPool):
    """RQ's pool, which also keeps one process going beside its workers."""

    def __init__(self, size: int, beside: Callable[[], None]) -> None:
        super().__init__(
            [QUEUE],
            connection=_connection(),
            num_workers=size,
            worker_class=_Worker,
            job_class=_KnownJob,
            serializer=JSONSerializer,
        )
        self._beside = beside
        self._process = self._started()

    def _started(self) -> multiprocessing.Process:
        process = multiprocessing.Process(target=self._beside, daemon=True)
        process.start()
        return process

    @override
    def check_workers(self, respawn: bool = True) -> None:
        super().check_workers(respawn)
        if not self._process.is_alive():
            self._process = self._started()


def worker_pool(size: int, *, beside: Callable[[], None]) -> WorkerPool:
    """A pool of `size` worker processes and one that runs `beside`; any of them that dies is replaced.

    JSON only and known functions only: neither a forged pickle nor a forged name ever runs.
    """
    return _Pool(size, beside)
