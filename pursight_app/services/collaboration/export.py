"""A room as one file: Markdown for people, JSON for programs."""

import json
from collections.abc import Iterator
from uuid import UUID

from sqlmodel import Session

from pursight_app.services.access import Actor
from pursight_app.services.collaboration.decisions import list_decisions
from pursight_app.services.collaboration.documents import list_documents
from pursight_app.services.collaboration.messages import MessageRow, list_messages
from pursight_app.services.collaboration.rooms import get_room

_PAGE = 500


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
    documents = [
        {"title": row.title, "kind": row.document.kind, "shared_by": row.shared_by, "seq": row.document.seq}
        for row in list_documents(session, actor, room_id)
    ]
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
            "documents": documents,
            "decisions": [
                {"title": row.decision.title, "status": row.decision.status, "decided_by": row.decided_by}
                for row in list_decisions(session, actor, room_id)
            ],
        },
        indent=2,
        ensure_ascii=False,
    )


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
    decided = list_decisions(session, actor, room_id)
    if decided:
        lines += ["## Decisions", "", *(f"- {row.decision.title}: {row.decision.status}" for row in decided), ""]
    shared = list_documents(session, actor, room_id)
    if shared:
        lines += ["## Shared", "", *(f"- {row.title} ({row.document.kind}, {row.shared_by})" for row in shared), ""]
    return "\n".join(lines)
