"""One-time tickets with which a page lets the browser itself fetch an export: sockets do not carry files."""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pursight_app.core.errors import NotFoundError, ServiceUnavailableError
from pursight_app.core.redis import RedisError, redis
from pursight_app.services.access import Actor
from pursight_app.services.audit.export import ExportFormat, require_export
from pursight_app.services.audit.listing import AuditFilter

_LIFE_S = 60


@dataclass(frozen=True, slots=True)
class ExportTicket:
    """What was asked for."""

    workspace_id: UUID | None
    wanted: AuditFilter
    form: ExportFormat


def make_export_ticket(actor: Actor, asked: ExportTicket) -> str:
    """A ticket for the actor's own session, good once within a minute.

    Raises:
        as `require_export`.
    """
    require_export(actor, asked.workspace_id)
    name, wanted = secrets.token_urlsafe(24), asked.wanted
    content = {
        "session": actor.session_id,
        "workspace": str(asked.workspace_id or ""),
        "form": asked.form,
        "texts": [wanted.who, wanted.action, wanted.subject_kind, wanted.subject_id, wanted.result, wanted.text],
        "times": [moment.isoformat() if moment else "" for moment in (wanted.since, wanted.until)],
    }
    try:
        redis().set(_key(name), json.dumps(content), ex=_LIFE_S)
    except RedisError:
        raise ServiceUnavailableError("The session store does not answer. Try again in a moment.") from None
    return name


def take_export_ticket(name: str, session_id: str) -> ExportTicket:
    """What the ticket is for; it is gone then.

    Raises:
        NotFoundError: no such ticket, used, too old, or of another session.
    """
    try:
        kept, _ = redis().pipeline().get(_key(name)).delete(_key(name)).execute()
    except RedisError:
        raise ServiceUnavailableError("The session store does not answer. Try again in a moment.") from None
    content = json.loads(kept) if kept else {}
    if not session_id or content.get("session") != session_id:
        raise NotFoundError("This export was fetched already or is too old. Start it again on the page Audit log.")
    who, action, kind, subject_id, result, text = content["texts"]
    since, until = (datetime.fromisoformat(moment) if moment else None for moment in content["times"])
    wanted = AuditFilter(who, action, kind, subject_id, result, since, until, text)
    workspace_id = UUID(content["workspace"]) if content["workspace"] else None
    return ExportTicket(workspace_id, wanted, ExportFormat(content["form"]))


def _key(name: str) -> str:
    return f"pursight:export:{name}"
