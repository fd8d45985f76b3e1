"""Walks the chain of events and says where it is broken."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func
from sqlalchemy import select as select_columns
from sqlmodel import Session, SQLModel, col

from pursight_app.core.errors import InvalidInputError
from pursight_app.models import AuditEvent, AuditHead
from pursight_app.services import access
from pursight_app.services.access import Actor, Permission
from pursight_app.services.audit.trail import digest

_BATCH_EVENTS = 2_000
_HASH_CHARACTERS = 64


@dataclass(frozen=True, slots=True)
class Anchor:
    """An end of the chain that somebody noted elsewhere: a chain that was rewritten since then does not hold it."""

    position: int
    hash: str

    @classmethod
    def parse(cls, text: str) -> "Anchor":
        """Reads `POSITION:HASH`.

        Raises:
            InvalidInputError: the text is something else.
        """
        position, _, digest_text = text.strip().partition(":")
        if not position.isdecimal() or int(position) < 1 or len(digest_text) != _HASH_CHARACTERS:
            raise InvalidInputError("An anchor is POSITION:HASH, as an earlier check has printed it.")
        return cls(int(position), digest_text.lower())

    def __str__(self) -> str:
        return f"{self.position}:{self.hash}"


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What a walk has found.

    `problem` is a sentence about the first broken place and `broken_at` its position; "" and None when the chain holds.
    `anchor` is the end of the chain, worth noting elsewhere only when it holds.
    """

    event_count: int
    anchor: Anchor
    problem: str = ""
    broken_at: int | None = None

    @property
    def is_unbroken(self) -> bool:
        """Whether nothing is missing, changed or moved."""
        return self.broken_at is None


class _BrokenError(Exception):
    """The first place at which the chain does not hold."""

    def __init__(self, position: int, problem: str) -> None:
        super().__init__(problem)
        self.position, self.problem = position, problem


def check_chain(session: Session, actor: Actor, *, expected: Anchor | None = None) -> ChainReport:
    """`verify` for people: the chain is that of the whole installation, so it takes an administrator of it."""
    access.require(actor, Permission.AUDIT_READ)
    return verify(session, expected=expected)


def verify(session: Session, *, expected: Anchor | None = None) -> ChainReport:
    """Walks all events in the order of the chain, a few thousand in memory at a time.

    Events that are added meanwhile are left to the next walk. With `expected`, the chain must also hold that anchor:
    whoever can rewrite the whole table can make a new chain that is right in itself, but not one that ends as noted.
    """
    # One statement sees one moment; whatever is committed later lies behind `last`.
    head, position, last = session.execute(
        select_columns(
            col(AuditHead.hash),
            col(AuditHead.position),
            select_columns(func.max(AuditEvent.position)).scalar_subquery(),
        )
    ).one()
    anchor, walked = Anchor(position, head), 0
    try:
        previous = _Link(0, "")
        for event in _events(session, last or 0):
            previous = _follow(previous, event, expected)
            walked += 1
        _check_end(previous, anchor, expected)
    except _BrokenError as broken:
        return ChainReport(walked, anchor, broken.problem, broken.position)
    return ChainReport(walked, anchor)


@dataclass(frozen=True, slots=True)
class _Link:
    position: int
    hash: str


def _events(session: Session, last: int) -> Iterator[Row[Any]]:
    # Pages by position and not one cursor: each statement stays far below the time after which it would be cut.
    table = _table(AuditEvent)
    after: int | None = None
    while True:
        statement = select_columns(table).where(table.c.position <= last).order_by(table.c.position)
        if after is not None:
            statement = statement.where(table.c.position > after)
        batch = session.execute(statement.limit(_BATCH_EVENTS)).all()
        yield from batch
        if len(batch) < _BATCH_EVENTS:
            return
        after = batch[-1].position


def _table(model: type[SQLModel]) -> Any:
    # Plain rows: a million mapped objects would take minutes and stay in the session.
    return SQLModel.metadata.tables[str(model.__tablename__)]


def _follow(previous: _Link, event: Row[Any], expected: Anchor | None) -> _Link:
    wanted = previous.position + 1
    if event.position > wanted:
        gap = f"event {wanted} is" if event.position == wanted + 1 else f"events {wanted} to {event.position - 1} are"
        raise _BrokenError(wanted, f"{gap.capitalize()} missing: the log goes on with event {event.position}.")
    if event.position < wanted:
        raise _BrokenError(event.position, f"Event {event.position} was put in front: the log begins with event 1.")
    if event.previous_hash != previous.hash:
        raise _BrokenError(wanted, f"Event {wanted} does not follow the one before it: one of the two was replaced.")
    if event.hash != digest(event):
        raise _BrokenError(wanted, f"Event {wanted} was changed after it was written.")
    if expected is not None and expected.position == wanted and expected.hash != event.hash:
        raise _BrokenError(wanted, f"Event {wanted} is not the one that was noted: the log was rewritten up to there.")
    return _Link(wanted, event.hash)


def _check_end(last: _Link, head: Anchor, expected: Anchor | None) -> None:
    if last.position < head.position:
        raise _BrokenError(
            last.position + 1, f"The end is missing: the log ends with event {last.position}, not {head.position}."
        )
    if last.position > head.position:
        raise _BrokenError(head.position + 1, f"Events were added behind the noted end, event {head.position}.")
    if last.hash != head.hash:
        raise _BrokenError(max(last.position, 1), f"Event {last.position} is not the one the log was closed with.")
    if expected is not None and expected.position > last.position:
        raise _BrokenError(
            last.position + 1,
            f"The end is missing: event {expected.position} was noted, but the log ends with event {last.position}.",
        )
