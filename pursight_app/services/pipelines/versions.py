"""Versions of pipelines and what differs between them."""

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from pursight_app.core.errors import NotFoundError
from pursight_app.models import Pipeline, PipelineVersion, UserAccount
from pursight_app.services import access
from pursight_app.services.access import Actor, Permission


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version with who made it."""

    version: PipelineVersion
    made_by: str


def version_of(session: Session, pipeline_id: UUID, number: int) -> PipelineVersion:
    """One version.

    Raises:
        NotFoundError: there is none of this number.
    """
    found = session.exec(
        select(PipelineVersion).where(PipelineVersion.pipeline_id == pipeline_id, PipelineVersion.number == number)
    ).first()
    if found is None:
        raise NotFoundError("There is no such version of this pipeline.")
    return found


def list_versions(session: Session, actor: Actor, pipeline_id: UUID) -> list[VersionRow]:
    """All versions, the newest first, at most 200."""
    access.get(session, actor, Pipeline, pipeline_id, Permission.PIPELINE_READ)
    wanted = (
        select(PipelineVersion, UserAccount.name)
        .outerjoin(UserAccount, col(UserAccount.id) == PipelineVersion.made_by_id)
        .where(PipelineVersion.pipeline_id == pipeline_id)
        .order_by(col(PipelineVersion.number).desc())
        .limit(200)
    )
    return [VersionRow(version, name or "PurSight") for version, name in session.exec(wanted).all()]


def diff_versions(session: Session, actor: Actor, pipeline_id: UUID, before: int, after: int) -> str:
    """The unified diff between two versions, as text; empty when they say the same."""
    access.get(session, actor, Pipeline, pipeline_id, Permission.PIPELINE_READ)
    old, new = (version_of(session, pipeline_id, number).definition for number in (before, after))
    return diff_definitions(old, new, f"version {before}", f"version {after}")


def diff_definitions(old: Mapping[str, Any], new: Mapping[str, Any], before: str, after: str) -> str:
    """The unified diff of two definitions; code stands in it line by line."""
    return "\n".join(difflib.unified_diff(_readable(old), _readable(new), before, after, lineterm="", n=2))


def _readable(definition: Mapping[str, Any]) -> list[str]:
    def plain(given: Mapping[str, Any]) -> str:
        # PostgreSQL keeps the keys in an order of its own.
        return json.dumps(given, sort_keys=True)

    lines = [
        f"input {given['name']}: {plain({key: value for key, value in given.items() if key != 'name'})}"
        for given in definition.get("inputs", [])
    ]
    for step in definition.get("steps", []):
        persist = f" (kept: {step['persist']})" if step.get("persist") else ""
        lines += [
            f"step {step['name']}{persist}:",
            *(f"    {line}" for line in (step.get("sql") or step.get("python", "")).splitlines()),
        ]
    for output in definition.get("outputs", []):
        lines.append(f"output {plain(output)}")
    lines += [f"{key} = {value}" for key, value in sorted(definition.get("spark_conf", {}).items())]
    return lines + [f"{key}: {plain(definition[key])}" for key in ("params", "schedule") if definition.get(key)]
