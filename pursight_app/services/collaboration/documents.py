"""What is shared in a room: texts, files, and things of the catalogue (F3.24-31)."""

import json
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from sqlmodel import Session, col, select

from pursight_app.core import blob
from pursight_app.core.errors import InvalidInputError, NotFoundError, PermissionDeniedError, UnsupportedTypeError
from pursight_app.models import Asset, Document, DocumentKind, Room, RoomStatus, UserAccount
from pursight_app.services import access, activity
from pursight_app.services.access import Actor, Permission
from pursight_app.services.collaboration.log import Happening, append, ended
from pursight_app.services.collaboration.seats import seat_of

MAX_BYTES = 8 * 1024 * 1024
TITLE_MAX = 200
URL_MAX = 2_000
STUB = "Something of the catalogue that you may not see"
# By their first bytes. Only these pictures are ever shown in a page; all else is text or a download.
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
)
_TEXTS = {
    ".csv": "text/csv",
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".sql": "application/sql",
    ".ipynb": "application/x-ipynb+json",
    ".json": "application/json",
}
# A name that promises one of these must hold it.
_PROMISES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".pdf": "application/pdf",
}
_UNPRINTABLE = re.compile(r"[^\S ]|[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A shared thing as its reader may know it; `is_hidden`: an asset that they may not see."""

    document: Document
    title: str
    shared_by: str
    is_hidden: bool


def share_text(session: Session, actor: Actor, room_id: UUID, *, title: str, content: str) -> Document:
    """Shares words, as Markdown.

    Raises:
        InvalidInputError: no title, or more than `MAX_BYTES`.
    """
    room = _room(session, actor, room_id)
    return _keep(
        session, actor, room, DocumentKind.TEXT, _title(title), content=content.encode(), content_type="text/markdown"
    )


def share_file(session: Session, actor: Actor, room_id: UUID, *, name: str, content: bytes) -> Document:
    """Shares a file: pictures, PDF, and whatever is text. Its type is what its bytes are, not what it is called.

    Raises:
        UnsupportedTypeError: neither, or not what the name promises.
        InvalidInputError: empty, or more than `MAX_BYTES`.
    """
    room = _room(session, actor, room_id)
    name = _title(re.split(r"[/\\]", name)[-1][-TITLE_MAX:] or "file")
    if not content:
        raise InvalidInputError("This file is empty.")
    return _keep(session, actor, room, DocumentKind.FILE, name, content=content, content_type=type_of(name, content))


def share_asset(session: Session, actor: Actor, room_id: UUID, asset_id: UUID) -> Document:
    """Shares an asset: each reader sees of it what their own rights allow, or that there is something."""
    room = _room(session, actor, room_id)
    asset = access.get(session, actor, Asset, asset_id, Permission.CATALOG_READ)
    if asset.workspace_id != room.workspace_id:
        raise NotFoundError("There is no such asset in the room's workspace.")
    return _keep(session, actor, room, DocumentKind.ASSET, "", asset_id=asset.id)


def share_link(session: Session, actor: Actor, room_id: UUID, *, title: str, url: str) -> Document:
    """Shares an address elsewhere: a query, a dashboard, a ticket. PurSight never opens it; the reader's browser may.

    Raises:
        InvalidInputError: no http or https address, or one with a password in it.
    """
    room = _room(session, actor, room_id)
    url = url.strip()
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or len(url) > URL_MAX or not url.isprintable():
        raise InvalidInputError(f"A link begins with http:// or https:// and has at most {URL_MAX:,} characters.")
    if parts.username or parts.password:
        raise InvalidInputError(
            "This address holds a name or password. Share it without; whoever opens it has their own."
        )
    return _keep(session, actor, room, DocumentKind.LINK, _title(title or parts.hostname), url=url)


def share_note(session: Session, actor: Actor, room_id: UUID, *, title: str) -> Document:
    """Shares an empty note that everybody in the room can write in, at once (notes.py)."""
    room = _room(session, actor, room_id)
    return _keep(session, actor, room, DocumentKind.NOTE, _title(title))


def _room(session: Session, actor: Actor, room_id: UUID) -> Room:
    room = seat_of(session, actor, room_id, lock=True).room
    if room.status == RoomStatus.ENDED:
        raise ended()
    return room


def _title(text: str) -> str:
    title = _UNPRINTABLE.sub(" ", text).strip()[:TITLE_MAX]
    if not title:
        raise InvalidInputError(f"What is shared needs a title of 1 to {TITLE_MAX} characters.")
    return title


def type_of(name: str, content: bytes) -> str:
    """The media type of a file by its bytes.

    Raises:
        UnsupportedTypeError: not a kind that is taken, or not what the name says.
    """
    suffix = PurePosixPath(name.lower()).suffix
    found = next((kind for magic, kind in _MAGIC if content.startswith(magic)), "")
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        found = "image/webp"
    promised = _PROMISES.get(suffix, "")
    if (found or promised) and found != promised:
        raise UnsupportedTypeError("The content of this file is not what its name says.")
    if found:
        return found
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = "\x00"
    if "\x00" in text:
        raise UnsupportedTypeError("Share pictures (PNG, JPEG, GIF, WebP), PDF or text: CSV, Markdown, SQL, notebooks.")
    kind = _TEXTS.get(suffix, "text/plain")
    if kind.endswith("json") and not _is_json(text):
        raise UnsupportedTypeError("The content of this file is not what its name says.")
    return kind


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _keep(
    session: Session,
    actor: Actor,
    room: Room,
    kind: DocumentKind,
    title: str,
    *,
    content: bytes = b"",
    content_type: str = "",
    asset_id: UUID | None = None,
    url: str = "",
) -> Document:
    if len(content) > MAX_BYTES:
        raise InvalidInputError(f"What is shared has at most {MAX_BYTES // 1024 // 1024} MB.")
    document_id = uuid4()
    # Nothing of the name, nothing to guess. Without its row, after a crash, a blob is only lost space.
    key = f"rooms/{room.workspace_id}/{uuid4().hex}{uuid4().hex}" if content else ""
    if content:
        blob.write_blob(key, content)
    # The name of an asset is not the room's to tell: who may see it reads it with their own rights.
    told = {"document_id": str(document_id), "kind": str(kind), "title": title, "shared_by": str(actor.user_id)}
    seq = append(session, room, Happening("document_shared", told), actor_id=actor.user_id)
    document = Document(
        id=document_id,
        workspace_id=room.workspace_id,
        room_id=room.id,
        seq=seq,
        kind=kind,
        title=title,
        content_type=content_type,
        size_bytes=len(content),
        blob_key=key,
        asset_id=asset_id,
        url=url,
        shared_by_id=actor.user_id,
    )
    session.add(document)
    activity.track(session, actor, room.workspace_id, "document_share", room_id=room.id, asset_id=asset_id, title=title)
    return document


def list_documents(session: Session, actor: Actor, room_id: UUID, *, limit: int = 200) -> list[DocumentRow]:
    """What was shared in the room, the newest first, at most `limit`."""
    seat_of(session, actor, room_id)
    wanted = (
        select(Document, UserAccount.name, Asset)
        .outerjoin(UserAccount, col(UserAccount.id) == Document.shared_by_id)
        .outerjoin(Asset, col(Asset.id) == Document.asset_id)
        .where(Document.room_id == room_id)
        .order_by(col(Document.seq).desc())
        .limit(limit)
    )
    return [_row(actor, document, name or "", asset) for document, name, asset in session.exec(wanted).all()]


def _row(actor: Actor, document: Document, name: str, asset: Asset | None) -> DocumentRow:
    if document.kind != DocumentKind.ASSET:
        return DocumentRow(document, document.title, name, is_hidden=False)
    may = asset is not None and actor.decide(Permission.CATALOG_READ, access.asset_resource(asset)).allowed
    return DocumentRow(document, asset.qualified_name if asset and may else STUB, name, is_hidden=not may)


def get_document(session: Session, actor: Actor, document_id: UUID) -> DocumentRow:
    """One shared thing, for those who are in its room."""
    document = session.get(Document, document_id)
    if document is None:
        raise NotFoundError("There is no such document in a room that you take part in.")
    seat_of(session, actor, document.room_id)
    asset = session.get(Asset, document.asset_id) if document.asset_id else None
    sharer = session.get(UserAccount, document.shared_by_id) if document.shared_by_id else None
    row = _row(actor, document, sharer.name if sharer else "", asset)
    if row.is_hidden:
        raise PermissionDeniedError("This takes catalog.read on what was shared.", workspace_id=document.workspace_id)
    return row


def read_content(document: Document) -> bytes:
    """The bytes of a text or file.

    Raises:
        NotFoundError: an asset has none, or they are gone from the store.
    """
    content = blob.read_blob(document.blob_key) if document.blob_key else None
    if content is None:
        raise NotFoundError("There is no content to this document.")
    return content
