"""Asks a running application of Spark what it does, over its own REST API."""

import time
from functools import cache
from typing import Any

import httpx2
from httpx2 import HTTPError

from pursight_app.spark.jobs import Application

_LONGEST_S = 2.0
MOST_STAGES = 20


@cache
def _client() -> httpx2.Client:
    # One for all looks: making one reads the authorities for TLS, 50 ms of a processor that the run itself wants.
    return httpx2.Client(timeout=_LONGEST_S, trust_env=False)


def read_live(application: Application) -> dict[str, Any] | None:
    """Stages, tasks, memory, shuffle and garbage collection at this moment; None when the application does not answer."""
    base = f"{application.ui.replace('localhost', '127.0.0.1')}/api/v1/applications/{application.app_id}"
    try:
        stages = _client().get(f"{base}/stages").raise_for_status().json()
        executors = _client().get(f"{base}/allexecutors").raise_for_status().json()
    except (HTTPError, ValueError):
        return None
    active = [stage for stage in stages if stage["status"] == "ACTIVE"]
    return {
        "at_s": round(time.time(), 1),
        "elapsed_s": round(time.time() - application.started_at_s, 1),
        "stages_done": sum(stage["status"] == "COMPLETE" for stage in stages),
        "stages_known": len(stages),
        "tasks_running": sum(stage["numActiveTasks"] for stage in active),
        "tasks_done": sum(stage["numCompleteTasks"] for stage in stages),
        "tasks_failed": sum(stage["numFailedTasks"] for stage in stages),
        "input_bytes": sum(stage["inputBytes"] for stage in stages),
        "shuffle_bytes": sum(stage["shuffleWriteBytes"] for stage in stages),
        "spilled_bytes": sum(stage["diskBytesSpilled"] for stage in stages),
        "gc_ms": sum(each["totalGCTime"] for each in executors),
        "memory_used_bytes": sum(each["memoryUsed"] for each in executors),
        "memory_bytes": sum(each["maxMemory"] for each in executors),
        "cores": sum(each["totalCores"] for each in executors if each["isActive"]),
        "active_stages": [
            {
                "stage_id": stage["stageId"], "name": stage["name"][:80],
                "tasks": stage["numTasks"], "done": stage["numCompleteTasks"], "running": stage["numActiveTasks"],
            }
            for stage in active[:MOST_STAGES]
        ],
    }  # fmt: skip
