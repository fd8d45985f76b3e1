"""Streams of live events end with the session, the token or the right of whoever listens."""

import asyncio
import time
from collections.abc import Callable
from uuid import UUID

import pytest
from sqlmodel import select

from pursight_app.api.routes import events
from pursight_app.core.db import unit_of_work
from pursight_app.core.events import Event, publish
from pursight_app.core.redis import close_loop_redis
from pursight_app.models import Member, UserAccount
from pursight_app.services import access, auth
from pursight_app.services.access import Actor
from tests.factories import make_user, make_workspace

pytestmark = pytest.mark.usefixtures("services")


def listener() -> tuple[Actor, UUID]:
    user = make_user()
    home = make_workspace(viewer=user)
    with unit_of_work() as session:
        tokens = auth.start_session(session, session.get_one(UserAccount, user.id), factors=("pwd",))
    policy = access.current_policy(user.id)
    assert policy is not None
    return Actor(policy, tokens.session_id), home


def remove_member(actor: Actor, home: UUID) -> None:
    with unit_of_work() as session:
        members = select(Member).where(Member.workspace_id == home, Member.user_id == actor.user_id)
        session.delete(session.exec(members).one())
        access.bump_version(session)


def log_out(actor: Actor, _home: UUID) -> None:
    with unit_of_work() as session:
        auth.end_session(session, actor.session_id, reason="logged_out")


def suspend(actor: Actor, _home: UUID) -> None:
    with unit_of_work() as session:
        session.get_one(UserAccount, actor.user_id).is_active = False
        access.bump_version(session)


@pytest.mark.parametrize("change", [remove_member, log_out, suspend])
def test_ac_37_the_stream_ends_at_once(change: Callable[[Actor, UUID], None]) -> None:
    actor, home = listener()

    async def scenario() -> float:
        stream = events._events(actor, home, 0)
        first = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0.2)
        await asyncio.to_thread(publish, Event(home, "scan_progress", {"scan_id": "x"}))
        assert (await asyncio.wait_for(first, 5))["type"] == "scan_progress"
        following = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0.1)
        started = time.monotonic()
        await asyncio.to_thread(change, actor, home)
        with pytest.raises(events._SessionEndedError):
            await asyncio.wait_for(following, 5)
        took = time.monotonic() - started
        await close_loop_redis()
        return took

    assert asyncio.run(scenario()) < 1
