"""What routes ask for: the actor behind a request, paging, and answers that are given once."""

import asyncio
import base64
import binascii
import hashlib
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, ClassVar, TypeVar

from fastapi import Depends, Query, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel
from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from pursight_app.core.clock import now
from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import ConflictError, InvalidInputError, NotAuthenticatedError
from pursight_app.core.settings import get_settings
from pursight_app.models import IdempotencyKey
from pursight_app.services import auth
from pursight_app.services.access import Actor

Row = TypeVar("Row")
MAX_OFFSET = 10_000
# Longer than any request takes: the database cuts statements at 30 seconds.
STUCK_AFTER = timedelta(minutes=2)


# It is read as a whole, to tell whether the same key comes with the same body.
KEYED_BODY_MAX = 10 * 1024 * 1024
COOKIE = "ps_session"


async def actor_of_header(authorization: str) -> Actor:
    """The actor behind an `Authorization: Bearer …` header with an access token or an API token.

    Raises:
        NotAuthenticatedError: no token, a wrong or expired one, or one whose session has ended; all alike.
    """
    scheme, _, token = authorization.partition(" ")
    actor = await auth.actor_of_bearer(token.strip()) if scheme.lower() == "bearer" else None
    if actor is None:
        raise NotAuthenticatedError("Log in first: this takes a valid access token.")
    return actor


async def current_actor(request: Request) -> Actor:
    """The actor of this request, whom the route's guard has let in."""
    return request.state.actor


def set_session_cookie(answer: Response, tokens: auth.Tokens) -> None:
    """Gives the browser its session; scripts cannot read it and other sites cannot send it."""
    answer.set_cookie(
        COOKIE,
        tokens.session_token,
        httponly=True,
        samesite="lax",
        secure=get_settings().origin.startswith("https://"),
        path="/",
    )


CurrentActor = Annotated[Actor, Depends(current_actor)]


@dataclass(frozen=True, slots=True)
class Paging:
    """Which part of a list: `limit` rows from `offset` on."""

    limit: int
    offset: int


def paging(limit: Annotated[int, Query(ge=1, le=200)] = 50, cursor: str = "") -> Paging:
    """Reads `limit` and `cursor`; a cursor is only ever one that an earlier answer gave."""
    if not cursor:
        return Paging(limit, 0)
    try:
        offset = int(base64.urlsafe_b64decode(cursor.encode()).decode())
    except (binascii.Error, ValueError):
        raise InvalidInputError("The cursor is not one that an earlier answer gave.") from None
    if not 0 <= offset <= MAX_OFFSET:
        raise InvalidInputError(f"A list goes to row {MAX_OFFSET:,}; narrow it with filters.")
    return Paging(limit, offset)


CurrentPaging = Annotated[Paging, Depends(paging)]


class Page(BaseModel):
    """A list as the contract wants it."""

    items: list[Any]
    next_cursor: str | None
    total: int


def page(items: list[Any], total: int, at: Paging) -> Page:
    """Wraps one page with the cursor of the next one, None at the end."""
    after = at.offset + len(items)
    cursor = base64.urlsafe_b64encode(str(after).encode()).decode() if after < total and items else None
    return Page(items=items, next_cursor=cursor, total=total)


def page_of(rows: Sequence[Row], view: Callable[[Row], Any], at: Paging) -> Page:
    """One page of rows that are all there."""
    return page([view(row) for row in rows[at.offset : at.offset + at.limit]], len(rows), at)


class IdempotentRoute(APIRoute):
    """A POST with an `Idempotency-Key` is done once; the same key again gets the same answer.

    A route whose answer `holds_secret` is done once too, but its answer is not kept: the same key again is a conflict.
    """

    holds_secret: ClassVar[bool] = False

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wraps the route's own handler."""
        handle = super().get_route_handler()

        async def once(request: Request) -> Response:
            key = request.headers.get("idempotency-key", "")
            if request.method != "POST" or not key:
                return await handle(request)
            # The gate bounds all others.
            is_form = request.headers.get("content-type", "").startswith("multipart/")
            length = request.headers.get("content-length")
            if is_form and (length is None or int(length) > KEYED_BODY_MAX):
                raise InvalidInputError("With an Idempotency-Key a form has a Content-Length of at most 10 MiB.")
            digest = hashlib.sha256(await request.body()).hexdigest()
            actor: Actor | None = getattr(request.state, "actor", None)
            if actor is None:
                return await handle(request)
            kept = await asyncio.to_thread(_take_key, actor, request.url.path, key, digest)
            if isinstance(kept, Response) and self.holds_secret:
                raise ConflictError(
                    "This was done already. Its answer held a secret that is shown once.", code="shown_once"
                )
            if isinstance(kept, Response):
                return kept
            try:
                answer = await handle(request)
            except Exception:
                # Nothing happened, so the client may try again with the same key.
                await asyncio.to_thread(_drop_key, kept)
                raise
            kept_answer = Response(status_code=answer.status_code) if self.holds_secret else answer
            await asyncio.to_thread(_keep_answer, kept, kept_answer)
            return answer

        return once


def _take_key(actor: Actor, path: str, key: str, digest: str) -> IdempotencyKey | Response:
    row = IdempotencyKey(user_id=actor.user_id, path=path, key=key[:200], request_hash=digest)
    with unit_of_work() as session:
        statement = insert(IdempotencyKey).values(**row.model_dump()).on_conflict_do_nothing()
        if session.execute(statement.returning(col(IdempotencyKey.id))).first():
            return row
        known = session.exec(
            select(IdempotencyKey).where(
                IdempotencyKey.user_id == actor.user_id, IdempotencyKey.path == path, IdempotencyKey.key == key[:200]
            )
        ).one()
    if known.request_hash != digest:
        raise InvalidInputError("This Idempotency-Key was used for another request.", code="idempotency_mismatch")
    if known.status == 0 and now() - known.created_at > STUCK_AFTER:
        # Its process died in mid-request; what it had not committed did not happen.
        return _take_over(known)
    if known.status == 0:
        raise ConflictError("The first request with this Idempotency-Key is still at work.", code="in_progress")
    return Response(known.body, status_code=known.status, media_type="application/json")


def _take_over(known: IdempotencyKey) -> IdempotencyKey:
    with unit_of_work() as session:
        taken = session.execute(
            update(IdempotencyKey)
            .where(col(IdempotencyKey.id) == known.id, col(IdempotencyKey.created_at) == known.created_at)
            .values(created_at=now())
        )
        if not taken.rowcount:  # type: ignore[attr-defined]  # an UPDATE's result has it
            raise ConflictError("The first request with this Idempotency-Key is still at work.", code="in_progress")
    return known


def _keep_answer(row: IdempotencyKey, answer: Response) -> None:
    with unit_of_work() as session:
        session.execute(
            update(IdempotencyKey)
            .where(col(IdempotencyKey.id) == row.id)
            .values(status=answer.status_code, body=bytes(answer.body).decode())
        )


def _drop_key(row: IdempotencyKey) -> None:
    with unit_of_work() as session:
        session.execute(delete(IdempotencyKey).where(col(IdempotencyKey.id) == row.id))
