"""Single sign-on with OpenID Connect: providers, log-ins through them, and who somebody there is here."""

from pursight_app.services.sso.errors import LoginRefusedError, ProviderUnavailableError
from pursight_app.services.sso.identities import IdentityRow, list_identities, unlink
from pursight_app.services.sso.login import Callback, Outcome, finish_login, start_login
from pursight_app.services.sso.providers import (
    GroupRole,
    ProviderCheck,
    ProviderRow,
    ProviderSettings,
    check_provider,
    create_provider,
    delete_provider,
    get_provider,
    list_enabled_providers,
    list_providers,
    redirect_uri,
    set_provider_enabled,
    update_provider,
)
from pursight_app.services.sso.roles import RoleChoice, list_role_choices

__all__ = [
    "Callback",
    "GroupRole",
    "IdentityRow",
    "LoginRefusedError",
    "Outcome",
    "ProviderCheck",
    "ProviderRow",
    "ProviderSettings",
    "ProviderUnavailableError",
    "RoleChoice",
    "check_provider",
    "create_provider",
    "delete_provider",
    "finish_login",
    "get_provider",
    "list_enabled_providers",
    "list_identities",
    "list_providers",
    "list_role_choices",
    "redirect_uri",
    "set_provider_enabled",
    "start_login",
    "unlink",
    "update_provider",
]
