"""What people ask of models: train one, put it into use, dismiss it, go back to an earlier one; and finding lost work."""

from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import func
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from pursight_app.assistant.column_model import load_model
from pursight_app.core import queue
from pursight_app.core.clock import now
from pursight_app.core.db import after_commit, unit_of_work
from pursight_app.core.errors import ConflictError, InvalidInputError, NotFoundError
from pursight_app.core.redis import RedisError
from pursight_app.core.settings import get_settings
from pursight_app.models import ColumnModel, ModelStatus
from pursight_app.services import access, audit
from pursight_app.services.access import Actor, Permission
from pursight_app.services.learning.catalogue import find_champion
from pursight_app.services.learning.endings import fail_model
from pursight_app.services.learning.lessons import MIN_REVIEWS, load_lessons
from pursight_app.services.learning.progress import announce
from pursight_app.services.leases import MAX_TAKEOVERS

log = structlog.get_logger()
_BUSY = "A model of this workspace is being trained or put into use. Wait until that is done."


def request_training(session: Session, actor: Actor, workspace_id: UUID) -> ColumnModel:
    """Queues the training of a model from this workspace's reviews.

    Raises:
        NotFoundError, PermissionDeniedError: see services.access.
        InvalidInputError: too few reviewed columns to learn from (`too_few_reviews`).
        ConflictError: a model of this workspace is being worked on (`model_active`).
    """
    access.require(actor, Permission.MODEL_MANAGE, workspace_id)
    lessons = len(load_lessons(session, workspace_id))
    if lessons < MIN_REVIEWS:
        raise InvalidInputError(
            f"There are {lessons} reviewed columns to learn from; it takes {MIN_REVIEWS}. "
            "Confirm, reject or correct more verdicts first.",
            code="too_few_reviews",
        )
    row = queue_model(session, ColumnModel(workspace_id=workspace_id, requested_by_id=actor.user_id, number=0))
    row.review_count = lessons
    audit.record(session, actor, "model.train", _subject(row), number=row.number, reviews=lessons)
    return row


def roll_back(session: Session, actor: Actor, workspace_id: UUID, model_id: UUID | None = None) -> ColumnModel:
    """Queues a comparison with an earlier model, or with the shipped one when `model_id` is None; it is then promoted.

    Raises:
        NotFoundError: no such model in this workspace.
        ConflictError: that model is in use already, or was learned on top of an older shipped model.
    """
    access.require(actor, Permission.MODEL_MANAGE, workspace_id)
    base, champion = load_model(), find_champion(session, workspace_id)
    earlier = access.get(session, actor, ColumnModel, model_id, Permission.MODEL_MANAGE) if model_id else None
    if earlier is not None and (earlier.workspace_id != workspace_id or earlier.status != ModelStatus.RETIRED):
        raise NotFoundError("There is no such earlier model in this workspace.")
    if earlier is None and (champion is None or champion.artefact_key is None):
        raise ConflictError("The shipped model is in use already.", code="model_in_use")
    _require_fitting(earlier)
    row = ColumnModel(
        workspace_id=workspace_id,
        number=0,
        requested_by_id=actor.user_id,
        version=earlier.version if earlier else base.version,
        base_version=base.version,
        artefact_key=earlier.artefact_key if earlier else None,
        review_count=earlier.review_count if earlier else 0,
        trained_at=earlier.trained_at if earlier else None,
        scores={"restores": earlier.number if earlier else 0},
    )
    row = queue_model(session, row)
    audit.record(session, actor, "model.roll_back", _subject(row), number=row.number, restores=row.scores["restores"])
    return row


def queue_model(session: Session, row: ColumnModel) -> ColumnModel:
    """Adds a model with the workspace's next number and sends it to a worker.

    Raises:
        ConflictError: another model of the workspace is being worked on (`model_active`).
    """
    last = session.exec(select(func.max(ColumnModel.number)).where(ColumnModel.workspace_id == row.workspace_id)).one()
    # Until the sweep may send it: between the commit and the sending it would look lost to it.
    row.number, row.sent_at = (last or 0) + 1, now()
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise ConflictError(_BUSY, code="model_active") from None
    announce(session, row)
    after_commit(session, lambda: _send(row.id, row.fence))
    return row


def _send(model_id: UUID, fence: int) -> None:
    try:
        queue.send(queue.LEARN, str(model_id), job_id=_job_id(model_id, fence))
    except RedisError as error:
        # The row is there; the sweep sends it as soon as Redis is back.
        log.warning("model.not_sent", model_id=str(model_id), error=type(error).__name__)


def _job_id(model_id: UUID, fence: int) -> str:
    return f"model-{model_id}-{fence}"


def _subject(row: ColumnModel) -> audit.Subject:
    return audit.Subject("column_model", row.id, row.workspace_id)


def promote_model(session: Session, actor: Actor, model_id: UUID, *, override: bool = False) -> ColumnModel:
    """Queues that a challenger is put into use and its verdicts go into the catalogue.

    Raises:
        ConflictError: it is no challenger; it did not pass its gate and nobody said `override` (`model_gate`); it was
            learned on top of an older shipped model (`model_outdated`); another one is being worked on (`model_active`).
    """
    row = _locked(session, actor, model_id)
    if row.status != ModelStatus.CHALLENGER:
        raise ConflictError(
            f"Model {row.number} is {row.status}; only a challenger can be promoted.", code="model_over"
        )
    _require_fitting(row)
    passed = row.scores.get("gate", {})
    if not passed.get("passed") and not override:
        reasons = " ".join(passed.get("reasons", []))
        raise ConflictError(f"{reasons} Promote it all the same only with an explicit override.", code="model_gate")
    try:
        with session.begin_nested():
            row.status, row.decided_by_id, row.decided_at = ModelStatus.PROMOTING, actor.user_id, now()
            row.lease_until, row.sent_at, row.done_count = None, now(), 0
            session.flush()
    except IntegrityError:
        raise ConflictError(_BUSY, code="model_active") from None
    audit.record(session, actor, "model.promote", _subject(row), number=row.number, override=override)
    announce(session, row)
    after_commit(session, lambda: _send(row.id, row.fence))
    return row


def _require_fitting(row: ColumnModel | None) -> None:
    if row is not None and row.base_version != load_model().version:
        raise ConflictError(
            f"Model {row.number} was learned on top of an older shipped model. Retrain to learn the same reviews anew.",
            code="model_outdated",
        )


def dismiss_model(session: Session, actor: Actor, model_id: UUID) -> ColumnModel:
    """Says that a challenger will not be used.

    Raises:
        ConflictError: it is no challenger.
    """
    row = _locked(session, actor, model_id)
    if row.status != ModelStatus.CHALLENGER:
        raise ConflictError(
            f"Model {row.number} is {row.status}; only a challenger can be dismissed.", code="model_over"
        )
    row.status, row.decided_by_id, row.decided_at = ModelStatus.DISMISSED, actor.user_id, now()
    audit.record(session, actor, "model.dismiss", _subject(row), number=row.number)
    announce(session, row)
    return row


def _locked(session: Session, actor: Actor, model_id: UUID) -> ColumnModel:
    access.get(session, actor, ColumnModel, model_id, Permission.MODEL_MANAGE)
    return session.exec(
        select(ColumnModel)
        .where(ColumnModel.id == model_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def sweep_models() -> int:
    """Sends what got lost: models whose worker fell silent and models whose job is not in the queue. Returns how many.

    Like `scanning.sweep_scans`: called every few seconds by each worker pool; several at once send nothing twice.
    """
    patience_s = get_settings().lease_s
    with unit_of_work() as session:
        silent = session.exec(
            select(ColumnModel)
            .where(
                col(ColumnModel.status).in_([ModelStatus.TRAINING, ModelStatus.PROMOTING]),
                col(ColumnModel.lease_until) < now(),
            )
            .with_for_update(skip_locked=True)
        ).all()
        for row in silent:
            _requeue(session, row)
        is_due = col(ColumnModel.sent_at).is_(None) | (col(ColumnModel.sent_at) < now() - timedelta(seconds=patience_s))
        waiting = session.exec(
            select(ColumnModel)
            .where(
                col(ColumnModel.status).in_([ModelStatus.QUEUED, ModelStatus.PROMOTING]),
                col(ColumnModel.lease_until).is_(None),
                is_due,
            )
            .with_for_update(skip_locked=True)
        ).all()
        lost = [row for row in waiting if not queue.is_pending(_job_id(row.id, row.fence), claim_s=patience_s)]
        for row in lost:
            row.sent_at = now()
            after_commit(session, lambda row=row: _send(row.id, row.fence))
    return len(lost)


def _requeue(session: Session, row: ColumnModel) -> None:
    log.warning("model.worker_lost", model_id=str(row.id), fence=row.fence)
    if row.fence >= MAX_TAKEOVERS:
        fail_model(
            session, row, f"The worker died {row.fence} times while it worked on this model. See the worker's log."
        )
        return
    if row.status == ModelStatus.TRAINING:
        row.status = ModelStatus.QUEUED
    row.lease_until, row.sent_at = None, None
    announce(session, row)
