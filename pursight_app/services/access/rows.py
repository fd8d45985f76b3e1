"""Rights on rows: what a row is to the engine, and the same decision as a filter of a query."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, false, func, not_, or_, true
from sqlmodel import Session, SQLModel, col, select

from pursight_app.core.errors import NotFoundError, PermissionDeniedError
from pursight_app.core.taxonomy import Sensitivity
from pursight_app.models import (
    Asset,
    AssetColumn,
    Classification,
    ClassificationStatus,
    CustomDataClass,
    DataSource,
    Deployment,
    Finding,
    OptimizationPlan,
    Pipeline,
    PipelineRun,
    Propagation,
    Room,
    ScanRun,
    ScopeKind,
    Workspace,
)
from pursight_app.services.access.actor import Actor
from pursight_app.services.access.permissions import OWNER_PERMISSIONS, Permission
from pursight_app.services.access.policy import Resource, Scope

Model = TypeVar("Model", bound=SQLModel)
SelectT = TypeVar("SelectT", bound=Select[Any])
_NOT_THERE = "There is no such thing, or not one that you may see."
# The right to know that a row of a table exists; for all others it is the right to see the workspace.
READ_OF: dict[type[SQLModel], Permission] = {
    Asset: Permission.CATALOG_READ,
    AssetColumn: Permission.CATALOG_READ,
    Classification: Permission.CATALOG_READ,
    CustomDataClass: Permission.CATALOG_READ,
    DataSource: Permission.DATA_SOURCE_READ,
    Finding: Permission.FINDING_READ,
    Deployment: Permission.PIPELINE_READ,
    OptimizationPlan: Permission.PIPELINE_READ,
    Pipeline: Permission.PIPELINE_READ,
    PipelineRun: Permission.PIPELINE_READ,
    Propagation: Permission.CATALOG_READ,
    Room: Permission.ROOM_JOIN,
    ScanRun: Permission.SCAN_READ,
}


def resource_of(session: Session, row: SQLModel) -> Resource:  # noqa: PLR0911  one line for each kind of row
    """What rights on a row depend on."""
    match row:
        case Workspace():
            return Resource(row.id)
        case DataSource():
            return Resource(row.workspace_id, row.id)
        case ScanRun():
            return Resource(row.workspace_id, row.data_source_id)
        case Asset():
            return asset_resource(row)
        case AssetColumn():
            verdict = session.exec(select(Classification).where(Classification.asset_column_id == row.id)).first()
            return column_resource(session.get_one(Asset, row.asset_id), verdict)
        case Classification():
            column = session.get_one(AssetColumn, row.asset_column_id)
            return column_resource(session.get_one(Asset, column.asset_id), row)
        case Propagation():
            return resource_of(session, session.get_one(AssetColumn, row.asset_column_id))
        case Finding(asset_column_id=UUID()):
            column = session.get_one(AssetColumn, row.asset_column_id)
            return resource_of(session, column)
        case Finding():
            return asset_resource(session.get_one(Asset, row.asset_id))
        case _:
            return Resource(cast("Any", row).workspace_id)


def asset_resource(asset: Asset) -> Resource:
    """A table, view or file as a whole."""
    return Resource(
        asset.workspace_id,
        asset.data_source_id,
        asset.qualified_name,
        sensitivity=asset.sensitivity or "",
        owner_id=asset.owner_id,
    )


def column_resource(asset: Asset, verdict: Classification | None) -> Resource:
    """A column of an asset. Without a verdict, or with a rejected one, it may hold anything: it counts as restricted."""
    is_known = verdict is not None and verdict.data_class and verdict.status != ClassificationStatus.REJECTED
    known = verdict if is_known else None
    return Resource(
        asset.workspace_id,
        asset.data_source_id,
        asset.qualified_name,
        data_class=(known.data_class or "") if known else "",
        sensitivity=(known.sensitivity or Sensitivity.PUBLIC) if known else Sensitivity.RESTRICTED,
        owner_id=asset.owner_id,
    )


def get(session: Session, actor: Actor, model: type[Model], row_id: UUID, permission: Permission) -> Model:
    """The row, if it exists for the actor and the permission holds on it.

    Raises:
        NotFoundError: no such row, or one that the actor may not know of.
        PermissionDeniedError: the row is visible, but not for this.
    """
    row = session.get(model, row_id)
    if row is None:
        raise NotFoundError(_NOT_THERE)
    require_on(actor, permission, resource_of(session, row), read=READ_OF.get(model, Permission.WORKSPACE_READ))
    return row


def require_on(
    actor: Actor, permission: Permission, resource: Resource, *, read: Permission = Permission.WORKSPACE_READ
) -> None:
    """Lets the caller go on only with the permission on a thing; `read` is the right to know that it exists.

    Raises:
        NotFoundError, PermissionDeniedError: as for `get`.
    """
    decision = actor.decide(permission, resource)
    if decision.allowed:
        return
    if not actor.knows(resource.workspace_id) or (permission != read and not actor.decide(read, resource).allowed):
        raise NotFoundError(_NOT_THERE)
    # What one may not even read does not exist; but a whole kind of thing that is closed is no secret.
    if permission == read and actor.may_somewhere(read, resource.workspace_id):
        raise NotFoundError(_NOT_THERE)
    raise PermissionDeniedError(decision.reason, workspace_id=resource.workspace_id)


def require(actor: Actor, permission: Permission, workspace_id: UUID | None = None) -> None:
    """Lets the caller go on only with the permission for a whole workspace; None means the installation.

    Raises:
        NotFoundError: the actor is not in the workspace, so it does not exist for them.
        PermissionDeniedError: a member without this permission.
    """
    if workspace_id is not None:
        require_on(actor, permission, Resource(workspace_id), read=Permission.WORKSPACE_READ)
    elif not actor.may(permission):
        raise PermissionDeniedError(f"That takes {permission}, which administrators of this installation have.")


def require_somewhere(actor: Actor, permission: Permission, workspace_id: UUID) -> None:
    """Lets the caller go on if the permission holds for any part of a workspace; rows are then narrowed by `scoped`.

    Raises:
        NotFoundError, PermissionDeniedError: as for `require`.
    """
    if not actor.may_somewhere(permission, workspace_id):
        require(actor, permission, workspace_id)


def scoped(actor: Actor, statement: SelectT, model: type[SQLModel], permission: Permission | None = None) -> SelectT:
    """Narrows a query on a workspace table to the rows on which the actor holds `permission` (default: to read them)."""
    wanted = permission or READ_OF.get(model, Permission.WORKSPACE_READ)
    return statement.where(visible(actor, model, wanted))


def visible(actor: Actor, model: type[SQLModel], permission: Permission) -> ColumnElement[bool]:
    """The decision on each row as a condition; the same answer as `Actor.decide`, which a test holds it to."""
    if actor.limits is not None and permission not in actor.limits.scopes:
        return false()
    table = cast("Any", model)
    is_whole = _holds_for_whole_workspaces(actor, permission)
    if model in {AssetColumn, Classification, Finding} and not is_whole:
        return _through_asset(actor, model, permission)
    source = "id" if model is DataSource else "data_source_id" if model in {Asset, ScanRun} else ""
    return _rows(
        actor,
        permission,
        workspace=table.workspace_id,
        source=getattr(table, source) if source else None,
        asset=Asset if model is Asset else None,
    )


def visible_verdicts(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    """The decision on each column, what it holds included, as a condition of a query that joins Classification and Asset."""
    if actor.limits is not None and permission not in actor.limits.scopes:
        return false()
    return _rows(
        actor,
        permission,
        workspace=cast("Any", Asset).workspace_id,
        source=cast("Any", Asset).data_source_id,
        asset=Asset,
        verdict=Classification,
    )


def _holds_for_whole_workspaces(actor: Actor, permission: Permission) -> bool:
    scopes = [*actor.policy.allows.get(permission, ()), *actor.policy.denies.get(permission, ())]
    is_owner = permission in OWNER_PERMISSIONS and bool(actor.policy.owned)
    return not is_owner and all(kind == ScopeKind.WORKSPACE for kind, _, _ in scopes)


def _through_asset(actor: Actor, model: type[SQLModel], permission: Permission) -> ColumnElement[bool]:
    assets = select(Asset.id).where(visible(actor, Asset, permission))
    if model is Classification:
        columns = select(AssetColumn.id).where(col(AssetColumn.asset_id).in_(assets))
        return col(Classification.asset_column_id).in_(columns)
    return col(cast("Any", model).asset_id).in_(assets)


def _rows(
    actor: Actor,
    permission: Permission,
    *,
    workspace: ColumnElement[UUID],
    source: ColumnElement[UUID] | None,
    asset: type[Asset] | None,
    verdict: type[Classification] | None = None,
) -> ColumnElement[bool]:
    policy = actor.policy
    limited_to = actor.limits.workspace_id if actor.limits else None
    is_here = workspace == limited_to if limited_to else true()
    denied = _matching(policy.denies.get(permission, ()), workspace, source, asset, verdict)
    if policy.is_administrator:
        return and_(is_here, not_(denied))
    allowed = _matching(policy.allows.get(permission, ()), workspace, source, asset, verdict)
    if asset is not None and permission in OWNER_PERMISSIONS:
        is_own = and_(col(asset.owner_id).is_not_distinct_from(policy.user_id), workspace.in_(list(policy.roles)))
        allowed = or_(allowed, is_own)
    return and_(is_here, allowed, not_(denied))


def _matching(
    scopes: Iterable[Scope],
    workspace: ColumnElement[UUID],
    source: ColumnElement[UUID] | None,
    asset: type[Asset] | None,
    verdict: type[Classification] | None,
) -> ColumnElement[bool]:
    by_kind: dict[ScopeKind, list[tuple[UUID, str]]] = {}
    for kind, place, value in scopes:
        by_kind.setdefault(kind, []).append((place, value))
    conditions: list[ColumnElement[bool]] = [
        workspace.in_([place for place, _ in by_kind.get(ScopeKind.WORKSPACE, [])])
    ]
    if source is not None:
        conditions.append(source.in_([place for place, _ in by_kind.get(ScopeKind.DATA_SOURCE, [])]))
    if asset is not None and source is not None:
        for place, path in by_kind.get(ScopeKind.SUBTREE, []):
            name = col(asset.qualified_name)
            below = (name.startswith(path + part, autoescape=True) for part in "./")
            conditions.append(and_(source == place, or_(name == path, *below)))
    if verdict is not None:
        conditions += _by_content(by_kind, workspace)
    return or_(*conditions)


def _by_content(
    by_kind: Mapping[ScopeKind, list[tuple[UUID, str]]], workspace: ColumnElement[UUID]
) -> Iterable[ColumnElement[bool]]:
    """Scopes that hang on what a column holds; as `column_resource` has it."""
    data_class = col(Classification.data_class)
    is_known = and_(func.coalesce(data_class, "") != "", col(Classification.status) != ClassificationStatus.REJECTED)
    level = case(
        (is_known, func.coalesce(col(Classification.sensitivity), str(Sensitivity.PUBLIC))),
        else_=str(Sensitivity.RESTRICTED),
    )
    for place, value in by_kind.get(ScopeKind.DATA_CLASS, []):
        yield and_(workspace == place, is_known, data_class == value)
    for place, value in by_kind.get(ScopeKind.SENSITIVITY, []):
        yield and_(workspace == place, level == value)
