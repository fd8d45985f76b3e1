"""Rows of the room pages: what a message, a person or a shared thing looks like to one reader."""

import base64
import csv
import io
import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from pursight_app.services import collaboration
from pursight_app.services.access import Actor
from pursight_app.services.collaboration import AssetCard, DocumentRow, MessageRow, Person, RoomRow, pdf_text
from state import format as fmt

_ASSET_LINK = re.compile(r"/catalog/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})")
MOST_CARDS = 5
PREVIEW_CHARACTERS = 20_000
PREVIEW_ROWS = 50
MOST_FOUND = 30
_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")


@dataclass
class CardView:
    """An asset that a message links to, as the reader may see it now."""

    href: str
    name: str
    sensitivity: str
    findings: str
    owner: str


@dataclass
class SignView:
    """One emoji below a message."""

    emoji: str
    people: int
    is_own: bool


@dataclass
class MessageView:
    """One message; `is_first_new` carries the mark "new since you left", `thread_id` is what it answers, "" in the thread."""

    id: str
    seq: int
    author: str
    initials: str
    day: str
    time: str
    at_exact: str
    body: str
    is_own: bool
    is_deleted: bool
    is_edited: bool
    is_first_new: bool
    is_followup: bool
    replies: int
    thread_id: str = ""
    signs: list[SignView] = field(default_factory=list)
    cards: list[CardView] = field(default_factory=list)


@dataclass
class FoundView:
    """A message that a search found."""

    href: str
    seq: int
    room: str
    author: str
    at: str
    at_exact: str
    body: str


@dataclass
class VersionView:
    """What a message said until a moment."""

    until: str
    exact: str
    body: str


@dataclass
class PersonView:
    """Somebody in the room; `looks_at` is the id of the shared thing that they have open, "" for the talk."""

    id: str
    name: str
    initials: str
    presence: str
    looks_at: str
    is_invited: bool
    is_me: bool


@dataclass
class DocumentView:
    """Something shared."""

    id: str
    title: str
    kind: str
    detail: str
    href: str
    is_hidden: bool


@dataclass
class Preview:
    """The shared thing that is open; exactly one of text, markdown, rows and picture is filled."""

    id: str = ""
    title: str = ""
    detail: str = ""
    text: str = ""
    markdown: str = ""
    rows: list[list[str]] = field(default_factory=list)
    picture: str = ""
    note: str = ""


@dataclass
class RoomView:
    """A room in the list."""

    id: str
    href: str
    title: str
    said: str
    at: str
    at_exact: str
    people: str
    unread: int
    is_ended: bool
    is_invitation: bool
    has_left: bool


def initials(name: str) -> str:
    """At most two letters of a name."""
    return "".join(word[0] for word in name.split()[:2]).upper() or "?"


def room_view(row: RoomRow) -> RoomView:
    """One line of the list of rooms."""
    room = row.room
    return RoomView(
        id=str(room.id),
        href=f"/rooms/{room.id}",
        title=room.title,
        said=row.last_text,
        at=fmt.ago(row.last_at),
        at_exact=fmt.exact(row.last_at),
        people="1 person" if row.people == 1 else f"{row.people} people",
        unread=row.unread,
        is_ended=room.status == "ended",
        is_invitation=row.status == "invited",
        has_left=row.status == "left",
    )


def find_messages(
    session: Session, actor: Actor, query: str, *, workspace_id: UUID | None = None, room_id: UUID | None = None
) -> list[FoundView]:
    """The newest messages with all words of `query`, in one room or in all of a workspace that the actor is in."""
    if room_id is not None:
        workspace_id = collaboration.seat_of(session, actor, room_id).room.workspace_id
    assert workspace_id is not None  # noqa: S101  one of the two is given
    rows = collaboration.search_messages(session, actor, workspace_id, query, room_id=room_id, limit=MOST_FOUND)
    return [
        FoundView(
            href=f"/rooms/{room.id}?at={row.message.seq}",
            seq=row.message.seq,
            room=room.title,
            author=row.author_name,
            at=fmt.ago(row.message.created_at),
            at_exact=fmt.exact(row.message.created_at),
            body=row.message.body[:240],
        )
        for row, room in rows
    ]


def linked_assets(rows: list[MessageRow]) -> list[UUID]:
    """Assets that the messages link to, each once."""
    found = [UUID(text) for row in rows for text in _ASSET_LINK.findall(row.message.body)[:MOST_CARDS]]
    return list(dict.fromkeys(found))


def message_views(
    rows: list[MessageRow], me: UUID, cards: dict[UUID, AssetCard], *, new: range, in_thread: bool = False
) -> list[MessageView]:
    """The messages in their order; the first one of others whose number is in `new` bears the mark."""
    views: list[MessageView] = []
    is_marked = False
    previous: MessageRow | None = None
    for row in rows:
        message = row.message
        is_own = message.author_id == me
        is_new = not is_marked and not is_own and message.seq in new
        is_marked = is_marked or is_new
        day = f"{message.created_at:%-d %B %Y}"
        same_day = previous is not None and f"{previous.message.created_at:%-d %B %Y}" == day
        views.append(
            MessageView(
                id=str(message.id),
                seq=message.seq,
                author=row.author_name,
                initials=initials(row.author_name),
                day="" if same_day else day,
                time=f"{message.created_at:%H:%M}",
                at_exact=fmt.exact(message.created_at),
                body=message.body,
                is_own=is_own,
                is_deleted=message.deleted_at is not None,
                is_edited=message.edited_at is not None,
                is_first_new=is_new,
                is_followup=same_day and not is_new and follows(previous and _said_by(previous), _said_by(row)),
                replies=row.replies,
                thread_id=str(message.thread_id) if message.thread_id and not in_thread else "",
                signs=[SignView(emoji, people, own) for emoji, people, own in row.reactions],
                cards=_cards(row, cards),
            )
        )
        previous = row
    return views


def _said_by(row: MessageRow) -> tuple[UUID | None, datetime]:
    return row.message.author_id, row.message.created_at


def follows(previous: tuple[object, datetime] | None, row: tuple[object, datetime]) -> bool:
    """Whether somebody goes on within five minutes: the name is not repeated then. Both are (author, when)."""
    return previous is not None and previous[0] == row[0] and (row[1] - previous[1]).total_seconds() < 300


def _cards(row: MessageRow, cards: dict[UUID, AssetCard]) -> list[CardView]:
    ids = dict.fromkeys(UUID(text) for text in _ASSET_LINK.findall(row.message.body)[:MOST_CARDS])
    return [_card(cards[asset_id]) for asset_id in ids if asset_id in cards]


def _card(card: AssetCard) -> CardView:
    findings = {0: "no open finding", 1: "1 open finding"}.get(
        card.open_findings, f"{card.open_findings} open findings"
    )
    return CardView(
        href=f"/catalog/{card.asset_id}",
        name=card.name,
        sensitivity=card.sensitivity,
        findings=findings,
        owner=f"owner: {card.owner}" if card.owner else "no owner yet",
    )


def person_view(person: Person, me: UUID, looks_at: str) -> PersonView:
    """One person of the room."""
    return PersonView(
        id=str(person.user_id),
        name=person.name,
        initials=initials(person.name),
        presence=person.presence,
        looks_at=looks_at,
        is_invited=person.status == "invited",
        is_me=person.user_id == me,
    )


def document_view(row: DocumentRow) -> DocumentView:
    """One shared thing."""
    document = row.document
    shared = f"{row.shared_by}, {fmt.ago(document.created_at)}"
    size = f"{fmt.size(document.size_bytes)} · " if document.size_bytes else ""
    href = f"/catalog/{document.asset_id}" if document.asset_id and not row.is_hidden else document.url
    return DocumentView(str(document.id), row.title, document.kind, size + shared, href, row.is_hidden)


def preview_of(row: DocumentRow, content: bytes) -> Preview:
    """What is shown of a shared text or file; markup of all kinds stays text."""
    document = row.document
    shown = Preview(id=str(document.id), title=row.title, detail=f"{document.content_type}, {fmt.size(len(content))}")
    if document.content_type in _PICTURES:
        encoded = base64.b64encode(content).decode()
        shown.picture = f"data:{document.content_type};base64,{encoded}"
        return shown
    if document.content_type == "application/pdf":
        shown.text = pdf_text(content)
        shown.note = (
            "The words of its first pages." if shown.text else "No words were found in it. Download it to see it."
        )
        return shown
    text = content.decode("utf-8", errors="replace")
    if len(text) > PREVIEW_CHARACTERS:
        shown.note = f"The beginning; the whole has {fmt.count(len(text))} characters."
        text = text[:PREVIEW_CHARACTERS]
    if document.content_type == "text/csv":
        shown.rows = [[cell[:200] for cell in line[:30]] for line in _lines(text)]
    elif document.content_type == "text/markdown":
        shown.markdown = text
    elif document.content_type == "application/sql":
        shown.markdown = _fenced(text, "sql")
    elif document.content_type == "application/x-ipynb+json" and (cells := _cells(content)):
        shown.markdown = cells[:PREVIEW_CHARACTERS]
    else:
        shown.text = text
    return shown


def _fenced(code: str, language: str) -> str:
    # Longer than any fence inside, so that nothing in the code can end it.
    fence = "`" * max(3, max((len(run) for run in re.findall("`+", code)), default=0) + 1)
    return f"{fence}{language}\n{code}\n{fence}"


def _cells(content: bytes) -> str:
    """A notebook's cells as Markdown: words as they are, code fenced; outputs stay out, they can hold markup and data."""
    try:
        cells = json.loads(content)["cells"]
        parts = [(str(cell["cell_type"]), "".join(cell["source"])) for cell in cells]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return "\n\n".join(source if kind == "markdown" else _fenced(source, "python") for kind, source in parts)


def _lines(text: str) -> list[list[str]]:
    try:
        reader = csv.reader(io.StringIO(text))
        return [line for _, line in zip(range(PREVIEW_ROWS), reader, strict=False)]
    except csv.Error:
        return [[line] for line in text.splitlines()[:PREVIEW_ROWS]]
