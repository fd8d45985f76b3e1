"""What was said a moment ago, as it goes to all tabs of a room at once, before each has read it with its own rights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import reflex as rx

from state import format as fmt
from state.room_views import follows, initials


@dataclass
class FreshView:
    """A message without what differs between readers. A page shows those that it has not read yet, and none of its own."""

    id: str
    seq: int
    author_id: str
    author: str
    initials: str
    day: str
    time: str
    at_exact: str
    body: str
    is_followup: bool


class RoomFreshState(rx.State):
    """Filled by the hub alone, for show: the server's copy stays empty. A state of its own, so that the talk above is not drawn anew."""

    fresh: list[FreshView] = []
    room: str = ""


def talk_delta(room_id: str, events: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, object]]:
    """The change of the page's state that shows the newest `events` "message" (contract section 3) of a room."""
    views = [_view(event, previous) for previous, event in zip([None, *events], events, strict=False)]
    return {RoomFreshState.get_full_name(): {"fresh_rx_state_": views, "room_rx_state_": room_id}}


def _view(event: Mapping[str, Any], previous: Mapping[str, Any] | None) -> FreshView:
    data, at = event["data"], datetime.fromisoformat(event["at"])
    before = previous and (previous["data"]["author_id"], datetime.fromisoformat(previous["at"]))
    day = f"{at:%-d %B %Y}"
    return FreshView(
        id=data["message_id"],
        seq=event["seq"],
        author_id=data["author_id"],
        author=data["author_name"],
        initials=initials(data["author_name"]),
        day="" if not before or f"{before[1]:%-d %B %Y}" == day else day,
        time=f"{at:%H:%M}",
        at_exact=fmt.exact(at),
        body=data["body"],
        is_followup=follows(before, (data["author_id"], at)),
    )
