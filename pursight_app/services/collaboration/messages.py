"""What is said in a room: kept first, then among the recent ones in Redis, then told (F3.32-38)."""

import re
from dataclasses import dataclass
from uuid import UUID, uuid4

import structlog
from sqlalchemy import bindparam, func, text, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from pursight_app.core import rooms as live
from pursight_app.core.clock import now
from pursight_app.core.db import after_commit
from pursight_app.core.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError
from pursight_app.core.redis import RedisError
from pursight_app.models import (
    Message,
    MessageVersion,
    Participant,
    ParticipantStatus,
    Reaction,
    Room,
    RoomStatus,
    UserAccount,
)
from pursight_app.services import access, auth
from pursight_app.services.access import Actor, Permission
from pursight_app.services.collaboration.log import Happening, append, ended, tell_after_commit
from pursight_app.services.collaboration.rooms import list_people
from pursight_app.services.collaboration.seats import Seat, require_joinable, seat_of
from pursight_app.services.notifications import notify_person

BODY_MAX = 16_000
MOST_MENTIONS = 50
# A fast writer sends a few a second; a program that pours is slowed down, and nobody else is.
MESSAGES_PER_10_S = 1_000
EMOJI_MAX = 8
# A message, its event and its number in one round trip; no row if the writer has no seat, the room has ended, or it was said
# before. Room and seat are locked, in this order, and so are read as the last writer left them: who waits here for somebody to
# take them out finds no seat.
_SAYING = text("""
    WITH seat AS (
        SELECT room.id, room.workspace_id, room.last_seq + 1 AS seq
        FROM room JOIN participant ON participant.room_id = room.id
        WHERE room.id = :room AND room.status = 'active'
            AND participant.user_id = :author AND participant.status = 'active'
        FOR NO KEY UPDATE OF room FOR SHARE OF participant
    ), said AS (
        INSERT INTO message
            (id, created_at, workspace_id, room_id, seq, author_id, client_id, body, thread_id, mentions)
        SELECT :id, :at, workspace_id, id, seq, :author, :client_id, :body, :thread, :mentions FROM seat
        ON CONFLICT (room_id, author_id, client_id) DO NOTHING
        RETURNING *
    ), counted AS (
        UPDATE room SET last_seq = said.seq, message_count = message_count + 1 FROM said WHERE room.id = said.room_id
    )
    INSERT INTO room_event (room_id, seq, workspace_id, type, actor_id, created_at, message_id, data)
    SELECT room_id, seq, workspace_id, 'message', author_id, created_at, id, :data FROM said
    RETURNING workspace_id, seq
""").bindparams(*(bindparam(name, type_=JSONB) for name in ("mentions", "data")))
_SAID_BEFORE = select(Message).where(
    col(Message.room_id) == bindparam("room"),
    col(Message.author_id) == bindparam("author"),
    col(Message.client_id) == bindparam("client"),
)
_NO_MESSAGE = "There is no such message in a room that you take part in."

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that is kept; `is_new` is False when it was sent before with the same `client_id`, as `body`."""

    message_id: UUID
    seq: int
    is_new: bool
    body: str


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message as a reader sees it; `reactions` are (sign, how many, whether the reader is among them)."""

    message: Message
    author_name: str
    reactions: tuple[tuple[str, int, bool], ...]
    replies: int


def send(
    session: Session, actor: Actor, room_id: UUID, *, body: str, client_id: str, thread_id: UUID | None = None
) -> Sent:
    """Says something once: the same `client_id` again is the same message.

    Raises:
        InvalidInputError: empty, longer than `BODY_MAX` characters, or without a usable `client_id`.
        ConflictError: the room has ended; code `session_ended`.
        RateLimitedError: more than `MESSAGES_PER_10_S` by one person.
    """
    # Before the room's lock: whoever pours is turned away without making the others wait.
    limit = MESSAGES_PER_10_S
    auth.throttle("messages", str(actor.user_id), limit=limit, window_s=10, at_once=limit // 50)
    _check(body, client_id)
    # Only who takes part learns of threads and people.
    seat = seat_of(session, actor, room_id) if thread_id or "@" in body else None
    root = _root_of(session, room_id, thread_id) if thread_id else None
    mentioned = _mentioned(session, room_id, body)
    message_id, at = uuid4(), now()
    data: dict[str, object] = {
        "message_id": str(message_id),
        "author_id": str(actor.user_id),
        "client_id": client_id,
        "thread_id": str(root) if root else None,
        "mentions": [str(user_id) for user_id in mentioned],
    }
    row = {
        "id": message_id,
        "at": at,
        "room": room_id,
        "author": actor.user_id,
        "client_id": client_id,
        "body": body,
        "thread": root,
        "mentions": data["mentions"],
        "data": data,
    }
    said = session.connection().execute(_SAYING, row).first()
    if said is None:
        return _not_said(session, actor, room_id, client_id)
    require_joinable(actor, said.workspace_id)
    told = {"body": body, "author_name": actor.name, "is_deleted": False}
    tell_after_commit(session, room_id, said.seq, Happening("message", data, message_id, told), at)
    for user_id in mentioned:
        if seat is not None and user_id != actor.user_id:
            notify_person(session, actor, seat.room, user_id, "mention", message_id=str(message_id), seq=said.seq)
    return Sent(message_id, said.seq, is_new=True, body=body)


def _not_said(session: Session, actor: Actor, room_id: UUID, client_id: str) -> Sent:
    """What was said before, or why nothing can be said."""
    seat = seat_of(session, actor, room_id)
    if known := _said_before(session, actor, room_id, client_id):
        return known
    if seat.room.status == RoomStatus.ENDED:
        raise ended()
    # Whoever joined between the two statements.
    raise ConflictError("The room changed at this moment. Send it once more.")


def _said_before(session: Session, actor: Actor, room_id: UUID, client_id: str) -> Sent | None:
    given = {"room": room_id, "author": actor.user_id, "client": client_id}
    known = session.exec(_SAID_BEFORE, params=given).first()
    return Sent(known.id, known.seq, is_new=False, body=known.body) if known else None


def _check(body: str, client_id: str) -> None:
    if not body.strip() or "\x00" in body:
        raise InvalidInputError("A message needs text.")
    if len(body) > BODY_MAX:
        raise InvalidInputError(f"A message has at most {BODY_MAX:,} characters. Share longer texts as a document.")
    if not 1 <= len(client_id) <= 100 or not client_id.isprintable():
        raise InvalidInputError("client_id is your own id of the message, 1 to 100 characters, such as a UUID.")


def _root_of(session: Session, room_id: UUID, thread_id: UUID) -> UUID:
    # A reply to a reply belongs to the same thread: threads are one level deep.
    found = session.exec(select(Message).where(Message.id == thread_id, Message.room_id == room_id)).first()
    if found is None:
        raise NotFoundError(_NO_MESSAGE)
    return found.thread_id or found.id


def _mentioned(session: Session, room_id: UUID, body: str) -> list[UUID]:
    """Participants whose `@name` or `@address` stands in the text, at most `MOST_MENTIONS`; `@room` is everybody.

    Raises:
        InvalidInputError: more @ signs than a person writes.
    """
    if "@" not in body:
        return []
    if body.count("@") > 10 * MOST_MENTIONS:
        raise InvalidInputError(f"A message mentions at most {MOST_MENTIONS} people.")
    lower = body.lower()
    people = list_people(session, room_id)
    # Whole names: @Anna does not call Ann.
    found = [
        person.user_id
        for person in people
        if any(
            re.search(rf"@{re.escape(name)}(?!\w)", lower)
            for name in ("room", person.name.lower(), person.email.lower())
        )
    ]
    return found[:MOST_MENTIONS]


def list_messages(
    session: Session,
    actor: Actor,
    room_id: UUID,
    *,
    before_seq: int | None = None,
    after_seq: int | None = None,
    thread_id: UUID | None = None,
    limit: int = 50,
) -> list[MessageRow]:
    """Messages in their order: the newest `limit`, the ones just before `before_seq`, or those just after `after_seq`."""
    seat_of(session, actor, room_id)
    wanted = select(Message, UserAccount.name).outerjoin(UserAccount, col(UserAccount.id) == Message.author_id)
    wanted = wanted.where(Message.room_id == room_id)
    if thread_id is not None:
        wanted = wanted.where((col(Message.thread_id) == thread_id) | (col(Message.id) == thread_id))
    if before_seq is not None:
        wanted = wanted.where(Message.seq < before_seq)
    if after_seq is not None:
        wanted = wanted.where(Message.seq > after_seq)
    is_forward = after_seq is not None and before_seq is None
    order = col(Message.seq) if is_forward else col(Message.seq).desc()
    rows = session.exec(wanted.order_by(order).limit(limit)).all()
    return with_reactions(session, actor, sorted(rows, key=lambda row: row[0].seq))


def with_reactions(session: Session, actor: Actor, rows: list[tuple[Message, str | None]]) -> list[MessageRow]:
    """The same messages with their signs and number of replies, in two queries for all."""
    ids = [message.id for message, _ in rows]
    signs = session.exec(
        select(
            Reaction.message_id,
            Reaction.emoji,
            func.count(),
            func.bool_or(col(Reaction.user_id) == actor.user_id),
        )
        .where(col(Reaction.message_id).in_(ids))
        .group_by(col(Reaction.message_id), col(Reaction.emoji))
        .order_by(func.min(Reaction.created_at))
    ).all()
    replies = dict(
        session.exec(
            select(Message.thread_id, func.count())
            .where(col(Message.thread_id).in_(ids), col(Message.deleted_at).is_(None))
            .group_by(col(Message.thread_id))
        ).all()
    )
    by_message: dict[UUID, list[tuple[str, int, bool]]] = {}
    for message_id, emoji, count, is_own in signs:
        by_message.setdefault(message_id, []).append((emoji, count, is_own))
    return [
        MessageRow(
            message, name or "somebody who is gone", tuple(by_message.get(message.id, ())), replies.get(message.id, 0)
        )
        for message, name in rows
    ]


def search_messages(
    session: Session, actor: Actor, workspace_id: UUID, query: str, *, room_id: UUID | None = None, limit: int = 50
) -> list[tuple[MessageRow, Room]]:
    """Messages that hold all words of `query`, the newest first, in rooms that the actor takes part in."""
    if not query.strip() or len(query) > 200:
        raise InvalidInputError("Search for 1 to 200 characters.")
    access.require(actor, Permission.ROOM_JOIN, workspace_id)
    rooms = select(Participant.room_id).where(
        Participant.user_id == actor.user_id,
        Participant.workspace_id == workspace_id,
        Participant.status == ParticipantStatus.ACTIVE,
    )
    if room_id is not None:
        seat_of(session, actor, room_id)
        rooms = rooms.where(Participant.room_id == room_id)
    seats = rooms.subquery()
    words = func.plainto_tsquery("simple", query)
    # Room by room, by number: a word that is everywhere is found at the end of the talk without sorting all that hold
    # it, a rare one through the index of words; PostgreSQL chooses by how common the word is.
    hit = aliased(Message)
    matches = (
        select(hit.id)
        .where(hit.room_id == seats.c.room_id, col(hit.search).op("@@")(words), col(hit.deleted_at).is_(None))
        .order_by(col(hit.room_id), col(hit.seq).desc())
        .limit(limit)
        .lateral()
    )
    found = session.exec(
        select(Message, UserAccount.name, Room)
        .select_from(seats)
        .join(matches, true())
        .join(Message, col(Message.id) == matches.c.id)
        .join(Room, col(Room.id) == Message.room_id)
        .outerjoin(UserAccount, col(UserAccount.id) == Message.author_id)
        .order_by(col(Message.created_at).desc())
        .limit(limit)
    ).all()
    rows = with_reactions(session, actor, [(message, name) for message, name, _ in found])
    return list(zip(rows, [room for _, _, room in found], strict=True))


def _own(session: Session, actor: Actor, message_id: UUID) -> tuple[Seat, Message]:
    room_id = session.exec(select(Message.room_id).where(Message.id == message_id)).first()
    if room_id is None:
        raise NotFoundError(_NO_MESSAGE)
    seat = seat_of(session, actor, room_id, lock=True)
    if seat.room.status == RoomStatus.ENDED:
        raise ended()
    message = session.get_one(Message, message_id, populate_existing=True)
    if message.deleted_at is not None:
        raise ConflictError("This message was deleted.")
    return seat, message


def edit(session: Session, actor: Actor, message_id: UUID, body: str) -> Message:
    """Changes one's own message; what it said before stays in its history."""
    seat, message = _own(session, actor, message_id)
    if message.author_id != actor.user_id:
        raise PermissionDeniedError("Only its author can edit a message.", workspace_id=message.workspace_id)
    _check(body, message.client_id)
    if body != message.body:
        _replace(session, seat, message, body, actor)
        message.edited_at = now()
    return message


def delete(session: Session, actor: Actor, message_id: UUID) -> None:
    """Takes the text of one's own message away; hosts may with every message. That there was one stays."""
    seat, message = _own(session, actor, message_id)
    if message.author_id != actor.user_id and not seat.is_host:
        raise PermissionDeniedError(
            "Only its author, or who opened the room, can delete a message.", workspace_id=message.workspace_id
        )
    message.deleted_at = now()
    _replace(session, seat, message, "", actor)


def _replace(session: Session, seat: Seat, message: Message, body: str, actor: Actor) -> None:
    session.add(MessageVersion(workspace_id=message.workspace_id, message_id=message.id, body=message.body))
    message.body = body
    session.flush()
    data: dict[str, object] = {"message_id": str(message.id)}
    told = {"body": body, "author_name": actor.name, "is_deleted": message.deleted_at is not None}
    room_id = seat.room.id
    # Before it is told: nobody may read the old text from there any more.
    after_commit(session, lambda: _forget(room_id))
    append(session, seat.room, Happening("message_edited", data, message.id, told), actor_id=actor.user_id)


def _forget(room_id: UUID) -> None:
    try:
        live.forget_recent(room_id)
    except RedisError as error:
        log.warning("recent_events.not_forgotten", error=type(error).__name__)


def list_versions(session: Session, actor: Actor, message_id: UUID) -> list[MessageVersion]:
    """What a message said before, oldest first; of a deleted one only its author and the host learn it."""
    message = session.get(Message, message_id)
    if message is None:
        raise NotFoundError(_NO_MESSAGE)
    seat = seat_of(session, actor, message.room_id)
    if message.deleted_at is not None and message.author_id != actor.user_id and not seat.is_host:
        return []
    wanted = select(MessageVersion).where(MessageVersion.message_id == message_id)
    return list(session.exec(wanted.order_by(col(MessageVersion.created_at))).all())


def react(session: Session, actor: Actor, message_id: UUID, emoji: str, *, is_set: bool) -> None:
    """Sets or takes back one sign of the actor on a message; doing so twice changes nothing.

    Raises:
        InvalidInputError: not an emoji.
    """
    if not 1 <= len(emoji) <= EMOJI_MAX or any(sign.isascii() or sign.isalnum() or sign.isspace() for sign in emoji):
        raise InvalidInputError("A reaction is one emoji.")
    seat, message = _own(session, actor, message_id)
    row = Reaction(workspace_id=message.workspace_id, message_id=message.id, user_id=actor.user_id, emoji=emoji)
    if is_set:
        made = upsert(Reaction).values(**row.model_dump()).on_conflict_do_nothing().returning(col(Reaction.id))
        changed = session.execute(made).first() is not None
    else:
        known = session.exec(
            select(Reaction).where(
                Reaction.message_id == message.id, Reaction.user_id == actor.user_id, Reaction.emoji == emoji
            )
        ).first()
        changed = known is not None
        if known is not None:
            session.delete(known)
    if changed:
        data = {"message_id": str(message.id), "user_id": str(actor.user_id), "emoji": emoji, "is_set": is_set}
        append(session, seat.room, Happening("reaction", data), actor_id=actor.user_id)
