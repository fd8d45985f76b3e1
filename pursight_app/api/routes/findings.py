"""Findings, waivers and rules (F2.20-23)."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from pursight_app.api.dependencies import CurrentActor, CurrentPaging, Page, page
from pursight_app.api.guard import GuardedRoute, guard
from pursight_app.core.db import unit_of_work
from pursight_app.models import Rule
from pursight_app.services import compliance
from pursight_app.services.access import Permission
from pursight_app.services.compliance import FindingRow

router = APIRouter(tags=["compliance"], route_class=GuardedRoute)


class NewRule(BaseModel):
    """A check; a finding exists while the CEL `condition` is true (docs/howto/write-a-rule.md)."""

    workspace_id: UUID
    key: str = Field(min_length=1, max_length=40)
    framework: str = Field(min_length=1, max_length=40)
    title: str = Field(min_length=1, max_length=200)
    description: str = Field(default="", max_length=4_000)
    remediation: str = Field(default="", max_length=4_000)
    severity: str = Field(max_length=20)
    scope: str = Field(default="column", max_length=20)
    condition: str = Field(min_length=1, max_length=2_000)


class NewWaiver(BaseModel):
    """A risk accepted for a time."""

    reason: str = Field(max_length=2_000)
    expires_at: datetime


class StatusChange(BaseModel):
    """`open` or `acknowledged`."""

    status: str = Field(max_length=20)


def view_finding(row: FindingRow) -> dict[str, object]:
    """A finding as it leaves the server."""
    return {
        "id": str(row.finding.id),
        "rule": row.rule.key,
        "framework": row.rule.framework,
        "title": row.rule.title,
        "severity": row.finding.severity,
        "status": row.finding.status,
        "asset_id": str(row.asset.id),
        "table": row.asset.qualified_name,
        "column": row.column.name if row.column else None,
        "remediation": row.rule.remediation,
        "evidence": row.finding.evidence,
        "created_at": row.finding.created_at,
        "waiver": {"reason": row.waiver.reason, "expires_at": row.waiver.expires_at} if row.waiver else None,
    }


@router.get("/api/findings")
@guard(Permission.FINDING_READ)
def list_findings(
    actor: CurrentActor, at: CurrentPaging, workspace_id: UUID | None = None, status: str = "", severity: str = ""
) -> Page:
    """Findings, worst first; open and acknowledged ones unless `status` says otherwise."""
    with unit_of_work() as session:
        rows, total = compliance.list_findings(
            session,
            actor,
            workspace_id=workspace_id,
            severity=severity,
            statuses=(status,) if status else compliance.OPEN_STATUSES,
            limit=at.limit,
            offset=at.offset,
        )
    return page([view_finding(row) for row in rows], total, at)


@router.get("/api/findings/{finding_id}")
@guard(Permission.FINDING_READ, "finding_id")
def get_finding(finding_id: UUID, actor: CurrentActor) -> dict[str, object]:
    """One finding."""
    with unit_of_work() as session:
        return view_finding(compliance.get_finding(session, actor, finding_id))


@router.post("/api/findings/{finding_id}/waive", status_code=201)
@guard(Permission.FINDING_WAIVE, "finding_id")
def waive(finding_id: UUID, body: NewWaiver, actor: CurrentActor) -> dict[str, object]:
    """Accepts the risk until a moment; after it the finding opens again."""
    with unit_of_work() as session:
        waiver = compliance.waive_finding(session, actor, finding_id, reason=body.reason, expires_at=body.expires_at)
    return {"id": str(waiver.id), "finding_id": str(finding_id), "expires_at": waiver.expires_at}


@router.post("/api/findings/{finding_id}/status")
@guard(Permission.FINDING_WAIVE, "finding_id")
def set_status(finding_id: UUID, body: StatusChange, actor: CurrentActor) -> dict[str, str]:
    """Acknowledges a finding or opens it again."""
    with unit_of_work() as session:
        finding = compliance.set_finding_status(session, actor, finding_id, body.status)
    return {"id": str(finding.id), "status": finding.status}


@router.get("/api/compliance/rules")
@guard(Permission.FINDING_READ)
def list_rules(actor: CurrentActor, at: CurrentPaging, workspace_id: UUID) -> Page:
    """The rules of a workspace."""
    with unit_of_work() as session:
        rows = compliance.list_rules(session, actor, workspace_id)
    items = [row.model_dump(mode="json") for row in rows]
    return page(items[at.offset : at.offset + at.limit], len(items), at)


@router.post("/api/compliance/rules", status_code=201)
@guard(Permission.RULE_MANAGE)
def create_rule(body: NewRule, actor: CurrentActor) -> dict[str, str]:
    """Adds a rule; its condition is checked before it is stored."""
    with unit_of_work() as session:
        rule = compliance.create_rule(session, actor, body.workspace_id, Rule(**body.model_dump()))
    return {"id": str(rule.id), "key": rule.key}
