"""What all states share: the actor, running services off the event loop, and errors that become notices."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar
from urllib.parse import urlencode
from uuid import UUID, uuid4

import reflex as rx
import structlog
from sqlmodel import Session

from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import NotAuthenticatedError, NotFoundError, PermissionDeniedError, PurSightError
from pursight_app.services import audit
from pursight_app.services.access import ACTING, Actor

log = structlog.get_logger()
Result = TypeVar("Result")
Handler = TypeVar("Handler", bound=Callable[..., Any])
# Set by the composition root: lets a tab hear of a topic. Without it (unit tests) pages are simply not live.
_listen: Callable[[str, str, str, UUID], Awaitable[None]] | None = None


class Talks(Protocol):
    """Tells what is said in a room to the tabs of those who are in it, without their asking."""

    def moment(self, room_id: str) -> str:
        """Names this moment in the life of a room: whatever may take a seat away begins another one."""
        ...

    async def follow(self, token: str, room_id: str, moment: str) -> None:
        """Tells this tab too, as long as the moment lasts at which its seat was seen; "": not any more."""
        ...


_talks: Talks | None = None


def install_talks(talks: Talks) -> None:
    """Wires the live hub in."""
    globals()["_talks"] = talks


def install_listener(listen: Callable[[str, str, str, UUID], Awaitable[None]]) -> None:
    """Wires the live hub in: `listen(token, page, topic, user_id)`."""
    globals()["_listen"] = listen


@dataclass(frozen=True, slots=True)
class PageLoads:
    """What opening a page runs, and the permission without which it does not even begin."""

    permission: str
    handlers: tuple[Any, ...]


# By route; filled in by the decorator of pages.
PAGE_LOADS: dict[str, PageLoads] = {}


def event(policy: str = "session", **options: Any) -> Callable[[Handler], Any]:
    """Marks a handler as callable from a browser by those whom `policy` ("public" or "session") lets through."""

    def mark(handler: Handler) -> Any:
        handler.__ps_policy__ = policy  # type: ignore[attr-defined]  # read by web/policy.py
        return rx.event(handler, **options)

    return mark


def acting() -> Actor:
    """The actor of the event at hand.

    Raises:
        NotAuthenticatedError: nobody is logged in.
    """
    actor = ACTING.get()
    if actor is None:
        raise NotAuthenticatedError("Your session has ended. Log in again.")
    return actor


async def run(work: Callable[[Session, Actor], Result]) -> Result:
    """Runs `work(session, actor)` in one transaction on a thread: services block, the event loop must not."""
    actor = acting()

    def inside(actor: Actor) -> Result:
        with unit_of_work() as session:
            return work(session, actor)

    return await asyncio.to_thread(_kept, work, inside, actor)


def _kept(work: Callable[..., Any], inside: Callable[[Actor], Result], actor: Actor) -> Result:
    try:
        return inside(actor)
    except PermissionDeniedError as error:
        # `FindingsState.waive.<locals>.<lambda>` names the handler that asked.
        handler = getattr(work, "__qualname__", "").partition(".<locals>")[0]
        audit.record_denied(error, actor, f"page {handler}", audit.Subject("page", handler))
        raise


async def run_for_anybody(work: Callable[[Session], Result]) -> Result:
    """Like `run` on open pages, where nobody need be logged in: what is asked for is proved by a link."""

    def inside() -> Result:
        with unit_of_work() as session:
            return work(session)

    return await asyncio.to_thread(inside)


async def run_outside(work: Callable[[Actor], Result]) -> Result:
    """Like `run` for services that do their own transactions because they wait for something outside."""
    return await asyncio.to_thread(_kept, work, work, acting())


async def hear(state: rx.State, page: str, topic: str) -> None:
    """Makes this tab hear of `topic` until it opens another page."""
    if _listen is not None:
        await _listen(state.router.session.client_token, page, topic, acting().user_id)


def talk_moment(room_id: str) -> str:
    """To be asked for before one looks whether the tab's person is in the room."""
    return _talks.moment(room_id) if _talks is not None else ""


async def hear_talk(state: rx.State, room_id: str, moment: str) -> None:
    """Makes this tab hear what is said in the room at once, if its person was in it at that `moment`; "": they are not.

    Those whose rights end at some time hear it the long way, where each message is asked for.
    """
    if acting().policy.valid_until is not None:
        moment = ""
    if _talks is not None:
        await _talks.follow(state.router.session.client_token, room_id, moment)


async def hear_own(state: rx.State) -> None:
    """Makes this tab hear what is told to its person, whatever page it opens."""
    if _listen is not None:
        user_id = acting().user_id
        await _listen(state.router.session.client_token, "bell", f"user:{user_id}", user_id)


def as_id(text: str) -> UUID:
    """An id from a URL or a client's argument.

    Raises:
        NotFoundError: it is none, so there is no such thing.
    """
    try:
        return UUID(text)
    except (ValueError, AttributeError, TypeError):
        raise NotFoundError("There is no such page, or not one that you may see.") from None


def is_at(state: rx.State, thing_id: str) -> bool:
    """Whether the address names this thing. Then what somebody has opened on its page stays: they may be quicker than it loads."""
    return bool(thing_id) and state.router.url.path.rstrip("/").endswith(thing_id)


def column_href(asset_id: UUID, column: str) -> str:
    """The page of an asset with one column open."""
    return f"/catalog/{asset_id}?{urlencode({'column': column})}"


def sentence_of(error: Exception) -> str:
    """What a person is told of an error: our own words, or a reference to the log for a bug."""
    if isinstance(error, PurSightError):
        return error.message
    reference = uuid4().hex[:8]
    log.error("event.failed", reference=reference, exc_info=error)
    return f"Something went wrong on our side. Reference {reference} finds it in the log."
