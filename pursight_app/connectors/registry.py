"""Which connectors there are, and the connector for a target of the command line."""

from functools import cache
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from pydantic import ValidationError

from pursight_app.connectors.base import Connector
from pursight_app.core.errors import InvalidInputError
from pursight_app.core.registry import modules_of

# URL options that may be given, by kind of source. Everything else is refused: drivers have options that read local
# files, run commands or switch off checks (`service`, `sslkey`, `options`, `allowLoadLocalInfile`, ...).
_URL_OPTIONS = {"postgresql": frozenset({"sslmode"}), "mysql": frozenset({"tls"})}
_SCHEMES = {
    "postgresql": "postgresql",
    "postgres": "postgresql",
    "mysql": "mysql",
    "mariadb": "mysql",
    "sqlite": "sqlite",
    "duckdb": "duckdb",
}
_FORMS = "Give postgresql://user@host:5432/database, mysql://user@host:3306/database, sqlite:///path, duckdb:///path, or a file or folder."


@cache
def _connectors() -> dict[str, type[Connector]]:
    modules = modules_of("pursight_app.connectors")
    found: list[type[Connector]] = [module.CONNECTOR for module in modules if hasattr(module, "CONNECTOR")]
    return {connector.key: connector for connector in sorted(found, key=lambda one: one.label)}


def list_connectors() -> list[type[Connector]]:
    """All connectors, by label."""
    return list(_connectors().values())


def connector_for(kind: str) -> type[Connector]:
    """The connector class of a kind such as "postgresql"; raises InvalidInputError for an unknown one."""
    try:
        return _connectors()[kind]
    except KeyError:
        known = ", ".join(sorted(_connectors()))
        raise InvalidInputError(f'There is no connector of kind "{kind}". Choose one of: {known}.') from None


def from_target(target: str, *, timeout_s: float = 30.0) -> Connector:
    """The connector that a command-line TARGET names.

    No boundary of `boundaries` applies: the person at the command line has their own rights already.

    Args:
        target: a URL (`postgresql://user:password@host:5432/database`, `mysql://...`, `sqlite:///path`,
            `duckdb:///path`) or the path of a file or folder.
        timeout_s: seconds that one step may take.

    Raises:
        InvalidInputError: the target has none of these forms; the message never repeats a URL, as it may hold a
            password.
    """
    if "\0" in target or not target.strip():
        raise InvalidInputError(f"The target is empty or holds a NUL character. {_FORMS}")
    if "://" not in target:
        return _from_path(target, timeout_s=timeout_s)
    try:
        url = urlsplit(target)
        port = url.port
    except ValueError:
        raise InvalidInputError(f"The target is no valid URL. {_FORMS}") from None
    kind = _SCHEMES.get(url.scheme.lower())
    if kind is None:
        raise InvalidInputError(f'There is no connector for "{url.scheme}://" targets. {_FORMS}')
    options = _options(kind, url)
    if kind in {"sqlite", "duckdb"}:
        if url.netloc or len(url.path) < 2:
            raise InvalidInputError(f"A {kind} target has three slashes and a path, such as {kind}:///data/shop.db.")
        # As in SQLAlchemy: three slashes for a relative path, four for an absolute one; but an absolute path that
        # exists is taken as meant.
        path = unquote(url.path)
        relative = path[1:]
        chosen = relative if path.startswith("//") or (not Path(path).exists() and Path(relative).exists()) else path
        return _made(kind, {"path": chosen}, {}, timeout_s)
    fields: dict[str, object] = {
        "host": url.hostname or "",
        "database": unquote(url.path[1:]),
        "username": unquote(url.username or ""),
        **options,
    }
    if port is not None:
        fields["port"] = port
    return _made(kind, fields, {"password": unquote(url.password or "")}, timeout_s)


def _from_path(target: str, *, timeout_s: float) -> Connector:
    path = Path(target).expanduser()
    if not path.exists():
        raise InvalidInputError(f'There is no file or folder "{target}". {_FORMS}')
    if path.is_file():
        with path.open("rb") as file:
            head = file.read(16)
        if head.startswith(b"SQLite format 3\0"):
            return _made("sqlite", {"path": str(path)}, {}, timeout_s)
        if head[8:12] == b"DUCK":
            return _made("duckdb", {"path": str(path)}, {}, timeout_s)
    return _made("files", {"path": str(path)}, {}, timeout_s)


def _options(kind: str, url: SplitResult) -> dict[str, str]:
    if url.fragment:
        raise InvalidInputError("A target has no part after #; write # in a password as %23.")
    allowed = _URL_OPTIONS.get(kind, frozenset[str]())
    options = dict(parse_qsl(url.query, keep_blank_values=True))
    for name in options:
        if name not in allowed:
            offered = ", ".join(sorted(allowed)) or "none"
            raise InvalidInputError(f'The option "{name}" is not allowed in a {kind} target. Allowed: {offered}.')
    return options


def _made(kind: str, fields: dict[str, object], secret: dict[str, str], timeout_s: float) -> Connector:
    connector = connector_for(kind)
    try:
        config = connector.Config.model_validate(fields)
        return connector(config, connector.Secret.model_validate(secret), timeout_s=timeout_s)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InvalidInputError(f"The {kind} target's {place} is not valid: {first['msg']}. {_FORMS}") from None
