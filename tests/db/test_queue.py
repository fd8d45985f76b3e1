"""What a worker runs, and what it does not."""

from pathlib import Path

import pytest
from rq import Queue
from rq.serializers import JSONSerializer

from pursight_app.core import queue
from pursight_app.core.queue import _connection, _KnownJob, _Worker

pytestmark = pytest.mark.usefixtures("services")


def test_a_job_that_somebody_forged_into_redis_does_not_run(tmp_path: Path) -> None:
    target = tmp_path / "made-by-a-stranger"
    waiting = Queue("forged", connection=_connection(), serializer=JSONSerializer)
    forged = waiting.enqueue("os.mkdir", str(target))

    worker = _Worker([waiting], connection=_connection(), job_class=_KnownJob, serializer=JSONSerializer)
    worker.work(burst=True, logging_level="ERROR")

    assert not target.exists()
    assert forged.get_status() == "failed"


def test_the_same_job_runs_with_plain_rq(tmp_path: Path) -> None:
    """Shows that the test above can fail."""
    from rq import SimpleWorker

    target = tmp_path / "made"
    waiting = Queue("forged-plain", connection=_connection(), serializer=JSONSerializer)
    waiting.enqueue("os.mkdir", str(target))

    SimpleWorker([waiting], connection=_connection(), serializer=JSONSerializer).work(burst=True, logging_level="ERROR")

    assert target.exists()


def test_every_job_of_the_list_is_known_and_exists() -> None:
    from rq.utils import import_attribute

    assert queue.SCAN.function in queue._KNOWN_FUNCTIONS
    assert callable(import_attribute(queue.SCAN.function))
