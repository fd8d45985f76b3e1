"""What a grant may hold and to which part of a workspace it can be narrowed."""

from typing import TypedDict
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import Session, col, select

from pursight_app.core.errors import InvalidInputError, NotFoundError
from pursight_app.core.taxonomy import Sensitivity
from pursight_app.models import Asset, DataSource, GrantEffect, ScopeKind
from pursight_app.services import access, data_classes
from pursight_app.services.access import INSTALLATION_PERMISSIONS, MANAGING_PERMISSIONS, SCOPES_OF, Actor, Permission

MAX_PATH = 500
SCOPE_WORDS = {
    ScopeKind.WORKSPACE: "the whole workspace",
    ScopeKind.DATA_SOURCE: "one data source",
    ScopeKind.SUBTREE: "a path in a data source and everything below it",
    ScopeKind.DATA_CLASS: "one data class",
    ScopeKind.SENSITIVITY: "one sensitivity",
}


class ScopeValues(TypedDict):
    """The columns of `AccessGrant` that say where it holds."""

    scope_kind: str
    data_source_id: UUID | None
    scope_value: str


def checked_content(
    session: Session, workspace_id: UUID, effect: str, role: str | None, permission: str | None
) -> frozenset[Permission]:
    """What the role or the permission stands for.

    Raises:
        InvalidInputError: not exactly one of them, an unknown one, or one that cannot be denied.
    """
    if effect not in set(GrantEffect):
        raise InvalidInputError(f"A grant is {' or '.join(GrantEffect)}.")
    if bool(role) == bool(permission):
        raise InvalidInputError("A grant is of one role or of one permission: give role or permission.")
    if role:
        if effect == GrantEffect.DENY:
            raise InvalidInputError("A denial is of one permission, not of a role.")
        return access.permissions_of_role(session, workspace_id, role)
    return frozenset({_checked_permission(permission or "", effect)})


def _checked_permission(permission: str, effect: str) -> Permission:
    if permission not in set(Permission):
        raise InvalidInputError(f"{permission[:60]!r} is no permission.")
    if permission in INSTALLATION_PERMISSIONS:
        raise InvalidInputError(f"{permission} is about the whole installation; it cannot be granted in a workspace.")
    if effect == GrantEffect.DENY and permission in MANAGING_PERMISSIONS:
        raise InvalidInputError(
            f"{permission} cannot be denied, so that nobody is locked out. Change the role instead."
        )
    return Permission(permission)


def checked_scope(
    session: Session,
    actor: Actor,
    workspace_id: UUID,
    *,
    permissions: frozenset[Permission],
    is_role: bool,
    scope_kind: str,
    data_source_id: UUID | None,
    scope_value: str,
) -> ScopeValues:
    """The scope in the form in which it is kept.

    Raises:
        InvalidInputError: what is granted cannot be narrowed so, or there is no such part.
        NotFoundError: no such data source in the workspace.
    """
    if scope_kind not in set(ScopeKind):
        raise InvalidInputError(f"A grant holds for one of {', '.join(ScopeKind)}.")
    kind, value = ScopeKind(scope_kind), scope_value.strip()
    _check_can_be_narrowed(permissions, kind, is_role=is_role)
    is_in_source = kind in {ScopeKind.DATA_SOURCE, ScopeKind.SUBTREE}
    if is_in_source != (data_source_id is not None):
        raise InvalidInputError("Give data_source_id for a data source or a path in one, and only then.")
    if bool(value) == (kind in {ScopeKind.WORKSPACE, ScopeKind.DATA_SOURCE}):
        raise InvalidInputError("Give scope_value for a path, a data class or a sensitivity, and only then.")
    if data_source_id is not None:
        source = _get_source(session, actor, workspace_id, data_source_id)
        if kind == ScopeKind.SUBTREE:
            value = _checked_path(session, source, value)
    elif kind == ScopeKind.DATA_CLASS and not _is_class(session, workspace_id, value):
        raise InvalidInputError(f"{value[:60]!r} is no data class of this workspace. The page Data classes lists them.")
    elif kind == ScopeKind.SENSITIVITY and value not in set(Sensitivity):
        raise InvalidInputError(f"{value[:60]!r} is no sensitivity. They are {', '.join(Sensitivity)}.")
    return ScopeValues(scope_kind=kind, data_source_id=data_source_id, scope_value=value)


def _check_can_be_narrowed(permissions: frozenset[Permission], kind: ScopeKind, *, is_role: bool) -> None:
    """A role can be given for a part if at least one thing in it can; the rest of it does not count there."""
    possible = {each for permission in permissions for each in SCOPES_OF.get(permission, frozenset())}
    if kind in possible:
        return
    what = "This role" if is_role else f"The right to {access.PERMISSION_WORDS[next(iter(permissions))]}"
    able = [words for each, words in SCOPE_WORDS.items() if each in possible]
    raise InvalidInputError(f"{what} cannot be given for {SCOPE_WORDS[kind]}. It can be for {' or '.join(able)}.")


def _is_class(session: Session, workspace_id: UUID, name: str) -> bool:
    # Columns go on bearing a class that was deactivated, so rights can still hang on it.
    return data_classes.known_class(session, workspace_id, name, include_inactive=True) is not None


def _get_source(session: Session, actor: Actor, workspace_id: UUID, data_source_id: UUID) -> DataSource:
    source = access.get(session, actor, DataSource, data_source_id, Permission.DATA_SOURCE_READ)
    if source.workspace_id != workspace_id:
        raise NotFoundError("There is no such data source in this workspace.")
    return source


def _checked_path(session: Session, source: DataSource, path: str) -> str:
    if len(path) > MAX_PATH:
        raise InvalidInputError(f"A path has at most {MAX_PATH} characters.")
    path = path.rstrip("./")
    name = col(Asset.qualified_name)
    # A misspelt path would silently allow, or fail to deny, nothing.
    below = or_(name == path, *(name.startswith(path + sign, autoescape=True) for sign in "./"))
    if session.exec(select(Asset.id).where(Asset.data_source_id == source.id, below)).first() is None:
        example = session.exec(select(Asset.qualified_name).where(Asset.data_source_id == source.id)).first()
        hint = f" Paths look like {example}." if example else " It has not been scanned yet."
        raise InvalidInputError(f"There is nothing at {path[:80]!r} in {source.name}.{hint}")
    return path
