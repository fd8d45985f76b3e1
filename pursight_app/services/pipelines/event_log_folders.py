"""History from the folder or store where a cluster keeps its event logs: what is new there becomes runs of a pipeline."""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from pursight_app.connectors.boundaries import check_path
from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import InvalidInputError, PurSightError
from pursight_app.core.settings import get_settings
from pursight_app.models import Pipeline, PipelineRun
from pursight_app.services import access
from pursight_app.services.access import Actor, Permission
from pursight_app.services.pipelines.checks import REMOTE
from pursight_app.services.pipelines.history import MAX_LOG_BYTES, keep_ingested
from pursight_app.services.pipelines.stores import open_store, unreadable
from pursight_app.spark.event_log import read_event_log

MOST_AT_ONCE, MOST_LISTED = 50, 10_000
_UNFINISHED = ".inprogress"


@dataclass(slots=True)
class FolderReport:
    """What became of the logs of a folder: runs made, how many were known, of another name or left, and what was wrong."""

    runs: list[PipelineRun] = field(default_factory=list[PipelineRun])
    known: int = 0
    others: int = 0
    left: int = 0
    problems: list[str] = field(default_factory=list[str])


def ingest_folder(actor: Actor, pipeline_id: UUID, place: str, *, app_name: str = "") -> FolderReport:
    """Adds the logs of a folder that are not in the pipeline's history yet, at most `MOST_AT_ONCE`; call it again for the rest.

    Each log is kept by itself, so one that is damaged stops nothing. Applications that still run are passed over.

    Args:
        actor: who asks; needs `pipeline.manage`.
        pipeline_id: whose history it is.
        place: a folder below PURSIGHT_FILE_ROOTS, or the URL of one in a store, such as `s3://bucket/logs`.
        app_name: only applications of exactly this name.

    Raises:
        InvalidInputError: no such folder, one outside of what is allowed, or a store that cannot be read.
    """
    with unit_of_work() as session:
        access.get(session, actor, Pipeline, pipeline_id, Permission.PIPELINE_MANAGE)
        wanted = select(PipelineRun.app_id).where(
            PipelineRun.pipeline_id == pipeline_id, col(PipelineRun.app_id).is_not(None)
        )
        known = {app_id for app_id in session.exec(wanted).all() if app_id}
    filesystem, names = _list(place)
    report = FolderReport()
    for number, name in enumerate(names):
        # Spark names a log after its application; one that was renamed is known once it is read.
        if name.rstrip("/").rpartition("/")[2].removeprefix("eventlog_v2_").partition(".")[0] in known:
            report.known += 1
            continue
        if len(report.runs) + len(report.problems) >= MOST_AT_ONCE:
            report.left = len(names) - number
            break
        try:
            _take(actor, pipeline_id, filesystem, name, app_name=app_name, known=known, report=report)
        except (PurSightError, OSError) as error:
            reason = error.message if isinstance(error, PurSightError) else type(error).__name__
            report.problems.append(f"{name.rpartition('/')[2]}: {reason}"[:300])
    return report


def _list(place: str) -> tuple[Any, list[str]]:
    """The file system and the finished logs of a folder by name; a rolling log is a folder itself."""
    if not place.startswith(REMOTE):
        # Any other scheme, http among them, would let people knock at inner addresses; check_path refuses it.
        place = str(check_path(place, allowed_roots=get_settings().file_roots))
    try:
        filesystem, root = open_store(place)
        names = [
            str(each["name"])
            for each in filesystem.ls(root, detail=True)
            if each["type"] == "file" or each["name"].rstrip("/").rpartition("/")[2].startswith("eventlog_v2_")
        ]
    except ImportError as error:
        raise InvalidInputError(f"This place needs a package that is not installed: {error}") from None
    except unreadable() as error:
        raise InvalidInputError(
            f"The folder cannot be read ({type(error).__name__}). Check its path, and that this server holds keys to it."
        ) from None
    finished = [
        name
        for name in names
        if not name.endswith(_UNFINISHED) and not name.rstrip("/").rpartition("/")[2].startswith((".", "_"))
    ]
    return filesystem, sorted(finished)[:MOST_LISTED]


def _take(
    actor: Actor,
    pipeline_id: UUID,
    filesystem: Any,
    name: str,
    *,
    app_name: str,
    known: set[str],
    report: FolderReport,
) -> None:
    with tempfile.TemporaryDirectory(prefix="eventlog-") as folder:
        path = _local(filesystem, name, Path(folder))
        execution = read_event_log(path)
    if app_name and execution.name != app_name:
        report.others += 1
    elif execution.app_id in known:
        report.known += 1
    else:
        with unit_of_work() as session:
            run = keep_ingested(session, actor, pipeline_id, execution)
        known.add(execution.app_id)
        report.runs.append(run)


def _local(filesystem: Any, name: str, folder: Path) -> Path:
    """The log on this machine: where it is, or a copy of it."""
    size = filesystem.du(name)
    if size > MAX_LOG_BYTES:
        raise InvalidInputError(f"An event log has at most {MAX_LOG_BYTES // 1024**3} GB.")
    if filesystem.protocol in {"file", ("file", "local")}:
        return Path(name)
    copy = folder / name.rstrip("/").rpartition("/")[2]
    filesystem.get(name, str(copy), recursive=filesystem.isdir(name))
    return copy
