"""Trains a challenger in a worker and compares it with the champion: scores first, then the whole catalogue.

Nothing of the catalogue changes here. A killed worker loses at most the batch of tables at hand: the trained model and the
place in the catalogue are kept.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import update
from sqlmodel import Session, col

from pursight_app.assistant.column_model import load_model
from pursight_app.assistant.site_model import fit_site_model
from pursight_app.core.blob import write_blob
from pursight_app.core.clock import now
from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import PurSightError
from pursight_app.models import ColumnModel, ModelChange, ModelStatus
from pursight_app.services import audit
from pursight_app.services.learning.catalogue import begin, end, find_champion, next_tables, step
from pursight_app.services.learning.generated import make_golden_set, make_rehearsal
from pursight_app.services.learning.lessons import MIN_REVIEWS, load_lessons
from pursight_app.services.learning.progress import ModelLease, announce, hold
from pursight_app.services.learning.scores import gate, golden_scores, site_scores
from pursight_app.services.recognition import load_recognition, load_workspace_model, model_of
from pursight_app.services.rescoring import ScoredTable, score_tables

log = structlog.get_logger()


class TooFewLessonsError(PurSightError):
    """Between the request and the training reviews were undone, or no column has numbers to learn from."""


def train(lease: ModelLease) -> None:
    """Makes the model of the lease a challenger: learned, measured, and compared with the catalogue."""
    with unit_of_work() as session:
        row = hold(session, lease)
        announce(session, row)
        is_measured, is_learned = bool(row.scores.get("golden")), bool(row.version)
    if not is_learned:
        _learn(lease)
    if not is_measured:
        _measure(lease)
    _compare(lease)
    with unit_of_work() as session:
        _finish(session, hold(session, lease))


def _learn(lease: ModelLease) -> None:
    started, base = time.monotonic(), load_model()
    with unit_of_work() as session:
        number = hold(session, lease).number
        lessons = [dated.lesson for dated in load_lessons(session, lease.workspace_id)]
    if len(lessons) < MIN_REVIEWS:
        raise TooFewLessonsError(
            f"There are {len(lessons)} reviewed columns to learn from; it takes {MIN_REVIEWS}. "
            "Review more columns, and scan tables again that were last scanned by an older version."
        )
    version = f"{base.version}-site{number}"
    model = fit_site_model(base, lessons, make_rehearsal(base.detector_keys), version)
    # The fence is part of the key: what a worker that was thought dead writes late is nobody's.
    key = f"models/{lease.workspace_id.hex}/{lease.model_id.hex}-{lease.fence}"
    write_blob(key, model.as_bytes())
    with unit_of_work() as session:
        row = hold(session, lease)
        row.artefact_key, row.base_version, row.version = key, base.version, version
        row.review_count, row.trained_at = len(lessons), now()
        row.scores = {**row.scores, "seconds": round(time.monotonic() - started, 1)}


def _measure(lease: ModelLease) -> None:
    base = load_model()
    with unit_of_work() as session:
        row = hold(session, lease)
        champion, challenger = load_workspace_model(session, lease.workspace_id), model_of(row)
        dated = load_lessons(session, lease.workspace_id)
        known_until = _champion_trained_at(session, lease.workspace_id)
    rehearsal, golden = make_rehearsal(base.detector_keys), make_golden_set(base.detector_keys)
    lessons = [each.lesson for each in dated]
    knew = [known_until is not None and each.at < known_until for each in dated]
    of_golden = golden_scores(golden, champion, challenger)
    of_site = site_scores(base, champion, lessons, rehearsal, champion_knew=knew)
    with unit_of_work() as session:
        row = hold(session, lease)
        # A person who goes back to a model that they know wants that one, whatever it scores.
        passed = {"passed": True, "reasons": []} if "restores" in row.scores else gate(of_golden, of_site)
        row.scores = {**row.scores, "golden": of_golden, "site": of_site, "gate": passed}


def _champion_trained_at(session: Session, workspace_id: UUID) -> datetime | None:
    champion = find_champion(session, workspace_id)
    return champion.trained_at if champion and champion.artefact_key else None


def _compare(lease: ModelLease) -> None:
    with unit_of_work() as session:
        row = hold(session, lease)
        begin(session, row)
        recognition = replace(load_recognition(session, lease.workspace_id), model=model_of(row))
    while True:
        with unit_of_work() as session:
            tables = next_tables(session, hold(session, lease))
        if not tables:
            return
        scored = score_tables(tables, recognition)
        with unit_of_work() as session:
            row = hold(session, lease)
            for each in scored:
                _note_changes(session, row, each)
            row.scores = {**row.scores, "diff": _counted(row.scores.get("diff", {}), scored)}
            step(session, row, tables)


def _note_changes(session: Session, row: ColumnModel, scored: ScoredTable) -> None:
    for column_id in scored.changed_columns():
        before, after = scored.table.verdicts[column_id], scored.verdicts[column_id]
        session.add(
            ModelChange(
                workspace_id=row.workspace_id,
                column_model_id=row.id,
                asset_column_id=column_id,
                before_class=before.data_class,
                before_confidence=before.confidence,
                after_class=after.data_class,
                after_confidence=after.confidence,
            )
        )


def _counted(counts: dict[str, int], scored: Sequence[ScoredTable]) -> dict[str, int]:
    """Columns that were asked again, that wait for their next scan because no sample of them is kept, and that are people's."""
    more = {"compared": 0, "later": 0, "kept": 0}
    for each in scored:
        for column in each.table.columns:
            if column.id not in each.table.verdicts:
                continue
            is_free = each.table.follows(column.id)
            more["kept" if not is_free else "compared" if column.id in each.verdicts else "later"] += 1
    return {name: counts.get(name, 0) + count for name, count in more.items()}


def _finish(session: Session, row: ColumnModel) -> None:
    # Of challengers only the newest is of use: the reviews of the others are in it.
    session.exec(  # type: ignore[call-overload]  # SQLModel types only select()
        update(ColumnModel)
        .where(col(ColumnModel.workspace_id) == row.workspace_id, col(ColumnModel.status) == ModelStatus.CHALLENGER)
        .values(status=ModelStatus.DISMISSED, decided_at=now())
    )
    end(row)
    row.status, row.lease_until = ModelStatus.CHALLENGER, None
    announce(session, row, "model_ready")
    audit.record(
        session,
        None,
        "model.finish_training",
        audit.Subject("column_model", row.id, row.workspace_id),
        number=row.number,
    )
    log.info("model.trained", number=row.number, reviews=row.review_count)
