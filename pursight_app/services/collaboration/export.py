"""A room as one file: Markdown for people, JSON for programs."""

import json
from collections.abc import Iterator
from uuid import UUID

from sqlmodel import Session

from pursight_app.models import DocumentKind
from pursight_app.services.access import Actor
from pursight_app.services.collaboration.decisions import list_decisions
from pursight_app.services.collaboration.documents import DocumentRow, list_documents, read_content
from pursight_app.services.collaboration.messages import MessageRow, list_messages
from pursight_app.services.collaboration.notes import note_text
from pursight_app.services.collaboration.rooms import get_room
from pursight_app.services.collaboration.tasks import list_tasks

_PAGE = 500
# More than any room has: an export leaves nothing out.
_ALL = 100_000


def _all_messages(session: Session, actor: Actor, room_id: UUID) -> Iterator[MessageRow]:
    last = 0
    while page := list_messages(session, actor, room_id, after_seq=last, limit=_PAGE):
        yield from page
        last = page[-1].message.seq


def export_json(session: Session, actor: Actor, room_id: UUID) -> str:
    """Everything that the reader may see of a room, as JSON."""
    messages = [
        {
            "seq": row.message.seq,
            "message_id": str(row.message.id),
            "at": row.message.created_at.isoformat(),
            "author": row.author_name,
            "body": row.message.body,
            "thread_id": str(row.message.thread_id) if row.message.thread_id else None,
            "edited_at": row.message.edited_at.isoformat() if row.message.edited_at else None,
            "is_deleted": row.message.deleted_at is not None,
            "reactions": {emoji: count for emoji, count, _ in row.reactions},
        }
        for row in _all_messages(session, actor, room_id)
    ]
    detail = get_room(session, actor, room_id)
    room = detail.room
    return json.dumps(
        {
            "session_id": str(room.id),
            "title": room.title,
            "status": room.status,
            "created_at": room.created_at.isoformat(),
            "ended_at": room.ended_at.isoformat() if room.ended_at else None,
            "subject": detail.subject,
            "participants": [person.name for person in detail.people],
            "messages": messages,
            "documents": _documents(session, actor, room_id),
            "decisions": [
                {"title": row.decision.title, "status": row.decision.status, "decided_by": row.decided_by}
                for row in list_decisions(session, actor, room_id, limit=_ALL)[0]
            ],
            "tasks": [
                {
                    "title": row.task.title,
                    "owner": row.owner,
                    "due_on": row.task.due_on.isoformat() if row.task.due_on else None,
                    "status": row.task.status,
                }
                for row in list_tasks(session, actor, room_id, limit=_ALL)
            ],
        },
        indent=2,
        ensure_ascii=False,
    )


def _documents(session: Session, actor: Actor, room_id: UUID) -> list[dict[str, object]]:
    return [
        {
            "title": row.title,
            "kind": row.document.kind,
            "shared_by": row.shared_by,
            "seq": row.document.seq,
            "url": row.document.url or None,
            "text": _words_of(session, actor, row),
        }
        for row in list_documents(session, actor, room_id, limit=_ALL)
    ]


def export_markdown(session: Session, actor: Actor, room_id: UUID) -> str:
    """The same for reading: each message as a quotation, so that its own headings stay below ours."""
    messages = list(_all_messages(session, actor, room_id))
    detail = get_room(session, actor, room_id)
    room = detail.room
    lines = [f"# {room.title}", "", f"Opened {room.created_at:%Y-%m-%d %H:%M} UTC, {room.status}."]
    if detail.subject:
        lines.append(f"About `{detail.subject}`.")
    lines += ["", "People: " + ", ".join(person.name for person in detail.people), ""]
    for row in messages:
        note = " (edited)" if row.message.edited_at else ""
        lines += [f"**{row.author_name}**, {row.message.created_at:%Y-%m-%d %H:%M} UTC{note}", ""]
        text = "*deleted*" if row.message.deleted_at else row.message.body
        lines += [*(f"> {line}" for line in text.splitlines()), ""]
    if decided := list_decisions(session, actor, room_id, limit=_ALL)[0]:
        lines += ["## Decisions", "", *(f"- {row.decision.title}: {row.decision.status}" for row in decided), ""]
    if tasks := list_tasks(session, actor, room_id, limit=_ALL):
        lines += ["## Tasks", "", *(f"- {row.task.title} ({row.owner}, {row.task.status})" for row in tasks), ""]
    if shared := list_documents(session, actor, room_id, limit=_ALL):
        lines += ["## Shared", ""]
        for row in shared:
            lines.append(f"- {row.title} ({row.document.kind}, {row.shared_by}) {row.document.url}".rstrip())
            lines += [f"  > {line}" for line in (_words_of(session, actor, row) or "").splitlines()]
    return "\n".join([*lines, ""])


def _words_of(session: Session, actor: Actor, row: DocumentRow) -> str | None:
    """What a note or a shared text says; files are fetched one by one."""
    if row.document.kind == DocumentKind.NOTE:
        return note_text(session, actor, row.document.id)
    if row.document.kind == DocumentKind.TEXT:
        return read_content(row.document).decode("utf-8", errors="replace")
    return None
