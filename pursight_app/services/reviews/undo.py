"""Takes reviews back: the verdict stands again as before, or as the classifier sees it by now."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, text, update
from sqlmodel import Session, col, select

from pursight_app.core.clock import now
from pursight_app.core.errors import ConflictError, NotFoundError, PermissionDeniedError
from pursight_app.models import (
    Asset,
    AssetColumn,
    Classification,
    ClassificationOrigin,
    ClassificationStatus,
    PropagatedLabel,
    Review,
)
from pursight_app.services import access, audit
from pursight_app.services.access import Actor, Permission
from pursight_app.services.reviews.consequences import follow_up
from pursight_app.services.reviews.decisions import ReviewBatch

# What the classifier says is in `suggestion`; the fields of a verdict that it holds are these.
_SUGGESTED = ("data_class", "confidence", "sensitivity", "regulations", "evidence", "model_version")
_RESTORE = text(
    """
    UPDATE classification v SET
        data_class = old.data_class, confidence = old.confidence, sensitivity = old.sensitivity,
        regulations = ARRAY(SELECT jsonb_array_elements_text(old.regulations)), origin = old.origin,
        status = old.status, model_version = old.model_version, decided_by_id = old.decided_by_id,
        decided_at = old.decided_at, evidence = coalesce(old.evidence, v.evidence)
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS old(
        id uuid, data_class text, confidence float8, sensitivity text, regulations jsonb, origin text, status text,
        model_version text, decided_by_id uuid, decided_at timestamptz, evidence jsonb)
    WHERE v.id = old.id
    """
)


@dataclass(frozen=True, slots=True)
class _Case:
    review: Review
    verdict: Classification
    column: AssetColumn
    asset: Asset


def undo_reviews(
    session: Session, actor: Actor, batch_id: UUID, review_ids: Collection[UUID] | None = None
) -> ReviewBatch:
    """Takes a batch back, or only some reviews of it: all that are asked for or, with an error, none.

    A verdict that was the classifier's becomes its newest word, not the one of back then. `reviewed` says how many
    verdicts were restored.

    Raises:
        NotFoundError: no such batch, or none of whose columns the actor may know.
        PermissionDeniedError: one of the verdicts is not theirs to review.
        ConflictError: everything was undone before, or a column was reviewed again since.
    """
    cases = _cases(session, batch_id, review_ids)
    _require_all(actor, cases, review_ids)
    cases = [case for case in cases if case.review.undone_at is None]
    if not cases:
        raise ConflictError("This has been undone already.", code="already_undone")
    _require_newest(session, cases)
    _restore(session, cases)
    ids = [case.review.id for case in cases]
    undone = update(Review).where(col(Review.id).in_(ids)).values(undone_at=now(), undone_by_id=actor.user_id)
    session.execute(undone)
    _record(session, actor, batch_id, cases)
    changed = ((case.column, case.asset) for case in cases)
    follow_up(session, actor, cases[0].asset.workspace_id, changed, decision="undo")
    return ReviewBatch(batch_id, len(cases))


def _cases(session: Session, batch_id: UUID, review_ids: Collection[UUID] | None) -> list[_Case]:
    statement = (
        select(Review, Classification, AssetColumn, Asset)
        .join(AssetColumn, col(AssetColumn.id) == Review.asset_column_id)
        .join(Asset, col(Asset.id) == AssetColumn.asset_id)
        .join(Classification, col(Classification.asset_column_id) == AssetColumn.id)
        .where(Review.batch_id == batch_id)
        .order_by(col(Classification.id))
        .with_for_update(of=Classification)
        .execution_options(populate_existing=True)
    )
    if review_ids is not None:
        statement = statement.where(col(Review.id).in_(review_ids))
    return [_Case(*row) for row in session.exec(statement).all()]


def _require_all(actor: Actor, cases: list[_Case], asked: Collection[UUID] | None) -> None:
    known = [
        case
        for case in cases
        if actor.decide(Permission.CATALOG_READ, access.asset_resource(case.asset)).allowed or _may(actor, case)
    ]
    if not known or (asked is not None and len(known) < len(set(asked))):
        raise NotFoundError("There is no such review, or not one that you may see.")
    refused = len(cases) - sum(_may(actor, case) for case in cases)
    if refused:
        raise PermissionDeniedError(
            f"You may not review {refused} of these {len(cases)} columns, so nothing was undone.",
            workspace_id=cases[0].asset.workspace_id,
        )


def _may(actor: Actor, case: _Case) -> bool:
    now_held = access.column_resource(case.asset, case.verdict)
    if actor.decide(Permission.CLASSIFICATION_REVIEW, now_held).allowed:
        return True
    # Whoever corrected a column to a class that is not theirs to review can still take back their own word.
    facts: dict[str, Any] = {name: case.review.before[name] for name in ("data_class", "sensitivity", "status")}
    before = Classification(**facts)
    was = access.column_resource(case.asset, before)
    is_own = case.review.decided_by_id == actor.user_id
    return is_own and actor.decide(Permission.CLASSIFICATION_REVIEW, was).allowed


def _require_newest(session: Session, cases: Sequence[_Case]) -> None:
    columns = [case.column.id for case in cases]
    newest = dict(
        session.exec(
            select(Review.asset_column_id, func.max(Review.created_at))
            .where(col(Review.asset_column_id).in_(columns), col(Review.undone_at).is_(None))
            .group_by(col(Review.asset_column_id))
        ).all()
    )
    later = [case for case in cases if newest[case.column.id] > case.review.created_at]
    if later:
        name = f"{later[0].asset.name}.{later[0].column.name}"
        which = name if len(later) == 1 else f"{len(later)} of these columns, such as {name},"
        were = "was" if len(later) == 1 else "were"
        raise ConflictError(
            f"{which} {were} reviewed again since. Undo the newer review first. Nothing was changed.",
            code="reviewed_since",
        )


def _restore(session: Session, cases: Sequence[_Case]) -> None:
    columns = [case.column.id for case in cases]
    labelled = set(
        session.exec(
            select(PropagatedLabel.asset_column_id).where(col(PropagatedLabel.asset_column_id).in_(columns)).distinct()
        ).all()
    )
    rows = [_as_before(case, is_labelled=case.column.id in labelled) for case in cases]
    session.execute(_RESTORE, {"rows": json.dumps(rows)})
    for case in cases:
        session.expire(case.verdict)


def _as_before(case: _Case, *, is_labelled: bool) -> dict[str, Any]:
    before, suggestion = case.review.before, case.verdict.suggestion
    was_automated = before["status"] == ClassificationStatus.SUGGESTED and (
        before["origin"] == ClassificationOrigin.AUTOMATED
        # The label may have been withdrawn while the person's word stood.
        or (before["origin"] == ClassificationOrigin.PROPAGATED and not is_labelled)
    )
    if not (was_automated and suggestion):
        return {**before, "id": str(case.verdict.id)}
    newest = {name: suggestion.get(name) for name in _SUGGESTED}
    newest["regulations"] = newest["regulations"] or []
    return {
        **newest,
        "id": str(case.verdict.id),
        "origin": ClassificationOrigin.AUTOMATED,
        "status": ClassificationStatus.SUGGESTED,
        "decided_by_id": None,
        "decided_at": None,
    }


def _record(session: Session, actor: Actor, batch_id: UUID, cases: Sequence[_Case]) -> None:
    first = cases[0]
    said: dict[str, Any] = {"batch_id": str(batch_id), "columns": len(cases)}
    if len(cases) == 1:
        subject = audit.Subject("asset", first.asset.id, first.asset.workspace_id)
        audit.record(session, actor, "classification.undo_review", subject, column=first.column.name, **said)
        return
    subject = audit.Subject("review_batch", batch_id, first.asset.workspace_id)
    audit.record(session, actor, "review_batch.undo", subject, tables=len({case.asset.id for case in cases}), **said)
