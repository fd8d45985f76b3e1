"""What can go wrong between PurSight and an identity provider."""

from pursight_app.core.errors import ExternalError, UserError


class LoginRefusedError(UserError):
    """The answer of a log-in is forged, used, too old, of another browser, or its token does not hold."""

    code = "sso_refused"
    status = 400
    title = "Log-in refused"


class ProviderUnavailableError(ExternalError):
    """An identity provider does not answer, not in time, or not as OpenID Connect wants it."""

    code = "provider_unavailable"
