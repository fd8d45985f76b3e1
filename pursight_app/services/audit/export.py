"""Takes events out of PurSight: streamed, in the order of the chain, and an event itself."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, replace
from enum import StrEnum
from uuid import UUID

from sqlmodel import Session, col, select

from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import PermissionDeniedError
from pursight_app.models import AuditEvent, AuditHead
from pursight_app.services import access
from pursight_app.services.access import Actor, Permission
from pursight_app.services.audit.listing import AuditFilter, chosen
from pursight_app.services.audit.trail import Subject, record

_BATCH_EVENTS = 1_000
_COLUMNS = (
    "position",
    "created_at",
    "workspace_id",
    "actor_email",
    "actor_id",
    "action",
    "subject_kind",
    "subject_id",
    "result",
    "address",
    "user_agent",
    "request_id",
    "detail",
    "previous_hash",
    "hash",
    "id",
)
# A spreadsheet takes a cell that begins so for a formula (OWASP, CSV injection).
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


class ExportFormat(StrEnum):
    """What an export is made of."""

    CSV = "csv"
    JSONL = "jsonl"


def require_export(actor: Actor, workspace_id: UUID | None) -> None:
    """Lets only those go on who may export now.

    Raises:
        NotFoundError, PermissionDeniedError: the actor may not export this log.
        StepUpRequiredError: they may, but must prove once more who they are.
    """
    access.require(actor, Permission.AUDIT_EXPORT, workspace_id)
    access.require_step_up(actor)


def export_audit_events(
    actor: Actor, *, workspace_id: UUID | None, wanted: AuditFilter, form: ExportFormat
) -> Iterator[str]:
    """The chosen events as parts of a text, oldest first; checked and recorded before the first part is asked for.

    Raises:
        as `require_export`; while it is read also PermissionDeniedError, when the right is taken away meanwhile.
    """
    require_export(actor, workspace_id)
    with unit_of_work() as session:
        last = session.exec(select(AuditHead.position)).one()
        subject = Subject("audit_log", workspace_id or "", workspace_id)
        filters = {name: str(value) for name, value in asdict(wanted).items() if value}
        record(session, actor, "audit_log.export", subject, format=form.value, filters=filters)
    write = _csv_lines if form == ExportFormat.CSV else _json_lines
    return _parts(actor, workspace_id, wanted, last, write)


def _parts(
    actor: Actor,
    workspace_id: UUID | None,
    wanted: AuditFilter,
    last: int,
    write: Callable[[Iterable[AuditEvent]], str],
) -> Iterator[str]:
    if write is _csv_lines:
        yield _csv_line(_COLUMNS)
    after = 0
    while True:
        _require_still(actor, workspace_id)
        with unit_of_work() as session:
            batch = _batch(session, workspace_id, wanted, after=after, last=last)
        if batch:
            yield write(batch)
        if len(batch) < _BATCH_EVENTS:
            return
        after = batch[-1].position


def _require_still(actor: Actor, workspace_id: UUID | None) -> None:
    policy = access.current_policy(actor.user_id)
    if policy is None or not replace(actor, policy=policy).may(Permission.AUDIT_EXPORT, workspace_id):
        raise PermissionDeniedError("You may not export the audit log any more.", workspace_id=workspace_id)


def _batch(
    session: Session, workspace_id: UUID | None, wanted: AuditFilter, *, after: int, last: int
) -> list[AuditEvent]:
    place = col(AuditEvent.position)
    statement = chosen(workspace_id, wanted).where(place > after, place <= last).order_by(place)
    return list(session.exec(statement.limit(_BATCH_EVENTS)).all())


def _json_lines(events: Iterable[AuditEvent]) -> str:
    return "".join(json.dumps(event.model_dump(mode="json"), ensure_ascii=False) + "\n" for event in events)


def _csv_lines(events: Iterable[AuditEvent]) -> str:
    return "".join(_csv_line(_cells(event)) for event in events)


def _cells(event: AuditEvent) -> list[str]:
    values = event.model_dump(mode="json")
    values["detail"] = json.dumps(values["detail"], ensure_ascii=False) if values["detail"] else ""
    return ["" if values[name] is None else str(values[name]) for name in _COLUMNS]


def _csv_line(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow([f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell for cell in cells])
    return text.getvalue()
