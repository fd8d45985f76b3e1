"""Where a line below the bell leads."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from pursight_app.models import Notification
from pursight_app.services.notifications import NotificationRow
from state.notifications import _view

ROOM = UUID(int=7)


@pytest.mark.parametrize(
    ("kind", "data", "is_read", "href"),
    [
        ("mention", {"seq": 12}, False, f"/rooms/{ROOM}?at=12"),
        ("task", {"task_id": "x"}, False, f"/rooms/{ROOM}"),
        ("invitation", {}, False, "/rooms"),
        ("invitation", {}, True, f"/rooms/{ROOM}"),
    ],
)
def test_a_mention_leads_to_its_message_and_an_open_invitation_to_its_answer(
    kind: str, data: dict[str, object], is_read: bool, href: str
) -> None:
    moment = datetime.now(UTC)
    one = Notification(
        workspace_id=uuid4(), user_id=uuid4(), kind=kind, room_id=ROOM, data=data, created_at=moment,
        read_at=moment if is_read else None,
    )  # fmt: skip

    assert _view(NotificationRow(one, "Ada", "Room")).href == href
