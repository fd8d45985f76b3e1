"""What a provider says about itself, and its signing keys: fetched once, kept for an hour, by one thread at a time."""

import threading
import time
from dataclasses import dataclass, field
from typing import Any

from authlib.oidc.discovery import get_well_known_url
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from pursight_app.core.errors import InvalidInputError
from pursight_app.services.sso.errors import ProviderUnavailableError
from pursight_app.services.sso.transport import checked_url, fetch_json

# Asymmetric only: with HS256 the client secret, or a public key taken for one, could sign.
ALGORITHMS = frozenset({"RS256", "ES256", "PS256"})
KEPT_S = 3600.0
REFETCH_S = 30.0
FAILURE_S = 5.0


@dataclass(frozen=True, slots=True)
class Discovery:
    """The parts of a discovery document that PurSight uses; `userinfo_endpoint` is "" where there is none."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str
    algorithms: frozenset[str]
    token_auth_methods: frozenset[str]
    names_issuer: bool


def fetch_discovery(issuer: str) -> Discovery:
    """Fetches and checks the discovery document.

    Raises:
        ProviderUnavailableError: it cannot be had, or says something that OpenID Connect or PurSight does not allow.
    """
    url = get_well_known_url(issuer, external=True)
    document = fetch_json(url)
    if document.get("issuer") != issuer:
        said = str(document.get("issuer", "nothing"))[:200]
        raise ProviderUnavailableError(f"{url} names the issuer {said}, not {issuer}. Enter it exactly so.")
    algorithms = ALGORITHMS & _words(document, "id_token_signing_alg_values_supported", "RS256")
    if not algorithms:
        raise ProviderUnavailableError(f"The provider signs with none of {', '.join(sorted(ALGORITHMS))}.")
    methods = _words(document, "code_challenge_methods_supported", "S256")
    if "S256" not in methods:
        raise ProviderUnavailableError("The provider does not support PKCE with S256.")
    return Discovery(
        issuer=issuer,
        authorization_endpoint=_endpoint(document, "authorization_endpoint"),
        token_endpoint=_endpoint(document, "token_endpoint"),
        jwks_uri=_endpoint(document, "jwks_uri"),
        userinfo_endpoint=_endpoint(document, "userinfo_endpoint") if document.get("userinfo_endpoint") else "",
        algorithms=algorithms,
        token_auth_methods=_words(document, "token_endpoint_auth_methods_supported", "client_secret_basic"),
        names_issuer=document.get("authorization_response_iss_parameter_supported") is True,
    )


def _words(document: dict[str, Any], name: str, default: str) -> frozenset[str]:
    found = document.get(name)
    return frozenset(str(word) for word in found) if isinstance(found, list) else frozenset({default})


def _endpoint(document: dict[str, Any], name: str) -> str:
    try:
        return checked_url(str(document.get(name, "")), what=name)
    except InvalidInputError as error:
        raise ProviderUnavailableError(f"The provider's discovery document does not fit. {error.message}") from None


def fetch_keys(jwks_uri: str) -> KeySet:
    """The provider's public keys.

    Raises:
        ProviderUnavailableError: they cannot be had, or none can be used.
    """
    try:
        return KeySet.import_key_set(fetch_json(jwks_uri))  # type: ignore[arg-type]  # what is no key set raises below
    except (JoseError, KeyError, TypeError, ValueError):
        raise ProviderUnavailableError(f"{jwks_uri} holds no key that PurSight can use.") from None


@dataclass(slots=True)
class Documents:
    """One provider's discovery document and keys. While it is away, a try every few seconds is enough."""

    issuer: str
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _discovery: Discovery | None = None
    _keys: KeySet | None = None
    _fetched_at: float = 0.0
    _refetched_at: float = float("-inf")
    _failed_at: float = float("-inf")
    _failure: str = ""

    def discovery(self) -> Discovery:
        """The discovery document."""
        with self._lock:
            return self._current()[0]

    def keys(self) -> KeySet:
        """The signing keys."""
        with self._lock:
            return self._current()[1]

    def newer_keys(self, seen: KeySet) -> KeySet:
        """The keys after a token named one that is not in `seen`: fetched anew, at most once in 30 seconds."""
        with self._lock:
            discovery, keys = self._current()
            # Of many threads that miss the key together the first one fetches; the others find its result.
            if keys is seen and time.monotonic() - self._refetched_at > REFETCH_S:
                self._refetched_at = time.monotonic()
                self._keys = keys = fetch_keys(discovery.jwks_uri)
            return keys

    def _current(self) -> tuple[Discovery, KeySet]:
        if self._discovery and self._keys and time.monotonic() - self._fetched_at < KEPT_S:
            return self._discovery, self._keys
        if time.monotonic() - self._failed_at < FAILURE_S:
            raise ProviderUnavailableError(self._failure)
        try:
            discovery = fetch_discovery(self.issuer)
            keys = fetch_keys(discovery.jwks_uri)
        except ProviderUnavailableError as error:
            self._failed_at, self._failure = time.monotonic(), error.message
            raise
        self._discovery, self._keys, self._fetched_at = discovery, keys, time.monotonic()
        return discovery, keys


_kept: dict[str, Documents] = {}


def documents_of(issuer: str) -> Documents:
    """This process's copy for an issuer."""
    return _kept.setdefault(issuer, Documents(issuer))


def forget_documents(issuer: str) -> None:
    """Drops the copy, so that the next log-in sees the provider as it is now."""
    _kept.pop(issuer, None)
