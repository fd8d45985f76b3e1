"""The bell: what one person should know, on every page and in every tab."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from pursight_app.models import Notification
from pursight_app.services import notifications
from pursight_app.services.notifications import NotificationRow
from state import format as fmt
from state.base import as_id, event, hear_own, run
from state.session import notify

_WORDS = {
    "invitation": "invites you to",
    "mention": "mentioned you in",
    "decision": "asks for a decision in",
    "task": "gave you a task in",
}


@dataclass
class NotificationView:
    """One line below the bell."""

    id: str
    text: str
    title: str
    href: str
    at: str
    at_exact: str
    is_new: bool


class BellState(rx.State):
    """Loaded by every page; told anew by the live hub."""

    unseen: int = 0
    lines: list[NotificationView] = []
    _newest: str = ""

    @event()
    async def load(self) -> None:
        """Reads what there is and listens for more."""
        await self._fill()
        await hear_own(self)

    @event()
    async def refresh(self) -> None:
        """Called by the live hub: says the newest line aloud when it is a new one."""
        before = self._newest
        await self._fill()
        if self._newest != before and self.lines and self.lines[0].is_new:
            newest = self.lines[0]
            await notify(self, f"{newest.text} “{newest.title}”", "info")

    async def _fill(self) -> None:
        rows, self.unseen = await run(notifications.list_notifications)
        self.lines = [_view(row) for row in rows[:20]]
        self._newest = self.lines[0].id if self.lines else ""

    @event()
    async def open_line(self, notification_id: str, href: str) -> Any:
        """Marks a line as seen and goes where it leads."""
        wanted = as_id(notification_id)
        await run(lambda session, actor: notifications.mark_seen(session, actor, wanted))
        await self._fill()
        return rx.redirect(href if href.startswith("/rooms") else "/rooms")

    @event()
    async def mark_all(self) -> None:
        """Marks everything as seen."""
        await run(notifications.mark_seen)
        await self._fill()


def _place(one: Notification) -> str:
    """The room, and in it the message that mentions somebody."""
    seq = one.data.get("seq")
    return f"/rooms/{one.room_id}" + (f"?at={seq}" if seq else "")


def _view(row: NotificationRow) -> NotificationView:
    one = row.notification
    # An invitation is answered on the page of rooms, where one sees who asks before going in.
    is_open_invitation = one.kind == "invitation" and one.read_at is None
    return NotificationView(
        id=str(one.id),
        text=f"{row.actor_name or 'Somebody'} {_WORDS.get(one.kind, 'wrote in')}",
        title=row.room_title,
        href="/rooms" if is_open_invitation else _place(one),
        at=fmt.ago(one.created_at),
        at_exact=fmt.exact(one.created_at),
        is_new=one.read_at is None,
    )
