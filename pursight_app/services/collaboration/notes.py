"""Notes written together: changes of all are kept and merged (Yjs, through pycrdt), with a history that can be restored."""

import base64
import json
from datetime import timedelta
from uuid import UUID

from pycrdt import Doc, Text, merge_updates
from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from pursight_app.core.clock import now
from pursight_app.core.db import after_commit
from pursight_app.core.errors import InvalidInputError, NotFoundError
from pursight_app.core.rooms import tell_note
from pursight_app.models import Document, DocumentKind, NoteUpdate, NoteVersion, RoomStatus, UserAccount
from pursight_app.services.access import Actor
from pursight_app.services.collaboration.log import ended
from pursight_app.services.collaboration.seats import Seat, seat_of

# The name of the shared text inside the Yjs document; assets and tests use the same.
TEXT = "body"
MOST_BYTES_AT_ONCE = 256 * 1024
MOST_BYTES = 4 * 1024 * 1024
# So many changes are merged into one: a long note is many thousand keystrokes.
MERGED_FROM = 200
VERSION_EVERY = timedelta(minutes=5)
_NO_NOTE = "There is no such note in a room that you take part in."


def _note(session: Session, actor: Actor, document_id: UUID, *, is_writing: bool) -> tuple[Document, Seat]:
    document = session.get(Document, document_id)
    if document is None or document.kind != DocumentKind.NOTE:
        raise NotFoundError(_NO_NOTE)
    seat = seat_of(session, actor, document.room_id, lock=is_writing)
    if is_writing and seat.room.status == RoomStatus.ENDED:
        raise ended()
    return document, seat


def note_state(session: Session, actor: Actor, document_id: UUID) -> bytes:
    """The whole note as one Yjs update."""
    _note(session, actor, document_id, is_writing=False)
    return _state(session, document_id)


def _state(session: Session, document_id: UUID) -> bytes:
    changes = session.exec(select(NoteUpdate.change).where(NoteUpdate.document_id == document_id)).all()
    return merge_updates(*changes) if changes else Doc().get_update()


def note_text(session: Session, actor: Actor, document_id: UUID) -> str:
    """What the note says now."""
    _note(session, actor, document_id, is_writing=False)
    return _text(_state(session, document_id))


def _text(state: bytes) -> str:
    document = Doc()
    document.apply_update(state)
    return str(document.get(TEXT, type=Text))


def write_note(session: Session, actor: Actor, document_id: UUID, change: bytes, *, sender: str = "") -> None:
    """Keeps a change and tells the others; the same change again changes nothing.

    Raises:
        InvalidInputError: not a Yjs update, or the note would become larger than `MOST_BYTES`.
        ConflictError: the room has ended; code `session_ended`.
    """
    document, _ = _note(session, actor, document_id, is_writing=True)
    if len(change) > MOST_BYTES_AT_ONCE:
        raise InvalidInputError(f"One change of a note has at most {MOST_BYTES_AT_ONCE // 1024} KB.")
    known = session.exec(select(NoteUpdate.change).where(NoteUpdate.document_id == document_id)).all()
    if sum(map(len, known)) + len(change) > MOST_BYTES:
        raise InvalidInputError(f"A note has at most {MOST_BYTES // 1024 // 1024} MB with its history of changes.")
    try:
        # With what is there: a forged change that can be read alone may still make the whole unreadable.
        _text(merge_updates(*known, change))
    except (ValueError, RuntimeError):
        raise InvalidInputError("This is not a change that Yjs has made.") from None
    _keep_version(session, document)
    session.add(
        NoteUpdate(workspace_id=document.workspace_id, document_id=document_id, author_id=actor.user_id, change=change)
    )
    if len(known) >= MERGED_FROM:
        _merge(session, document, actor)
    after_commit(session, lambda: tell_note(document_id, _told(sender, "change", change)))


def _told(sender: str, kind: str, content: bytes) -> str:
    return json.dumps({"from": sender, "kind": kind, "content": base64.b64encode(content).decode()})


def _merge(session: Session, document: Document, actor: Actor) -> None:
    session.flush()
    state = _state(session, document.id)
    session.execute(delete(NoteUpdate).where(col(NoteUpdate.document_id) == document.id))
    session.add(
        NoteUpdate(workspace_id=document.workspace_id, document_id=document.id, author_id=actor.user_id, change=state)
    )


def _keep_version(session: Session, document: Document) -> None:
    """Remembers what the note said before this change, if the last version is old enough and there is something."""
    newest = select(func.max(NoteVersion.created_at)).where(NoteVersion.document_id == document.id)
    last_at = session.exec(newest).one() or document.created_at
    if now() - last_at < VERSION_EVERY:
        return
    wrote = select(NoteUpdate.author_id).where(NoteUpdate.document_id == document.id)
    author_id = session.exec(wrote.order_by(col(NoteUpdate.created_at).desc()).limit(1)).first()
    if body := _text(_state(session, document.id)):
        session.add(
            NoteVersion(workspace_id=document.workspace_id, document_id=document.id, author_id=author_id, body=body)
        )


def list_note_versions(session: Session, actor: Actor, document_id: UUID) -> list[tuple[NoteVersion, str]]:
    """What the note said before, the newest first, with who wrote last."""
    _note(session, actor, document_id, is_writing=False)
    wanted = (
        select(NoteVersion, UserAccount.name)
        .outerjoin(UserAccount, col(UserAccount.id) == NoteVersion.author_id)
        .where(NoteVersion.document_id == document_id)
        .order_by(col(NoteVersion.created_at).desc())
        .limit(100)
    )
    return [(version, name or "") for version, name in session.exec(wanted).all()]


def restore_note(session: Session, actor: Actor, document_id: UUID, version_id: UUID) -> None:
    """Makes the note say again what it said; a change like any other, so that what others write meanwhile stays.

    Raises:
        NotFoundError: no such version of this note.
    """
    document, _ = _note(session, actor, document_id, is_writing=True)
    version = session.get(NoteVersion, version_id)
    if version is None or version.document_id != document_id:
        raise NotFoundError("There is no such version of this note.")
    shared = Doc()
    shared.apply_update(_state(session, document_id))
    before, body = shared.get_state(), shared.get(TEXT, type=Text)
    session.add(
        NoteVersion(
            workspace_id=document.workspace_id, document_id=document_id, author_id=actor.user_id, body=str(body)
        )
    )
    with shared.transaction():
        body.clear()
        body += version.body
    write_note(session, actor, document_id, shared.get_update(before))
