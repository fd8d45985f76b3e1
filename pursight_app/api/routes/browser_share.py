"""Sharing a file and fetching one with a browser's cookie: native forms and links, which carry no token.

The gate lets forms through to `/auth/browser-…` only from our own pages.
"""

import asyncio
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import UploadFile

from pursight_app.api.dependencies import COOKIE
from pursight_app.api.guard import GuardedRoute, public
from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import NotAuthenticatedError, UserError
from pursight_app.services import auth, collaboration
from pursight_app.services.access import Actor

router = APIRouter(tags=["collaboration"], route_class=GuardedRoute, include_in_schema=False)


async def actor_of_cookie(request: Request) -> Actor:
    """Who sends a form or follows a link.

    Raises:
        NotAuthenticatedError: nobody who is logged in.
    """
    token = request.cookies.get(COOKIE, "")
    actor = await auth.actor_of_session(auth.session_id_of(token)) if token else None
    if actor is None:
        raise NotAuthenticatedError("Your session has ended. Log in again.")
    return actor


@router.post("/auth/browser-share-document")
@public
async def share_document(request: Request) -> Response:
    """The form's target: back to the room, with what was wrong if something was."""
    actor = await actor_of_cookie(request)
    async with request.form(max_files=1, max_fields=5) as form:
        file, room = form.get("file"), str(form.get("session_id", ""))
        content = await file.read() if isinstance(file, UploadFile) else b""
        name = file.filename or "file" if isinstance(file, UploadFile) else "file"
    try:
        await asyncio.to_thread(_share, actor, UUID(room), name, content)
    except (UserError, ValueError) as error:
        words = error.message if isinstance(error, UserError) else "There is no such room."
        return RedirectResponse(f"/rooms/{quote(room, safe='')}?problem={quote(words)}", 303)
    return RedirectResponse(f"/rooms/{quote(room, safe='')}", 303)


def _share(actor: Actor, room_id: UUID, name: str, content: bytes) -> None:
    with unit_of_work() as session:
        collaboration.share_file(session, actor, room_id, name=name, content=content)


@router.get("/auth/room-document/{document_id}")
@public
async def download_document(document_id: UUID, request: Request) -> Response:
    """A shared file as a download, never as a page."""
    actor = await actor_of_cookie(request)
    title, content = await asyncio.to_thread(_read, actor, document_id)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(title, safe='')}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type="application/octet-stream", headers=headers)


def _read(actor: Actor, document_id: UUID) -> tuple[str, bytes]:
    with unit_of_work() as session:
        row = collaboration.get_document(session, actor, document_id)
    return row.title, collaboration.read_content(row.document)
