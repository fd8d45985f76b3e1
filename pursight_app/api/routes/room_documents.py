"""What is shared in rooms (F3.24-31)."""

import asyncio
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field, ValidationError, model_validator
from starlette.datastructures import UploadFile

from pursight_app.api.dependencies import MAX_OFFSET, CurrentActor, CurrentPaging, Page, page_of
from pursight_app.api.guard import GuardedRoute, guard
from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import InvalidInputError
from pursight_app.models import Document
from pursight_app.services import collaboration
from pursight_app.services.access import Actor, Permission
from pursight_app.services.collaboration import DocumentRow

router = APIRouter(tags=["collaboration"], route_class=GuardedRoute, prefix="/racine/collaboration")


class NewDocument(BaseModel):
    """Words under a title, an asset, or an address elsewhere under an optional title."""

    session_id: UUID
    title: str = Field(default="", max_length=1_000)
    content: str = Field(default="", max_length=9_000_000)
    asset_id: UUID | None = None
    url: str = Field(default="", max_length=10_000)

    @model_validator(mode="after")
    def _one(self) -> "NewDocument":
        if self.asset_id is None and not self.content and not self.url:
            raise ValueError("Give title and content, asset_id or url, or send a file as multipart/form-data.")
        return self


_BODIES = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": NewDocument.model_json_schema()},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["session_id", "file"],
                    "properties": {
                        "session_id": {"type": "string", "format": "uuid"},
                        "file": {"type": "string", "format": "binary"},
                    },
                }
            },
        },
    }
}


def view_document(row: DocumentRow) -> dict[str, object]:
    """A shared thing as its reader may know it."""
    document = row.document
    return {
        "document_id": str(document.id),
        "session_id": str(document.room_id),
        "seq": document.seq,
        "kind": document.kind,
        "title": row.title,
        "content_type": document.content_type,
        "size_bytes": document.size_bytes,
        "asset_id": str(document.asset_id) if document.asset_id and not row.is_hidden else None,
        "url": document.url or None,
        "is_hidden": row.is_hidden,
        "shared_by": row.shared_by,
        "at": document.created_at.isoformat(),
    }


@router.post("/share-document", status_code=201, openapi_extra=_BODIES)
@guard(Permission.ROOM_JOIN)
async def share_document(request: Request, actor: CurrentActor) -> dict[str, object]:
    """Shares words, a file (multipart/form-data with `session_id` and `file`), an asset or an address."""
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        async with request.form(max_files=1, max_fields=5) as form:
            file, room = form.get("file"), str(form.get("session_id", ""))
            if not isinstance(file, UploadFile):
                raise InvalidInputError("A multipart request needs the fields session_id and file.")
            name, content = file.filename or "file", await file.read()
        document = await asyncio.to_thread(_share_file, actor, _id(room), name, content)
    else:
        document = await asyncio.to_thread(_share, actor, await _body(request))
    return {"document_id": str(document.id), "seq": document.seq}


async def _body(request: Request) -> NewDocument:
    try:
        return NewDocument.model_validate_json(await request.body())
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "body"
        raise InvalidInputError(f"{place}: {first['msg']}") from None


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise InvalidInputError("session_id is not an id.") from None


def _share_file(actor: Actor, room_id: UUID, name: str, content: bytes) -> Document:
    with unit_of_work() as session:
        return collaboration.share_file(session, actor, room_id, name=name, content=content)


def _share(actor: Actor, body: NewDocument) -> Document:
    with unit_of_work() as session:
        if body.asset_id is not None:
            return collaboration.share_asset(session, actor, body.session_id, body.asset_id)
        if body.url:
            return collaboration.share_link(session, actor, body.session_id, title=body.title, url=body.url)
        return collaboration.share_text(session, actor, body.session_id, title=body.title, content=body.content)


@router.get("/session/{session_id}/documents")
@guard(Permission.ROOM_JOIN, on="session_id")
def list_documents(session_id: UUID, actor: CurrentActor, at: CurrentPaging) -> Page:
    """What was shared in a room, the newest first."""
    with unit_of_work() as session:
        rows = collaboration.list_documents(session, actor, session_id, limit=MAX_OFFSET)
    return page_of(rows, view_document, at)


@router.get(
    "/documents/{document_id}/content",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}},
)
@guard(Permission.ROOM_JOIN, on="document_id")
def get_content(document_id: UUID, actor: CurrentActor) -> Response:
    """The bytes of a shared text or file: always a download, never a page."""
    with unit_of_work() as session:
        row = collaboration.get_document(session, actor, document_id)
    content = collaboration.read_content(row.document)
    headers = {
        "Content-Disposition": f'attachment; filename="{document_id}"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type="application/octet-stream", headers=headers)
