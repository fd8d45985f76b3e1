"""The reviews in an asset's history: a batch is one sentence, however many columns it named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from pursight_app.models import AssetColumn, Review, UserAccount

_NAMED_COLUMNS = 3
# More than this many newest reviews of one asset nobody reads; batches at the end may then name fewer columns.
_MOST_REVIEWS = 1_000
_WORDS: Mapping[str, str] = {"confirm": "Confirmed", "reject": "Rejected", "correct": "Corrected"}


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One thing that happened to an asset, as a sentence; `href` leads to where it was decided, "" elsewhere."""

    at: datetime
    who: str
    what: str
    href: str = ""


def list_review_entries(session: Session, asset_id: UUID, *, limit: int) -> list[HistoryEntry]:
    """What people decided on the columns of an asset and what they took back, newest first."""
    author, undoer = aliased(UserAccount), aliased(UserAccount)
    found = session.exec(
        select(Review, AssetColumn.name, author.email, undoer.email)
        .join(AssetColumn, col(AssetColumn.id) == Review.asset_column_id)
        .outerjoin(author, col(author.id) == Review.decided_by_id)
        .outerjoin(undoer, col(undoer.id) == Review.undone_by_id)
        .where(AssetColumn.asset_id == asset_id)
        .order_by(col(Review.created_at).desc())
        .limit(_MOST_REVIEWS)
    ).all()
    said: dict[UUID, tuple[Review, str, list[str]]] = {}
    undone: dict[tuple[UUID, datetime], tuple[str, list[str]]] = {}
    for review, name, who, undoer_email in found:
        said.setdefault(review.batch_id, (review, who or "", []))[2].append(name)
        if review.undone_at:
            undone.setdefault((review.batch_id, review.undone_at), (undoer_email or "", []))[1].append(name)
    entries = [HistoryEntry(review.created_at, who, _sentence(review, names)) for review, who, names in said.values()]
    entries += [
        HistoryEntry(at, who, f"Undid the review of {_columns(names)}") for (_, at), (who, names) in undone.items()
    ]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:limit]


def _sentence(review: Review, names: Sequence[str]) -> str:
    after = f" to {review.data_class}" if review.decision == "correct" else ""
    if len(names) > 1:
        count, _, listed = _columns(names).partition(":")
        return f"{_WORDS[review.decision]} {count}{after}:{listed}"
    before = review.before.get("data_class") if review.decision != "correct" else ""
    return f"{_WORDS[review.decision]} column {names[0]}{after}{f' as {before}' if before else ''}"


def _columns(names: Sequence[str]) -> str:
    if len(names) == 1:
        return f"column {names[0]}"
    listed = sorted(names)
    more = f" and {len(listed) - _NAMED_COLUMNS} more" if len(listed) > _NAMED_COLUMNS else ""
    return f"{len(listed)} columns: {', '.join(listed[:_NAMED_COLUMNS])}{more}"
