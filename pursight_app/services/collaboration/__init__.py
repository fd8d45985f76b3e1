"""Rooms (REST: collaboration sessions): who takes part, what is said, shared and exported. Flow 3."""

from pursight_app.services.collaboration.cards import AssetCard, cards_of
from pursight_app.services.collaboration.decisions import (
    DecisionRow,
    list_decisions,
    propose,
    suggested_of,
    vote,
    withdraw_proposal,
)
from pursight_app.services.collaboration.documents import (
    DocumentRow,
    get_document,
    list_documents,
    read_content,
    share_asset,
    share_file,
    share_text,
)
from pursight_app.services.collaboration.export import export_json, export_markdown
from pursight_app.services.collaboration.invitations import decline, invite, join, withdraw
from pursight_app.services.collaboration.log import events_after
from pursight_app.services.collaboration.messages import (
    MessageRow,
    Sent,
    delete,
    edit,
    list_messages,
    list_versions,
    react,
    search_messages,
    send,
)
from pursight_app.services.collaboration.rooms import (
    Person,
    RoomDetail,
    RoomRow,
    create_room,
    end_room,
    get_room,
    leave_room,
    list_rooms,
    mark_read,
)
from pursight_app.services.collaboration.seats import is_in, seat_of
from pursight_app.services.collaboration.tasks import TaskRow, create_task, list_own_tasks, list_tasks, set_task_status

__all__ = [
    "AssetCard",
    "DecisionRow",
    "DocumentRow",
    "MessageRow",
    "Person",
    "RoomDetail",
    "RoomRow",
    "Sent",
    "TaskRow",
    "cards_of",
    "create_room",
    "create_task",
    "decline",
    "delete",
    "edit",
    "end_room",
    "events_after",
    "export_json",
    "export_markdown",
    "get_document",
    "get_room",
    "invite",
    "is_in",
    "join",
    "leave_room",
    "list_decisions",
    "list_documents",
    "list_messages",
    "list_own_tasks",
    "list_rooms",
    "list_tasks",
    "list_versions",
    "mark_read",
    "propose",
    "react",
    "read_content",
    "search_messages",
    "seat_of",
    "send",
    "set_task_status",
    "share_asset",
    "share_file",
    "share_text",
    "suggested_of",
    "vote",
    "withdraw",
    "withdraw_proposal",
]
