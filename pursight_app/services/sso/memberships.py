"""From groups at a provider to memberships here, at every log-in; never beyond what the mapping says.

A membership counts as given by an identity while its role is still the one that the identity gave it. What a person
has set by hand is theirs and is left alone.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlmodel import Session, col, select

from pursight_app.models import ExternalIdentity, IdentityProvider, Member, Role
from pursight_app.services import access, audit
from pursight_app.services.access import Actor
from pursight_app.services.sso.providers import group_roles_of
from pursight_app.services.sso.roles import has_role


def mapped_roles(session: Session, provider: IdentityProvider, groups: Iterable[str]) -> dict[UUID, str]:
    """The role in each workspace that the groups lead to: per workspace the first row of the mapping that fits."""
    held = set(groups)
    roles: dict[UUID, str] = {}
    for row in group_roles_of(provider):
        # The workspace or its role may have gone since the mapping was written.
        is_wanted = row.group in held and row.workspace_id not in roles
        if is_wanted and has_role(session, row.workspace_id, row.role):
            roles[row.workspace_id] = row.role
    return roles


def apply_roles(session: Session, actor: Actor | None, identity: ExternalIdentity, roles: Mapping[UUID, str]) -> None:
    """Gives, changes and takes memberships so that those given by this identity are exactly `roles`.

    The last administrator of a workspace stays one, whatever the provider says.
    """
    given = {UUID(key): role for key, role in identity.granted_roles.items()}
    # Always in one order, so that two log-ins do not wait for each other for ever.
    for workspace_id in sorted({*roles, *given}):
        kept = _apply(
            session, actor, identity, workspace_id, given=given.get(workspace_id), wanted=roles.get(workspace_id)
        )
        given = {**given, workspace_id: kept}
    identity.granted_roles = {str(key): role for key, role in given.items() if role}


def _apply(
    session: Session,
    actor: Actor | None,
    identity: ExternalIdentity,
    workspace_id: UUID,
    *,
    given: str | None,
    wanted: str | None,
) -> str | None:
    """Settles one workspace and returns the role that the identity gives there from now on."""
    # Locked as one, so that of two administrators who leave together one stays.
    members = session.exec(select(Member).where(col(Member.workspace_id) == workspace_id).with_for_update()).all()
    member = next((each for each in members if each.user_id == identity.user_id), None)
    before = member.role if member else None
    if before == wanted and given == wanted:
        return given
    if member is not None and before != given:
        return None
    administrators = [each for each in members if each.role == Role.ADMINISTRATOR]
    if member is not None and administrators == [member] and wanted != Role.ADMINISTRATOR:
        _record(session, actor, identity, workspace_id, result="denied", before=before, wanted=wanted)
        return given
    if member is None and wanted is None:
        return None
    if wanted is None:
        session.delete(member)
    else:
        member = member or Member(workspace_id=workspace_id, user_id=identity.user_id, role=wanted)
        member.role = wanted
        session.add(member)
    access.bump_version(session)
    _record(session, actor, identity, workspace_id, before=before, after=wanted)
    return wanted


def _record(
    session: Session,
    actor: Actor | None,
    identity: ExternalIdentity,
    workspace_id: UUID,
    *,
    result: str = "ok",
    **detail: object,
) -> None:
    subject = audit.Subject("member", identity.user_id, workspace_id)
    provider = str(identity.identity_provider_id)
    audit.record(session, actor, "member.set", subject, result=result, identity_provider=provider, **detail)
