"""What a look into a room gives, in one transaction: a message is in the others' pages after one reading, not four."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlmodel import Session

from pursight_app.core import rooms as live
from pursight_app.services import collaboration
from pursight_app.services.access import Actor
from pursight_app.services.collaboration import AssetCard, MessageRow, RoomDetail
from state.room_views import linked_assets

WINDOW = 50
# So many at most are in the page at once; further back the window moves.
MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Window:
    """Which messages are wanted: `limit` before number `before`, None for the newest; limit 0: as many as are new."""

    limit: int
    before: int | None


@dataclass(slots=True)
class Look:
    """`rows` is None when nothing has happened since the last look; one more than `limit` when there are older ones."""

    detail: RoomDetail
    limit: int
    typing: dict[str, str]
    looking: dict[str, str]
    rows: list[MessageRow] | None = None
    cards: dict[UUID, AssetCard] = field(default_factory=dict[UUID, AssetCard])


def look_into(session: Session, actor: Actor, room_id: UUID, window: Window, *, known_seq: int) -> Look:
    """The room, who is there and does what, and its messages unless `known_seq` is still the last number; marks it read."""
    detail = collaboration.get_room(session, actor, room_id)
    last = detail.room.last_seq
    limit = window.limit or max(WINDOW, min(MOST_SHOWN, last - detail.read_seq + 10))
    look = Look(detail, limit, live.who_types(room_id), live.who_looks(room_id))
    if detail.status == "active" and last != known_seq:
        look.rows, look.cards = read_messages(session, actor, room_id, Window(limit, window.before))
        if detail.read_seq < last:
            collaboration.mark_read(session, actor, room_id, last)
    return look


def read_messages(
    session: Session, actor: Actor, room_id: UUID, window: Window
) -> tuple[list[MessageRow], dict[UUID, AssetCard]]:
    """The window's messages, one more than its limit when there are older ones, and cards of the assets they link to."""
    rows = collaboration.list_messages(session, actor, room_id, before_seq=window.before, limit=window.limit + 1)
    return rows, collaboration.cards_of(session, actor, linked_assets(rows))
