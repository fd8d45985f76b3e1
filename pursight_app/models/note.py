"""Notes that several people write at once: Yjs updates as they come, and what the note said before."""

from uuid import UUID

from sqlalchemy import LargeBinary
from sqlmodel import Field

from pursight_app.models.base import Row, reference


class NoteUpdate(Row, table=True):
    """One change as Yjs encodes it. In whatever order they are applied, the note is the same."""

    workspace_id: UUID = reference("workspace")
    document_id: UUID = reference("document")
    author_id: UUID | None = reference("user_account", nullable=True, index=False)
    change: bytes = Field(sa_type=LargeBinary)


class NoteVersion(Row, table=True):
    """What a note said at a moment; `author_id` is who wrote last before it."""

    workspace_id: UUID = reference("workspace")
    document_id: UUID = reference("document")
    author_id: UUID | None = reference("user_account", nullable=True, index=False)
    body: str
