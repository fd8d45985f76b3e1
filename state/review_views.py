"""The view rows of the review queue and how they are made from what services return."""

from dataclasses import dataclass

from pursight_app.core.taxonomy import TAXONOMY, Sensitivity
from pursight_app.services.reviews import BatchRow, QueueRow, ReviewRow
from state import format as fmt
from state.base import column_href


@dataclass
class QueueView:
    """One verdict that waits. `confidence` is in percent; `guess` is the best guess where no class was named."""

    id: str
    column: str
    table: str
    source: str
    href: str
    data_class: str
    guess: str
    confidence: int
    sensitivity: str
    reason: str
    examples: list[str]


@dataclass
class BatchView:
    """Reviews that were made together."""

    id: str
    done: str
    what: str
    where: str
    who: str
    when: str
    when_exact: str
    undone: str
    can_undo: bool
    count: int


@dataclass
class ItemView:
    """One review of an open batch."""

    id: str
    column: str
    table: str
    href: str
    what: str
    note: str
    can_undo: bool


@dataclass
class Choice:
    """Something that a list can be narrowed to."""

    key: str
    words: str


def view_verdict(row: QueueRow) -> QueueView:
    """A line of the queue."""
    verdict = row.verdict
    return QueueView(
        id=str(verdict.id),
        column=row.column.name,
        table=row.asset.qualified_name,
        source=row.data_source_name,
        href=column_href(row.asset.id, row.column.name),
        data_class=verdict.data_class or "",
        guess="" if verdict.data_class else row.runner_up,
        confidence=round(100 * verdict.confidence),
        sensitivity=verdict.sensitivity or "",
        reason=_reason(row),
        examples=list(row.examples),
    )


def _reason(row: QueueRow) -> str:
    verdict, parts = row.verdict, list[str]()
    if not verdict.data_class:
        parts.append(f"best guess {row.runner_up}" if row.runner_up else "no guess")
    elif row.runner_up:
        parts.append(f"could be {row.runner_up} ({fmt.percent(row.runner_up_share)})")
    if _crosses(verdict.sensitivity, row.runner_up):
        parts[-1] += ", of which one is sensitive" if verdict.data_class else ", which is sensitive"
    if row.similar_count > 1:
        parts.append(f"{fmt.count(row.similar_count)} columns alike wait")
    return "; ".join(parts)


def _crosses(sensitivity: str | None, runner_up: str) -> bool:
    if runner_up not in TAXONOMY:
        return False
    own = Sensitivity(sensitivity).rank if sensitivity else 0
    line = Sensitivity.CONFIDENTIAL.rank
    return (own >= line) != (TAXONOMY[runner_up].sensitivity.rank >= line)


def view_batch(row: BatchRow) -> BatchView:
    """A line of the recent decisions."""
    what = _change(row.before_class, row.data_class, row.decision)
    more = f" and {fmt.count(row.column_count - 1)} more" if row.column_count > 1 else ""
    undone = f"{fmt.count(row.undone_count)} of {fmt.count(row.column_count)} taken back" if row.undone_count else ""
    return BatchView(
        id=str(row.batch_id),
        done=row.decision,
        what=what,
        where=row.place + more,
        who=row.who or "somebody who left",
        when=fmt.ago(row.at),
        when_exact=fmt.exact(row.at),
        undone="Taken back" if row.undone_count == row.column_count else undone,
        can_undo=row.undone_count < row.column_count,
        count=row.column_count,
    )


def _change(before: str | None, after: str | None, decision: str) -> str:
    if decision == "correct":
        return f"{before or 'various'} → {after}"
    return before or "various"


def view_item(row: ReviewRow) -> ItemView:
    """A line of an open batch."""
    review = row.review
    if review.undone_at:
        note = f"Taken back by {row.undone_by or 'somebody who left'}"
    else:
        note = "" if row.is_newest else "Reviewed again since"
    return ItemView(
        id=str(review.id),
        column=row.column.name,
        table=row.asset.qualified_name,
        href=column_href(row.asset.id, row.column.name),
        what=_change(review.before.get("data_class") or "not named", review.data_class, review.decision),
        note=note,
        can_undo=row.is_newest and review.undone_at is None,
    )
