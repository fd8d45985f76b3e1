"""From what a request brings to an actor: validate, session, rights (F1.13-20), once for REST, cookies and page events."""

import asyncio
import json
import time
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import ServiceUnavailableError
from pursight_app.core.redis import RedisError, loop_redis
from pursight_app.services import access, api_tokens
from pursight_app.services.access import Actor, Permission, TokenLimits
from pursight_app.services.auth.sessions import (
    RESTORED,
    SEEN_EVERY_S,
    note_seen,
    restore_sessions,
    session_key,
)
from pursight_app.services.auth.tokens import read_access_token

_KEPT_TIMES = 50_000
# When this process last noted a session as seen, in monotonic seconds.
_seen: dict[str, float] = {}


async def actor_of_session(session_id: str, *, auth_version: int | None = None) -> Actor | None:
    """The actor behind a live session; None when it has ended, or the account is suspended.

    `auth_version` is that of an access token, which dies when the credentials change.

    Raises:
        ServiceUnavailableError: Redis or PostgreSQL is away; nobody is taken for anybody.
    """
    stored = await _stored_session(session_id)
    if stored is None or stored["end"] <= time.time():
        return None
    user_id = UUID(stored["user"])
    policy = access.kept_policy(user_id) or await asyncio.to_thread(access.current_policy, user_id)
    if policy is None or auth_version not in {None, policy.auth_version}:
        return None
    await _note_seen(session_id, stored["idle"])
    return Actor(policy, session_id, stored["stepped_up"], factors=tuple(stored["factors"]))


async def _stored_session(session_id: str) -> dict[str, Any] | None:
    try:
        text, is_restored = await _read(session_id)
        if text is None and not is_restored:
            await asyncio.to_thread(restore_sessions)
            text, _ = await _read(session_id)
    except RedisError:
        raise ServiceUnavailableError("The session store does not answer. Try again in a moment.") from None
    return json.loads(text) if text else None


_Questions = list[tuple[str, asyncio.Future[tuple[str | None, bool]]]]


class _Reader:
    """Reads sessions for one event loop; who asks while Redis is being asked waits for the next question with others.

    A round trip costs more than everything else in a checked request; under load many requests share one.
    """

    def __init__(self) -> None:
        self._waiting: _Questions = []
        self._work: asyncio.Task[None] | None = None

    async def read(self, session_id: str) -> tuple[str | None, bool]:
        """What Redis holds of the session, and whether it holds sessions at all."""
        answer = asyncio.get_running_loop().create_future()
        self._waiting.append((session_id, answer))
        if self._work is None:
            self._work = asyncio.create_task(self._answer_all())
        return await answer

    async def _answer_all(self) -> None:
        asked: _Questions = []
        try:
            while self._waiting:
                asked, self._waiting = self._waiting, []
                await self._answer(asked)
        finally:
            # Whatever broke: nobody waits for an answer that does not come any more.
            for _, answer in (*asked, *self._waiting):
                answer.cancel()
            self._waiting, self._work = [], None

    @staticmethod
    async def _answer(batch: _Questions) -> None:
        try:
            *texts, restored = await loop_redis().mget([*(session_key(each) for each, _ in batch), RESTORED])
        except RedisError as error:
            for _, answer in batch:
                if not answer.done():
                    answer.set_exception(error)
            return
        for (_, answer), text in zip(batch, texts, strict=True):
            if not answer.done():
                answer.set_result((text, restored is not None))


_readers: WeakKeyDictionary[asyncio.AbstractEventLoop, _Reader] = WeakKeyDictionary()


async def _read(session_id: str) -> tuple[str | None, bool]:
    loop = asyncio.get_running_loop()
    reader = _readers.get(loop) or _readers.setdefault(loop, _Reader())
    return await reader.read(session_id)


async def _note_seen(session_id: str, idle_s: int) -> None:
    moment = time.monotonic()
    if moment - _seen.get(session_id, float("-inf")) < min(SEEN_EVERY_S, idle_s / 4):
        return
    if len(_seen) > _KEPT_TIMES:
        _seen.clear()
    _seen[session_id] = moment
    await asyncio.to_thread(note_seen, session_id, idle_s=idle_s)


async def actor_of_bearer(token: str) -> Actor | None:
    """The actor behind an access token or an API token; None for any other text.

    Raises:
        ServiceUnavailableError: Redis or PostgreSQL is away.
    """
    if token.startswith(api_tokens.PREFIX):
        return await asyncio.to_thread(_actor_of_api_token, token)
    claims = read_access_token(token)
    return await actor_of_session(claims.session_key, auth_version=claims.auth_version) if claims else None


def _actor_of_api_token(presented: str) -> Actor | None:
    with unit_of_work() as session:
        token = api_tokens.find_live_token(session, presented)
        if token is None:
            return None
        api_tokens.touch(session, token)
        policy = access.current_policy(token.user_id)
    if policy is None:
        return None
    # A right that a later version dropped is no right.
    scopes = frozenset(Permission(scope) for scope in token.scopes if scope in set(Permission))
    return Actor(policy, limits=TokenLimits(token.id, scopes, token.workspace_id))


async def renewed(actor: Actor) -> Actor | None:
    """The same actor as of now, for streams that outlive a request; None when it may not go on.

    Raises:
        ServiceUnavailableError: Redis or PostgreSQL is away.
    """
    if actor.limits is None:
        return await actor_of_session(actor.session_id)
    return await asyncio.to_thread(_renewed_token, actor, actor.limits)


def _renewed_token(actor: Actor, limits: TokenLimits) -> Actor | None:
    with unit_of_work() as session:
        is_live = api_tokens.is_live(session, limits.token_id)
    policy = access.current_policy(actor.user_id) if is_live else None
    return Actor(policy, limits=limits) if policy else None
