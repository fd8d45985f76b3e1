"""Adds events. Called inside the transaction that does what they tell, so that neither is there without the other.

Events form a chain: each holds the hash of the one before it, so that a gap or an edit shows (verification.py).
"""

import hashlib
import json
import math
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row
from sqlmodel import Session, select

from pursight_app.core.clock import now
from pursight_app.core.db import before_commit, unit_of_work
from pursight_app.models import AuditEvent, AuditHead
from pursight_app.services.access import Actor

_PENDING = "pursight.audit"
# From here on repr() of a float is in exponents, which PostgreSQL's JSONB gives back as a whole number.
_WHOLE_FLOATS = 1e16


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from, as audit events keep it."""

    address: str = ""
    user_agent: str = ""
    request_id: str = ""


# Set by the gateway and by web/ for the request or event at hand; jobs and the command line have none.
ORIGIN: ContextVar[Origin] = ContextVar("origin")


@dataclass(frozen=True, slots=True)
class Subject:
    """What an event is about."""

    kind: str
    id: UUID | str
    workspace_id: UUID | None = None


def record(
    session: Session, actor: Actor | None, action: str, subject: Subject, *, result: str = "ok", **detail: object
) -> None:
    """Adds an event. `detail` is like JSON and holds no secret and no sampled value; `action` is `noun.verb`.

    `result` is ok, denied or failed. The event gets its place in the chain as the transaction commits.
    """
    origin = ORIGIN.get(Origin())
    event = AuditEvent(
        id=uuid4(),
        created_at=now(),
        position=0,
        workspace_id=subject.workspace_id,
        actor_id=actor.user_id if actor else None,
        actor_email=_storable(actor.email) if actor else "",
        address=_storable(origin.address),
        user_agent=_storable(origin.user_agent[:300]),
        request_id=_storable(origin.request_id),
        action=_storable(action),
        subject_kind=_storable(subject.kind),
        subject_id=_storable(str(subject.id))[:300],
        result=result,
        detail=_storable(detail),
    )
    session.info.setdefault(_PENDING, []).append(event)
    before_commit(session, _PENDING, _chain)


def record_apart(actor: Actor | None, action: str, subject: Subject, result: str, **detail: object) -> None:
    """Adds an event in a transaction of its own: for what failed or was refused, whose own transaction rolls back.

    Raises:
        ServiceUnavailableError: PostgreSQL is away, the event is not kept.
    """
    with unit_of_work() as session:
        record(session, actor, action, subject, result=result, **detail)


def _storable(value: Any) -> Any:
    """The value as it comes back from PostgreSQL, else the hash over it would differ then."""
    match value:
        case str():
            # Neither text nor JSONB stores NUL or half a surrogate pair; an event must not fail for either.
            return str(value).replace("\0", "").encode(errors="replace").decode()
        case dict():
            return {_storable(str(key)): _storable(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_storable(item) for item in value]
        case float():
            return _storable_float(value)
        case None | bool() | int():
            return value
        case _:
            return _storable(str(value))


def _storable_float(value: float) -> float | int | str:
    if not math.isfinite(value):
        return str(value)
    return int(value) if abs(value) >= _WHOLE_FLOATS else value + 0.0


def _chain(session: Session) -> None:
    # The lock on the head gives all events of the installation one order; it is the last thing before the commit.
    head = session.exec(select(AuditHead).with_for_update()).one()
    for event in session.info.pop(_PENDING):
        head.position += 1
        event.position, event.previous_hash = head.position, head.hash
        head.hash = event.hash = digest(event)
        session.add(event)


def digest(event: AuditEvent | Row[Any]) -> str:
    """The SHA-256 that `event.hash` must be: over its previous hash and a canonical JSON of everything else."""
    values = [
        event.position,
        str(event.id),
        event.created_at.astimezone(UTC).isoformat(),
        str(event.workspace_id) if event.workspace_id else None,
        str(event.actor_id) if event.actor_id else None,
        event.actor_email,
        event.address,
        event.user_agent,
        event.request_id,
        event.action,
        event.subject_kind,
        event.subject_id,
        event.result,
        event.detail,
    ]
    text = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256((event.previous_hash + text).encode()).hexdigest()
