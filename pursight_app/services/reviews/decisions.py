"""A person's word on verdicts: one or up to `MAX_BATCH` at once, all or none. From then on no scan changes them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, update
from sqlmodel import Session, col, select

from pursight_app.core.clock import now
from pursight_app.core.errors import InvalidInputError, NotFoundError, PermissionDeniedError
from pursight_app.core.taxonomy import DataClass
from pursight_app.models import (
    Asset,
    AssetColumn,
    Classification,
    ClassificationOrigin,
    ClassificationStatus,
    Review,
    ReviewDecision,
)
from pursight_app.services import access, activity, audit, data_classes
from pursight_app.services.access import Actor, Permission
from pursight_app.services.reviews.consequences import follow_up

DECISIONS = tuple(str(decision) for decision in ReviewDecision)
MAX_BATCH = 500
# What of a verdict a review may change, and so what an undo brings back.
KEPT_FIELDS = (
    "data_class",
    "confidence",
    "sensitivity",
    "regulations",
    "origin",
    "status",
    "model_version",
    "decided_by_id",
    "decided_at",
)


@dataclass(frozen=True, slots=True)
class ReviewBatch:
    """Reviews that were made together and can be undone together."""

    batch_id: UUID
    reviewed: int


@dataclass(frozen=True, slots=True)
class Case:
    """A verdict with its column and its asset."""

    verdict: Classification
    column: AssetColumn
    asset: Asset

    @property
    def name(self) -> str:
        """The column as people know it."""
        return f"{self.asset.name}.{self.column.name}"


@dataclass(frozen=True, slots=True)
class Change:
    """What a review does to a verdict: how it stood, and the class after it (None after a rejection)."""

    case: Case
    before: dict[str, Any]
    data_class: str | None


def review_classification(
    session: Session, actor: Actor, classification_id: UUID, *, decision: str, data_class: str | None = None
) -> Classification:
    """Records a person's word on a verdict. Rules are evaluated anew at once.

    Raises:
        InvalidInputError: an unknown decision; `correct` without a data class of the workspace; nothing to confirm.
    """
    verdict = access.get(session, actor, Classification, classification_id, Permission.CLASSIFICATION_REVIEW)
    review_many(session, actor, verdict.workspace_id, [classification_id], decision=decision, data_class=data_class)
    session.refresh(verdict)
    return verdict


def review_many(
    session: Session,
    actor: Actor,
    workspace_id: UUID,
    classification_ids: Sequence[UUID],
    *,
    decision: str,
    data_class: str | None = None,
) -> ReviewBatch:
    """The same word on several verdicts of a workspace: all of them or, with an error, none.

    The number of SQL statements does not grow with the number of verdicts.

    Raises:
        InvalidInputError: no verdict or more than `MAX_BATCH`; else as for `review_classification`.
        NotFoundError: one of them does not exist here for the actor.
        PermissionDeniedError: one of them is not theirs to review.
    """
    access.require_somewhere(actor, Permission.CLASSIFICATION_REVIEW, workspace_id)
    ids = list(dict.fromkeys(classification_ids))
    if not 1 <= len(ids) <= MAX_BATCH:
        raise InvalidInputError(f"Choose 1 to {MAX_BATCH} columns at a time; these are {len(ids)}.")
    chosen = _chosen_class(session, workspace_id, decision, data_class)
    cases = load_cases(session, workspace_id, ids)
    _require_all(actor, cases, len(ids))
    _require_named(cases, decision)
    changes = [Change(case, kept(case.verdict), _class_after(case.verdict, decision, chosen)) for case in cases]
    batch = ReviewBatch(uuid4(), len(changes))
    _write(session, actor, ids, decision, chosen)
    _keep_reviews(session, actor, batch.batch_id, decision, changes)
    _record(session, actor, batch.batch_id, decision, changes)
    follow_up(session, actor, workspace_id, ((case.column, case.asset) for case in cases), decision=decision)
    return batch


def _class_after(verdict: Classification, decision: str, chosen: DataClass | None) -> str | None:
    if decision == ReviewDecision.REJECT:
        return None
    return chosen.name if chosen else verdict.data_class


def _chosen_class(session: Session, workspace_id: UUID, decision: str, data_class: str | None) -> DataClass | None:
    if decision not in DECISIONS:
        raise InvalidInputError("A decision is confirm, reject or correct.")
    if decision != ReviewDecision.CORRECT:
        return None
    known = data_classes.known_class(session, workspace_id, data_class or "")
    if known is None:
        raise InvalidInputError(f"{(data_class or '')[:60]!r} is no data class. The page Data classes lists them.")
    return known


def load_cases(session: Session, workspace_id: UUID, ids: Sequence[UUID]) -> list[Case]:
    """Verdicts of a workspace, locked in one order, so that two batches over the same columns wait for each other."""
    statement = (
        select(Classification, AssetColumn, Asset)
        .join(AssetColumn, col(AssetColumn.id) == Classification.asset_column_id)
        .join(Asset, col(Asset.id) == AssetColumn.asset_id)
        .where(col(Classification.id).in_(ids), Classification.workspace_id == workspace_id)
        .order_by(col(Classification.id))
        .with_for_update(of=Classification)
        # The caller may have read one of them before it was locked.
        .execution_options(populate_existing=True)
    )
    return [Case(*row) for row in session.exec(statement).all()]


def _require_all(actor: Actor, cases: list[Case], asked: int) -> None:
    seen: list[Case] = []
    refused: list[Case] = []
    for case in cases:
        resource = access.column_resource(case.asset, case.verdict)
        if actor.decide(Permission.CLASSIFICATION_REVIEW, resource).allowed:
            seen.append(case)
        elif actor.decide(Permission.CATALOG_READ, resource).allowed:
            refused.append(case)
    if len(seen) + len(refused) < asked:
        lost = asked - len(seen) - len(refused)
        raise NotFoundError(
            f"{lost} of these {asked} verdicts do not exist here or are hidden from you. Nothing was changed."
        )
    if refused:
        raise PermissionDeniedError(
            f"You may not review {len(refused)} of these {asked} columns, such as {refused[0].name}. Nothing was changed.",
            workspace_id=refused[0].asset.workspace_id,
        )


def _require_named(cases: list[Case], decision: str) -> None:
    unnamed = [case for case in cases if not case.verdict.data_class]
    if decision == ReviewDecision.CORRECT or not unnamed:
        return
    which = f"{unnamed[0].name} has" if len(cases) == 1 else f"{len(unnamed)} of these {len(cases)} columns have"
    raise InvalidInputError(f"{which} no data class to {decision}; correct the verdict instead. Nothing was changed.")


def kept(verdict: Classification) -> dict[str, Any]:
    """What an undo brings back, as JSON."""
    return verdict.model_dump(mode="json", include=set(KEPT_FIELDS))


def _write(session: Session, actor: Actor, ids: list[UUID], decision: str, chosen: DataClass | None) -> None:
    status = ClassificationStatus.REJECTED if decision == ReviewDecision.REJECT else ClassificationStatus.CONFIRMED
    changed: dict[str, Any] = {"status": status, "decided_by_id": actor.user_id, "decided_at": now()}
    if chosen:
        changed |= {
            "data_class": chosen.name,
            "sensitivity": str(chosen.sensitivity),
            "regulations": list(chosen.regulations),
            "confidence": 1.0,
            "origin": ClassificationOrigin.MANUAL,
        }
    session.execute(update(Classification).where(col(Classification.id).in_(ids)).values(**changed))


def _keep_reviews(session: Session, actor: Actor, batch_id: UUID, decision: str, changes: list[Change]) -> None:
    rows = [
        Review(
            workspace_id=change.case.asset.workspace_id,
            asset_column_id=change.case.column.id,
            batch_id=batch_id,
            decision=decision,
            data_class=change.data_class,
            before=change.before,
            decided_by_id=actor.user_id,
        ).model_dump()
        for change in changes
    ]
    session.execute(insert(Review), rows)


def _record(session: Session, actor: Actor, batch_id: UUID, decision: str, changes: list[Change]) -> None:
    for asset, count in Counter(change.case.asset.id for change in changes).items():
        activity.track(
            session,
            actor,
            changes[0].case.asset.workspace_id,
            f"classification.{decision}",
            asset_id=asset,
            columns=count,
        )
    first = changes[0]
    workspace_id = first.case.asset.workspace_id
    said: dict[str, Any] = {"decision": decision, "batch_id": str(batch_id), "data_class": first.data_class}
    if len(changes) == 1:
        subject = audit.Subject("asset", first.case.asset.id, workspace_id)
        said |= {"column": first.case.column.name, "before": first.before["data_class"]}
        audit.record(session, actor, "classification.review", subject, **said)
        return
    said |= {"columns": len(changes), "tables": len({change.case.asset.id for change in changes})}
    if decision == ReviewDecision.CONFIRM:
        said["data_class"] = None
    audit.record(session, actor, "review_batch.create", audit.Subject("review_batch", batch_id, workspace_id), **said)
