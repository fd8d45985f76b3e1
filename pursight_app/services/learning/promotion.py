"""Puts a model into use in a worker: its verdicts go into the catalogue batch by batch, then it is the champion.

What people confirmed or rejected, and labels that follow lineage, stay. A killed worker loses at most a batch; whoever
takes over goes on behind the last one, and writing a batch twice changes nothing.
"""

from dataclasses import replace

import structlog
from sqlalchemy import update
from sqlmodel import Session, col

from pursight_app.core.clock import now
from pursight_app.core.db import unit_of_work
from pursight_app.detectors.detection import DETECTOR_VERSION
from pursight_app.models import ColumnModel, ModelStatus
from pursight_app.services import access, audit
from pursight_app.services.access import Actor
from pursight_app.services.learning.catalogue import begin, end, next_tables, step
from pursight_app.services.learning.progress import ModelLease, announce, hold
from pursight_app.services.recognition import load_recognition, model_of
from pursight_app.services.rescoring import ScoredTable, score_tables, write_scores

log = structlog.get_logger()


def promote(lease: ModelLease) -> None:
    """Applies the model of the lease to the whole catalogue and makes it the champion."""
    with unit_of_work() as session:
        row = hold(session, lease)
        begin(session, row)
        actor = access.load_actor(session, row.decided_by_id) if row.decided_by_id else None
        recognition = replace(load_recognition(session, lease.workspace_id), model=model_of(row))
    while True:
        with unit_of_work() as session:
            tables = next_tables(session, hold(session, lease))
        if not tables:
            break
        scored = score_tables(tables, recognition)
        with unit_of_work() as session:
            row = hold(session, lease)
            changed = write_scores(session, lease.workspace_id, scored)
            for each in changed:
                _record(session, actor, row, each)
            count = sum(len(each.changed_columns()) for each in changed)
            row.scores = {**row.scores, "applied": row.scores.get("applied", 0) + count}
            step(session, row, tables)
    with unit_of_work() as session:
        _crown(session, hold(session, lease), actor)


def _record(session: Session, actor: Actor | None, row: ColumnModel, scored: ScoredTable) -> None:
    """One line in the history of a table whose verdicts changed."""
    columns = {column.id: column.name for column in scored.table.columns}
    changes = [
        {
            "column": columns[column_id],
            "before": scored.table.verdicts[column_id].data_class,
            "after": scored.verdicts[column_id].data_class,
        }
        for column_id in scored.changed_columns()
    ]
    asset = scored.table.asset
    subject = audit.Subject("asset", asset.id, asset.workspace_id)
    audit.record(session, actor, "classification.rescore", subject, model=row.number, columns=changes)


def _crown(session: Session, row: ColumnModel, actor: Actor | None) -> None:
    session.exec(  # type: ignore[call-overload]  # SQLModel types only select()
        update(ColumnModel)
        .where(col(ColumnModel.workspace_id) == row.workspace_id, col(ColumnModel.status) == ModelStatus.CHAMPION)
        .values(status=ModelStatus.RETIRED)
    )
    end(row)
    # By this the sweep sees whether newer detectors have come since (refresh.py).
    row.scores = {**row.scores, "detector_version": DETECTOR_VERSION, "applied_at": now().isoformat()}
    row.status, row.lease_until = ModelStatus.CHAMPION, None
    announce(session, row, "model_promoted")
    subject = audit.Subject("column_model", row.id, row.workspace_id)
    audit.record(
        session, actor, "model.finish_promotion", subject, number=row.number, columns=row.scores.get("applied", 0)
    )
    log.info("model.promoted", number=row.number, columns=row.scores.get("applied", 0))
