"""Goes through the scanned tables of a workspace, batch by batch, and remembers in the model's row how far it got."""

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from pursight_app.models import Asset, ColumnModel
from pursight_app.services.learning.progress import announce

if TYPE_CHECKING:
    from pursight_app.services.rescoring import ScannedTable

BATCH_TABLES = 25


def find_champion(session: Session, workspace_id: UUID) -> ColumnModel | None:
    """The workspace's model in use; None when that is the shipped one. Not for people."""
    statement = select(ColumnModel).where(ColumnModel.workspace_id == workspace_id, ColumnModel.status == "champion")
    return session.exec(statement).first()


def begin(session: Session, row: ColumnModel) -> None:
    """Sets the counts to the workspace's tables, unless an earlier owner has begun."""
    if "after" in row.scores:
        return
    row.scores = {**row.scores, "after": ""}
    row.done_count = 0
    row.total_count = session.exec(
        select(func.count())
        .select_from(Asset)
        .where(
            Asset.workspace_id == row.workspace_id,
            col(Asset.scanned_at).is_not(None),
            col(Asset.missing_since).is_(None),
        )
    ).one()
    announce(session, row)


def next_tables(session: Session, row: ColumnModel) -> "list[ScannedTable]":
    """The next batch behind the last one that was finished; empty at the end."""
    # Here, because it brings pyarrow (25 MB), which the web server does not use.
    from pursight_app.services.rescoring import load_tables

    after = str(row.scores.get("after", ""))
    return load_tables(session, row.workspace_id, after=UUID(after) if after else None, limit=BATCH_TABLES)


def step(session: Session, row: ColumnModel, tables: "list[ScannedTable]") -> None:
    """Marks a batch as done, in the transaction that writes what came of it."""
    row.scores = {**row.scores, "after": str(tables[-1].asset.id)}
    row.done_count += len(tables)
    row.total_count = max(row.total_count, row.done_count)
    announce(session, row)


def end(row: ColumnModel) -> None:
    """Forgets the place, so that the next way through the catalogue begins at its start."""
    row.scores = {name: value for name, value in row.scores.items() if name != "after"}
