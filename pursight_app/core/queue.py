"""The job queue: which jobs exist, how they are sent and who works them off. The only importer of RQ."""

from dataclasses import dataclass
from functools import cache

from redis import Redis
from rq import Queue, Worker
from rq.exceptions import NoSuchJobError
from rq.job import Job as RqJob
from rq.job import JobStatus
from rq.serializers import JSONSerializer
from rq.worker_pool import WorkerPool

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


@cache
def _connection() -> Redis:
    # RQ stores bytes, so it cannot share the text client of core/redis.py.
    return Redis.from_url(redis_url(), health_check_interval=15)


def send(job: Job, *ids: str, job_id: str) -> None:
    """Queues `job`; a second call with the same `job_id` while the first one waits changes nothing.

    Raises:
        redis.RedisError: Redis is away. The caller's sweep sends it again.
    """
    queue = Queue(QUEUE, connection=_connection(), serializer=JSONSerializer)
    queue.enqueue(
        job.function,
        *ids,
        job_id=job_id,
        job_timeout=job.timeout_s,
        result_ttl=3600,
        failure_ttl=7 * 24 * 3600,
    )


def is_pending(job_id: str) -> bool:
    """Whether the job waits in the queue or a worker has it; False also after Redis lost it."""
    try:
        job = RqJob.fetch(job_id, connection=_connection(), serializer=JSONSerializer)
    except NoSuchJobError:
        return False
    return job.get_status() in {JobStatus.QUEUED, JobStatus.STARTED, JobStatus.SCHEDULED}


def queue_length() -> int:
    """How many jobs wait."""
    return Queue(QUEUE, connection=_connection(), serializer=JSONSerializer).count


def count_workers() -> int:
    """How many workers have given a sign of life lately."""
    return Worker.count(connection=_connection())


def worker_pool(size: int) -> WorkerPool:
    """A pool of `size` worker processes that replaces a worker which dies. JSON only: a forged pickle never runs."""
    return WorkerPool([QUEUE], connection=_connection(), num_workers=size, serializer=JSONSerializer)
