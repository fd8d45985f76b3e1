"""The keys of the installation: whether they fit what is stored, and new ones without losing anything."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, cast
from uuid import UUID

from sqlalchemy import func, text, update
from sqlalchemy import select as select_columns
from sqlmodel import Session, SQLModel, select

from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import ConflictError, ServiceUnavailableError
from pursight_app.core.keyring import FIRST_ID
from pursight_app.core.secrets import (
    ENCRYPTION_KEYS,
    JWT_KEYS,
    decrypt,
    encrypt,
    is_jwt_key_retired,
    key_id_of,
    key_prefix,
)
from pursight_app.models import DataSource, IdentityProvider, SecurityPolicy, UserAccount
from pursight_app.services import audit

# Everything that is encrypted. A new encrypted column belongs here, which a test checks against the tables.
ENCRYPTED: tuple[tuple[type[SQLModel], str], ...] = (
    (DataSource, "secret"),
    (UserAccount, "totp_secret"),
    (IdentityProvider, "client_secret"),
)
_CHECK, _CHECK_CONTEXT = "key_check", "key check"
_BATCH_ROWS = 200
_PROBED_ROWS = 50
_LONGEST_PREFIX = 8
_FIRST = UUID(int=0)

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a rotation did; `unreadable` names the rows with a secret that no key opens, left as they were."""

    key_id: str
    rewritten: int = 0
    unreadable: tuple[str, ...] = ()
    is_resumed: bool = False


def ensure_keys_fit(session: Session) -> None:
    """Lets PurSight start only with the keys that encrypted what is stored; the first start makes them.

    Raises:
        ConflictError: keys are missing or are others. Nothing was made or changed.
    """
    row = session.exec(select(SecurityPolicy).with_for_update()).one()
    known, used = ENCRYPTION_KEYS.all(), _used_key_ids(session)
    check = bytes.fromhex(str(row.settings.get(_CHECK, "")))
    used |= {key_id_of(check)} if check else set()
    if lacking := sorted(used - set(known), key=int):
        raise _refusal(f"encryption key {', '.join(lacking)} is missing")
    fits = _opens(check, _CHECK_CONTEXT) if check else _opens_any(session)
    if not fits:
        raise _refusal("the encryption key is not the one that they were stored with")
    if not check or key_id_of(check) != ENCRYPTION_KEYS.newest().id:
        row.settings = {**row.settings, _CHECK: encrypt({"check": "fits"}, context=_CHECK_CONTEXT).hex()}


def _refusal(what: str) -> ConflictError:
    return ConflictError(
        f"PurSight does not start: its database holds encrypted secrets, but {what}. "
        "Restore the files encryption*.key in the folder secrets of PURSIGHT_HOME from the backup, then start again.",
        code="keys_do_not_fit",
    )


def _used_key_ids(session: Session) -> set[str]:
    found: set[str] = set()
    for model, name in ENCRYPTED:
        column = getattr(model, name)
        prefixes = select_columns(func.substring(column, 1, _LONGEST_PREFIX)).where(column.is_not(None))
        # Without an id the first bytes are random, so all those rows stand here; they are of the first key.
        found |= {key_id_of(bytes(prefix)) for prefix in session.execute(prefixes.distinct()).scalars()}
    return found


def _opens(blob: bytes, context: str) -> bool:
    try:
        decrypt(blob, context=context)
    except ServiceUnavailableError:
        return False
    return True


def _opens_any(session: Session) -> bool:
    """Whether one of the newest secrets opens, or there is none; one row alone may be damaged."""
    rows: list[tuple[UUID, bytes]] = []
    for model, name in ENCRYPTED:
        table, column = cast("Any", model), getattr(model, name)
        newest = select_columns(table.id, column).where(column.is_not(None)).order_by(table.created_at.desc())
        rows += [(row[0], bytes(row[1])) for row in session.execute(newest.limit(_PROBED_ROWS))]
    return not rows or any(_opens(blob, row_id.hex) for row_id, blob in rows)


def prepare_key(purpose: str) -> str:
    """Makes the next key, which this and other machines can read with before one of them writes with it; its id."""
    ring = JWT_KEYS if purpose == "jwt" else ENCRYPTION_KEYS
    return ring.add(is_prepared=True).id


def rotate_jwt_key() -> Rotation:
    """Access tokens are signed with a new key from now on; those of older keys stay good until they expire."""
    key = JWT_KEYS.add()
    for old in JWT_KEYS.active():
        # The first one also binds tabs and refresh tokens.
        if old.id != FIRST_ID and is_jwt_key_retired(old.id):
            JWT_KEYS.remove(old.id)
    audit.record_apart(None, "key.rotate", audit.Subject("key", "jwt"), "ok", key=key.id)
    return Rotation(key.id)


def rotate_encryption_key(say: Say, *, settle_s: float = 3.0) -> Rotation:
    """Encrypts every stored secret with a new key and removes the old ones.

    Killed anywhere, it leaves secrets of two keys, both of which are read; the next call goes on instead of making a
    third key. `settle_s` lets those store it who have just encrypted something with the old key.
    """
    with unit_of_work() as session:
        ensure_keys_fit(session)
    is_resumed = len(ENCRYPTION_KEYS.active()) > 1
    key = ENCRYPTION_KEYS.newest() if is_resumed else ENCRYPTION_KEYS.add()
    say("Going on with the rotation that was begun" if is_resumed else f"Made encryption key {key.id}")
    time.sleep(settle_s)
    rewritten = 0
    for model, name in ENCRYPTED:
        after: UUID | None = _FIRST
        while after is not None:
            with unit_of_work() as session:
                after, count, _ = _rewrite_batch(session, model, name, after)
            rewritten += count
            say(f"{rewritten:,} secrets encrypted anew")
    return _finish(Rotation(key.id, rewritten, is_resumed=is_resumed))


def _rewrite_batch(
    session: Session, model: type[SQLModel], name: str, after: UUID
) -> tuple[UUID | None, int, tuple[str, ...]]:
    """Encrypts the next rows anew: the last id among them (None at the end), how many, and those that no key opens."""
    rows = _old_rows(session, model, name, after)
    unreadable = tuple(
        f"{model.__tablename__} {row_id}" for row_id, blob in rows if not _rewrite(session, model, name, row_id, blob)
    )
    return (rows[-1][0] if len(rows) == _BATCH_ROWS else None), len(rows) - len(unreadable), unreadable


def _old_rows(session: Session, model: type[SQLModel], name: str, after: UUID) -> list[tuple[UUID, bytes]]:
    table, column = cast("Any", model), getattr(model, name)
    prefix = key_prefix(ENCRYPTION_KEYS.newest().id)
    statement = (
        select_columns(table.id, column)
        .where(table.id > after, column.is_not(None), func.substring(column, 1, len(prefix)) != prefix)
        .order_by(table.id)
        .limit(_BATCH_ROWS)
        .with_for_update()
    )
    return [(row[0], bytes(row[1])) for row in session.execute(statement)]


def _rewrite(session: Session, model: type[SQLModel], name: str, row_id: UUID, blob: bytes) -> bool:
    try:
        value = decrypt(blob, context=row_id.hex)
    except ServiceUnavailableError:
        # Damaged, or of a key that is not here.
        return False
    table = cast("Any", model)
    session.execute(update(model).where(table.id == row_id).values({name: encrypt(value, context=row_id.hex)}))
    return True


def _finish(done: Rotation) -> Rotation:
    """Removes the old keys, unless there are secrets that may need them."""
    unreadable: tuple[str, ...] = ()
    with unit_of_work() as session:
        # Waits for those who are storing a secret, and lets nobody store one until all are of the new key.
        names = ", ".join(str(model.__tablename__) for model, _ in ENCRYPTED)
        session.execute(text(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE"))
        for model, name in ENCRYPTED:
            after: UUID | None = _FIRST
            while after is not None:
                after, _, left = _rewrite_batch(session, model, name, after)
                unreadable += left
        ensure_keys_fit(session)
        subject = audit.Subject("key", "encryption")
        audit.record(
            session, None, "key.rotate", subject, key=done.key_id, secrets=done.rewritten, unreadable=len(unreadable)
        )
    for old in ENCRYPTION_KEYS.active():
        if old.id != done.key_id and not unreadable:
            ENCRYPTION_KEYS.remove(old.id)
    return replace(done, unreadable=unreadable)
