"""Everything that can be allowed, and what the built-in roles include."""

from collections.abc import Mapping
from enum import StrEnum

from pursight_app.models import Role, ScopeKind


class Permission(StrEnum):
    """A right, as `noun.verb`."""

    WORKSPACE_READ = "workspace.read"
    WORKSPACE_MANAGE = "workspace.manage"
    DATA_SOURCE_READ = "data_source.read"
    DATA_SOURCE_MANAGE = "data_source.manage"
    SCAN_READ = "scan.read"
    SCAN_RUN = "scan.run"
    CATALOG_READ = "catalog.read"
    CATALOG_EDIT = "catalog.edit"
    VALUES_READ = "values.read"
    CLASSIFICATION_REVIEW = "classification.review"
    DATA_CLASS_MANAGE = "data_class.manage"
    MODEL_MANAGE = "model.manage"
    FINDING_READ = "finding.read"
    FINDING_WAIVE = "finding.waive"
    RULE_MANAGE = "rule.manage"
    PIPELINE_READ = "pipeline.read"
    PIPELINE_MANAGE = "pipeline.manage"
    PIPELINE_APPROVE = "pipeline.approve"
    ROOM_JOIN = "room.join"
    ROOM_CREATE = "room.create"
    MEMBER_MANAGE = "member.manage"
    ROLE_MANAGE = "role.manage"
    TOKEN_MANAGE = "token.manage"  # noqa: S105  the name of a right, not a password
    AUDIT_READ = "audit.read"
    AUDIT_EXPORT = "audit.export"
    USER_MANAGE = "user.manage"
    INSTALLATION_MANAGE = "installation.manage"


# For people: what holding the permission means, as the rest of "may …".
PERMISSION_WORDS: Mapping[Permission, str] = {
    Permission.WORKSPACE_READ: "see the workspace and who is in it",
    Permission.WORKSPACE_MANAGE: "rename and set up the workspace",
    Permission.DATA_SOURCE_READ: "see which data sources are connected",
    Permission.DATA_SOURCE_MANAGE: "connect, change, test and remove data sources",
    Permission.SCAN_READ: "see scans and their results",
    Permission.SCAN_RUN: "start, cancel and repeat scans",
    Permission.CATALOG_READ: "see tables, columns and lineage",
    Permission.CATALOG_EDIT: "write descriptions and name owners",
    Permission.VALUES_READ: "see sampled values of sensitive columns unmasked",
    Permission.CLASSIFICATION_REVIEW: "confirm, reject and correct verdicts, and let labels follow lineage",
    Permission.DATA_CLASS_MANAGE: "make and change the workspace's own data classes",
    Permission.MODEL_MANAGE: "retrain the classifier and promote what it learned",
    Permission.FINDING_READ: "see findings",
    Permission.FINDING_WAIVE: "acknowledge and waive findings",
    Permission.RULE_MANAGE: "make and change compliance rules",
    Permission.PIPELINE_READ: "see pipelines, their runs and what could be better about them",
    Permission.PIPELINE_MANAGE: "write, run and analyse pipelines, which run code on Spark",
    Permission.PIPELINE_APPROVE: "approve changes of pipelines and roll them back",
    Permission.ROOM_JOIN: "take part in rooms to which one is invited",
    Permission.ROOM_CREATE: "open rooms",
    Permission.MEMBER_MANAGE: "invite people and manage members and groups",
    Permission.ROLE_MANAGE: "define roles, give grants and decide requests for access",
    Permission.TOKEN_MANAGE: "manage service accounts and see and revoke everybody's API tokens",
    Permission.AUDIT_READ: "read the audit log",
    Permission.AUDIT_EXPORT: "export the audit log",
    Permission.USER_MANAGE: "manage all accounts of this installation and their sessions",
    Permission.INSTALLATION_MANAGE: "set up single sign-on and the security of this installation",
}

# About people and settings of the whole installation, so no role of one workspace holds them.
INSTALLATION_PERMISSIONS = frozenset({Permission.USER_MANAGE, Permission.INSTALLATION_MANAGE})
# Rights to run the place. They are given to whole workspaces only and cannot be denied, so nobody is locked out.
MANAGING_PERMISSIONS = frozenset(
    {
        Permission.WORKSPACE_READ,
        Permission.WORKSPACE_MANAGE,
        Permission.MEMBER_MANAGE,
        Permission.ROLE_MANAGE,
        Permission.TOKEN_MANAGE,
        Permission.AUDIT_READ,
        Permission.AUDIT_EXPORT,
        Permission.RULE_MANAGE,
    }
)

_VIEWER = frozenset(
    {
        Permission.WORKSPACE_READ,
        Permission.DATA_SOURCE_READ,
        Permission.SCAN_READ,
        Permission.CATALOG_READ,
        Permission.FINDING_READ,
        Permission.PIPELINE_READ,
        Permission.ROOM_JOIN,
        Permission.ROOM_CREATE,
    }
)
_STEWARD = _VIEWER | {
    Permission.DATA_SOURCE_MANAGE,
    Permission.SCAN_RUN,
    Permission.CATALOG_EDIT,
    Permission.VALUES_READ,
    Permission.CLASSIFICATION_REVIEW,
    Permission.DATA_CLASS_MANAGE,
    Permission.MODEL_MANAGE,
    Permission.FINDING_WAIVE,
    Permission.RULE_MANAGE,
}
ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.GUEST: frozenset({Permission.WORKSPACE_READ, Permission.ROOM_JOIN}),
    Role.VIEWER: _VIEWER,
    Role.ENGINEER: _VIEWER
    | {
        Permission.SCAN_RUN,
        Permission.CATALOG_EDIT,
        Permission.PIPELINE_MANAGE,
        Permission.PIPELINE_APPROVE,
    },
    Role.STEWARD: _STEWARD,
    Role.ADMINISTRATOR: frozenset(Permission) - INSTALLATION_PERMISSIONS,
}
# What the owner of an asset may do with it, whatever their role. Accepting the risks of one's own data is not among it.
OWNER_PERMISSIONS = frozenset(
    {
        Permission.CATALOG_READ,
        Permission.CATALOG_EDIT,
        Permission.CLASSIFICATION_REVIEW,
        Permission.FINDING_READ,
    }
)

_ASSET_SCOPES = frozenset({ScopeKind.WORKSPACE, ScopeKind.DATA_SOURCE, ScopeKind.SUBTREE})
# What a grant of a permission can be narrowed to. Whether a column exists for somebody is decided per source and table;
# what they may do with its values and its verdict can also hang on what it holds.
SCOPES_OF: Mapping[Permission, frozenset[ScopeKind]] = {
    **dict.fromkeys(MANAGING_PERMISSIONS, frozenset({ScopeKind.WORKSPACE})),
    Permission.DATA_CLASS_MANAGE: frozenset({ScopeKind.WORKSPACE}),
    Permission.MODEL_MANAGE: frozenset({ScopeKind.WORKSPACE}),
    Permission.PIPELINE_READ: frozenset({ScopeKind.WORKSPACE}),
    Permission.PIPELINE_MANAGE: frozenset({ScopeKind.WORKSPACE}),
    Permission.PIPELINE_APPROVE: frozenset({ScopeKind.WORKSPACE}),
    Permission.ROOM_JOIN: frozenset({ScopeKind.WORKSPACE}),
    Permission.ROOM_CREATE: frozenset({ScopeKind.WORKSPACE}),
    Permission.DATA_SOURCE_READ: frozenset({ScopeKind.WORKSPACE, ScopeKind.DATA_SOURCE}),
    Permission.DATA_SOURCE_MANAGE: frozenset({ScopeKind.WORKSPACE, ScopeKind.DATA_SOURCE}),
    Permission.SCAN_READ: frozenset({ScopeKind.WORKSPACE, ScopeKind.DATA_SOURCE}),
    Permission.SCAN_RUN: frozenset({ScopeKind.WORKSPACE, ScopeKind.DATA_SOURCE}),
    Permission.CATALOG_READ: _ASSET_SCOPES,
    Permission.CATALOG_EDIT: _ASSET_SCOPES,
    Permission.FINDING_READ: _ASSET_SCOPES,
    Permission.FINDING_WAIVE: frozenset(ScopeKind),
    Permission.CLASSIFICATION_REVIEW: frozenset(ScopeKind),
    Permission.VALUES_READ: frozenset(ScopeKind),
}
