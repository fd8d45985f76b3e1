"""Asks columns anew after a workspace's own classes have changed.

The row of a class says up to which version that is done, so a lost job is sent again; done twice it does no harm.
"""

from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import update
from sqlmodel import Session, col, select

from pursight_app.core import queue
from pursight_app.core.db import after_commit, unit_of_work
from pursight_app.core.events import Event, publish
from pursight_app.core.redis import RedisError
from pursight_app.models import CustomDataClass

EVENT = "data_class"
_CHUNK_TABLES = 25
_CLAIM = timedelta(hours=1)

log = structlog.get_logger()


def request_rescore(session: Session, workspace_id: UUID) -> None:
    """Has a worker ask the workspace's columns anew once this transaction has committed."""
    after_commit(session, lambda: _send(workspace_id))


def _send(workspace_id: UUID) -> None:
    try:
        queue.send(queue.RESCORE, str(workspace_id), job_id=f"rescore-{workspace_id}")
    except RedisError as error:
        # The row says that it is due; the sweep sends it as soon as Redis is back.
        log.warning("rescore.not_sent", workspace_id=str(workspace_id), error=type(error).__name__)


def run_rescore(workspace_id: UUID) -> int:
    """Asks every column of the workspace anew from its kept sample; returns how many tables changed.

    Confirmed, rejected and propagated verdicts stay. Columns without a sample wait for their next scan.
    """
    from pursight_app.services import rescoring
    from pursight_app.services.recognition import load_recognition

    with unit_of_work() as session:
        due = _due_versions(session, workspace_id)
        recognition = load_recognition(session, workspace_id)
    if not due:
        return 0
    changed, after = 0, None
    while True:
        with unit_of_work() as session:
            tables = rescoring.load_tables(session, workspace_id, after=after, limit=_CHUNK_TABLES)
        if not tables:
            break
        after = tables[-1].asset.id
        scored = rescoring.score_tables(tables, recognition)
        with unit_of_work() as session:
            changed += len(rescoring.write_scores(session, workspace_id, scored))
            after_commit(session, lambda: publish(Event(workspace_id, EVENT, {"is_done": False})))
    with unit_of_work() as session:
        _mark_done(session, due)
        after_commit(session, lambda: publish(Event(workspace_id, EVENT, {"is_done": True})))
    log.info("rescore.finished", workspace_id=str(workspace_id), changed=changed)
    return changed


def sweep_rescores() -> int:
    """Sends what got lost: workspaces with a changed class and no job. Returns how many. Called every few seconds."""
    with unit_of_work() as session:
        late = select(CustomDataClass.workspace_id).where(CustomDataClass.rescored_version < CustomDataClass.version)
        workspace_ids = session.exec(late.distinct()).all()
    lost = [each for each in workspace_ids if not queue.is_pending(f"rescore-{each}", claim_s=_CLAIM.total_seconds())]
    for workspace_id in lost:
        _send(workspace_id)
    return len(lost)


def is_rescoring(session: Session, workspace_id: UUID) -> bool:
    """Whether columns still have to be asked anew. Not for people: the caller has checked who asks."""
    return bool(_due_versions(session, workspace_id))


def _due_versions(session: Session, workspace_id: UUID) -> dict[UUID, int]:
    late = select(CustomDataClass.id, CustomDataClass.version).where(
        CustomDataClass.workspace_id == workspace_id, CustomDataClass.rescored_version < CustomDataClass.version
    )
    return dict(session.exec(late).all())


def _mark_done(session: Session, done: dict[UUID, int]) -> None:
    for row_id, version in done.items():
        # Whoever changed the class meanwhile made it due again.
        session.execute(
            update(CustomDataClass)
            .where(col(CustomDataClass.id) == row_id, col(CustomDataClass.rescored_version) < version)
            .values(rescored_version=version)
        )
