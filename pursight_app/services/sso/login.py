"""Logging in through a provider: authorisation code with PKCE, state and nonce (OpenID Connect Core 1.0, RFC 9700)."""

import secrets
from dataclasses import dataclass
from typing import Any

from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from sqlmodel import select

from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import NotFoundError, PurSightError
from pursight_app.models import IdentityProvider
from pursight_app.services import access, audit, auth
from pursight_app.services.access import Actor
from pursight_app.services.sso.attempts import Attempt, digest, keep_attempt, take_attempt
from pursight_app.services.sso.discovery import Discovery, documents_of
from pursight_app.services.sso.errors import LoginRefusedError, ProviderUnavailableError
from pursight_app.services.sso.id_token import verify_id_token
from pursight_app.services.sso.identities import ExternalPerson, admit, link_identity, person_of
from pursight_app.services.sso.providers import redirect_uri, secret_of
from pursight_app.services.sso.transport import client_options, fetch_json, slot, spoken

# Each start keeps a row in Redis for ten minutes. A whole company may sit behind one address.
STARTS_PER_ADDRESS, WINDOW_S = 300, 300


@dataclass(frozen=True, slots=True)
class Callback:
    """What came back from a provider, as the browser brought it; `actor` is who is logged in to it, None for nobody."""

    state: str
    code: str
    issuer: str
    error: str
    browser: str
    actor: Actor | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended: `tokens` of a new session, or neither tokens nor `problem` when an identity was linked."""

    next_path: str
    tokens: auth.Tokens | None = None
    problem: str = ""


def start_login(key: str, *, next_path: str, browser: str, actor: Actor | None = None) -> str:
    """The provider's address to send the browser to.

    With an `actor` the identity is to be linked to that account, which takes a recent proof of who they are.

    Raises:
        NotFoundError: there is no such provider, or it is switched off.
        ProviderUnavailableError: it does not answer.
        StepUpRequiredError: for linking.
        RateLimitedError: too many log-ins began at this address.
    """
    if actor is not None:
        access.require_step_up(actor)
    with unit_of_work() as session:
        provider = _enabled(session.exec(select(IdentityProvider).where(IdentityProvider.key == key)).first())
    address = audit.ORIGIN.get(audit.Origin()).address
    auth.throttle("sso", address, limit=STARTS_PER_ADDRESS, window_s=WINDOW_S)
    with slot():
        discovery = documents_of(provider.issuer).discovery()
    attempt = Attempt(
        provider_id=str(provider.id),
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
        browser=digest(browser),
        next_path=next_path,
        link_session=actor.session_id if actor else "",
    )
    # Somebody else's session at the provider must not be linked unseen, so linking asks for the log-in again.
    extra = {"prompt": "login"} if actor else {}
    with _client(provider, discovery) as client:
        url, _ = client.create_authorization_url(
            discovery.authorization_endpoint,
            state=keep_attempt(attempt),
            code_verifier=attempt.verifier,
            nonce=attempt.nonce,
            **extra,
        )
    return url


def _enabled(provider: IdentityProvider | None) -> IdentityProvider:
    if provider is None or not provider.is_enabled:
        raise NotFoundError("There is no such identity provider, or it is switched off.")
    return provider


def _client(provider: IdentityProvider, discovery: Discovery) -> Any:
    secret = secret_of(provider)
    is_basic = "client_secret_basic" in discovery.token_auth_methods
    return OAuth2Client(
        provider.client_id,
        secret or None,
        token_endpoint_auth_method=("client_secret_basic" if is_basic else "client_secret_post") if secret else "none",
        scope=provider.scopes,
        redirect_uri=redirect_uri(provider.key),
        code_challenge_method="S256",
        **client_options(),
    )


def finish_login(key: str, callback: Callback) -> Outcome:
    """Takes the provider's answer, once.

    Raises:
        LoginRefusedError: the answer is not one to a log-in that this browser began here, or its token does not hold.
        NotFoundError: the provider has gone or was switched off meanwhile.
        ProviderUnavailableError: it does not answer.
    """
    attempt = take_attempt(callback.state)
    if attempt is None or not attempt.is_of(callback.browser):
        _record_refusal("", "unknown log-in" if attempt is None else "another browser")
        raise LoginRefusedError(
            "This log-in was used already, took longer than ten minutes, or was not begun in this browser."
        )
    with unit_of_work() as session:
        provider = _enabled(session.get(IdentityProvider, attempt.provider))
    try:
        return _finish(provider, key, attempt, callback)
    except PurSightError as error:
        _record_refusal(provider.key, error.message)
        raise


def _finish(provider: IdentityProvider, key: str, attempt: Attempt, callback: Callback) -> Outcome:
    if provider.key != key:
        raise LoginRefusedError("The answer came back for another identity provider.")
    if callback.error:
        _record_refusal(provider.key, f"the provider says {callback.error[:100]}")
        return Outcome(attempt.next_path, problem="sso-failed")
    with slot():
        person = _identify(provider, attempt, callback)
    if attempt.link_session:
        return _link(provider, attempt, callback, person)
    with unit_of_work() as session:
        admission = admit(session, provider, person)
        if admission.user is None:
            return Outcome(attempt.next_path, problem=admission.problem)
        tokens = auth.start_session(session, admission.user, factors=person.factors, identity_provider=provider.key)
        return Outcome(attempt.next_path, tokens=tokens)


def _identify(provider: IdentityProvider, attempt: Attempt, callback: Callback) -> ExternalPerson:
    documents = documents_of(provider.issuer)
    discovery = documents.discovery()
    # RFC 9207: with several providers, an answer must not be taken to another one than it came from.
    if callback.issuer != discovery.issuer and (callback.issuer or discovery.names_issuer):
        raise LoginRefusedError("The answer names another issuer than the identity provider that was asked.")
    tokens = _exchange(provider, discovery, attempt, callback.code)
    access_token = str(tokens.get("access_token", ""))
    claims = verify_id_token(
        str(tokens.get("id_token", "")),
        documents,
        client_id=provider.client_id,
        nonce=attempt.nonce,
        access_token=access_token,
    )
    wanted = {"email", "email_verified", "name", provider.group_claim}
    if discovery.userinfo_endpoint and access_token and not wanted <= claims.keys():
        claims = {**_user_info(discovery, access_token, str(claims["sub"])), **claims}
    return person_of(claims, group_claim=provider.group_claim)


def _exchange(provider: IdentityProvider, discovery: Discovery, attempt: Attempt, code: str) -> dict[str, Any]:
    try:
        with spoken(discovery.token_endpoint), _client(provider, discovery) as client:
            return client.fetch_token(
                discovery.token_endpoint,
                grant_type="authorization_code",
                code=code,
                code_verifier=attempt.verifier,
                withhold_token=True,
            )
    except OAuthError as error:
        if error.error in {"invalid_client", "unauthorized_client"}:
            raise ProviderUnavailableError(f"{provider.name} refuses PurSight's client ID or secret.") from None
        raise LoginRefusedError(f"{provider.name} refuses the code of this log-in.") from None


def _user_info(discovery: Discovery, access_token: str, subject: str) -> dict[str, Any]:
    found = fetch_json(discovery.userinfo_endpoint, access_token=access_token)
    # Core 1.0, section 5.3.2: without this check another person's answer could be put in its place.
    if found.get("sub") != subject:
        raise LoginRefusedError("The identity provider's information is about another person.")
    return found


def _link(provider: IdentityProvider, attempt: Attempt, callback: Callback, person: ExternalPerson) -> Outcome:
    actor = callback.actor
    if actor is None or actor.session_id != attempt.link_session:
        raise LoginRefusedError("Somebody else, or nobody, is logged in to this browser now.")
    with unit_of_work() as session:
        link_identity(session, actor, provider, person)
    return Outcome(attempt.next_path)


def _record_refusal(key: str, reason: str) -> None:
    audit.record_apart(None, "session.start", audit.Subject("identity_provider", key), "failed", reason=reason)
