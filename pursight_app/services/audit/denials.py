"""Keeps refused attempts, without letting a flood of them fill the log."""

import hashlib

import structlog

from pursight_app.core.errors import PermissionDeniedError, PurSightError, StepUpRequiredError
from pursight_app.core.redis import RedisError, redis
from pursight_app.services.access import Actor
from pursight_app.services.audit.trail import ORIGIN, Origin, Subject, record_apart

_WINDOW_S = 60
_COUNT_KEPT_S = 24 * 3600
# Somebody who tries every id is one story, not ten thousand events.
_EVENTS_PER_WINDOW = 30

log = structlog.get_logger()


def record_denied(error: PermissionDeniedError, actor: Actor | None, attempt: str, subject: Subject) -> None:
    """Adds an event `access.deny` about what was just refused, in a transaction of its own.

    `attempt` names what was tried: a route or a handler of a page.

    The same attempt is kept once a minute, and of one person (one address for strangers) at most 30 attempts a minute;
    the next event that is kept says in `also_refused` how many were left out. Never raises: the caller is about to refuse.
    """
    if isinstance(error, StepUpRequiredError):
        # The person may; being asked for a password is no refusal.
        return
    try:
        left_out = _admit(actor, f"{attempt}|{subject.kind}|{subject.id}")
        if left_out is None:
            return
        detail = {"also_refused": left_out} if left_out else {}
        place = Subject(subject.kind, subject.id, subject.workspace_id or error.workspace_id)
        record_apart(
            actor, "access.deny", place, "denied", attempt=attempt, reason=error.message, code=error.code, **detail
        )
    except (PurSightError, RedisError) as failure:
        log.warning("audit.denial_not_kept", error=type(failure).__name__)


def _admit(actor: Actor | None, attempt: str) -> int | None:
    """How many attempts were left out since the last event; None when this one is left out too."""
    who = str(actor.user_id) if actor else ORIGIN.get(Origin()).address
    name = hashlib.sha256(f"{who}|{attempt}".encode(errors="replace")).hexdigest()[:32]
    person = hashlib.sha256(who.encode(errors="replace")).hexdigest()[:32]
    window, missed = f"pursight:denied:{name}", f"pursight:denied-missed:{person}"
    kept = f"pursight:denied-kept:{person}"
    is_new = redis().set(window, 1, nx=True, ex=_WINDOW_S)
    if is_new and _count(kept, _WINDOW_S) <= _EVENTS_PER_WINDOW:
        count, _ = redis().pipeline().get(missed).delete(missed).execute()
        return int(count or 0)
    _count(missed, _COUNT_KEPT_S)
    return None


def _count(key: str, life_s: int) -> int:
    # The life starts with the first count; EXPIRE … NX would say so in one call, but needs Redis 7.
    _, count = redis().pipeline().set(key, 0, ex=life_s, nx=True).incr(key).execute()
    return int(count)
