"""Connected systems: adding, testing and opening them. Credentials go in encrypted and never come out."""

import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import SecretStr, ValidationError
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import Session, col, select

from pursight_app.connectors.base import Connector, ConnectorConfig
from pursight_app.connectors.boundaries import check_path
from pursight_app.connectors.registry import connector_for
from pursight_app.core.clock import now
from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import ConflictError, ExternalError, InvalidInputError, SourceUnreachableError
from pursight_app.core.secrets import decrypt, encrypt
from pursight_app.core.settings import get_settings
from pursight_app.models import Asset, AssetColumn, Classification, DataSource, ScanRun
from pursight_app.services import access, audit, source_limits
from pursight_app.services.access import Actor, Permission

DEMO_LOGIN = ("pursight_demo", "pursight_demo_reader")


@dataclass(frozen=True, slots=True)
class TestResult:
    """Whether the source answered, how fast, and a sentence for people."""

    ok: bool
    latency_ms: int
    detail: str


@dataclass(frozen=True, slots=True)
class DataSourceRow:
    """A source as a list shows it; `last_run` is its newest run or None, counts are of assets that are not missing."""

    source: DataSource
    last_run: ScanRun | None
    table_count: int
    column_count: int
    sensitive_count: int


def create_data_source(
    session: Session,
    actor: Actor,
    workspace_id: UUID,
    *,
    name: str,
    kind: str,
    config: dict[str, Any],
    secret: dict[str, Any],
) -> DataSource:
    """Adds a source; it is not contacted.

    Raises:
        InvalidInputError: unknown kind, a field that does not fit, or an address or path outside what is allowed.
        ConflictError: the workspace has a source of that name.
    """
    access.require(actor, Permission.DATA_SOURCE_MANAGE, workspace_id)
    name = name.strip()
    if not 1 <= len(name) <= 200:
        raise InvalidInputError("A data source needs a name of 1 to 200 characters.")
    checked_config, checked_secret = _checked(kind, config, secret)
    if session.exec(
        select(DataSource.id).where(DataSource.workspace_id == workspace_id, DataSource.name == name)
    ).first():
        raise ConflictError(f"This workspace has a data source called {name} already.", code="name_taken")
    source = DataSource(workspace_id=workspace_id, name=name, kind=kind, config=checked_config)
    source.secret = encrypt(checked_secret, context=source.id.hex) if checked_secret else None
    session.add(source)
    session.flush()
    subject = audit.Subject("data_source", source.id, workspace_id)
    audit.record(session, actor, "data_source.create", subject, name=name, kind=kind)
    return source


def _checked(kind: str, config: dict[str, Any], secret: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    connector = connector_for(kind)
    parsed = _parse(connector.Config, config, "config")
    parsed_secret = _parse(connector.Secret, secret, "secret")
    _bounded(parsed)
    plain = {name: _revealed(value) for name, value in parsed_secret.model_dump().items() if value is not None}
    return parsed.model_dump(mode="json"), plain


def _revealed(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def _parse(model: type[ConnectorConfig], values: dict[str, Any], where: str) -> ConnectorConfig:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        # Only field names and reasons: pydantic's own text repeats the value, which may be a password.
        wrong = [f"{'.'.join(map(str, each['loc'])) or where}: {each['msg']}" for each in error.errors()]
        raise InvalidInputError(f"The {where} does not fit: {'; '.join(wrong)}.") from None


def _bounded(config: ConnectorConfig) -> tuple[ConnectorConfig, str | None]:
    """The configuration to use and the one address to connect to; refuses what the settings do not allow.

    A path comes back with all links resolved, a host as the address that was checked: neither can be swapped later.
    """
    settings = get_settings()
    values = config.model_dump()
    if path := values.get("path"):
        real = check_path(str(path), allowed_roots=settings.file_roots)
        # PurSight's own folder holds its keys and its database; no source may reach in.
        if real.is_relative_to(settings.home):
            raise InvalidInputError("The path lies in PurSight's own folder. Choose a file or folder outside it.")
        config = config.model_copy(update={"path": str(real)})
    host = str(values.get("host") or "")
    # The demo's database stands on our own server, embedded behind a socket or not, for a role that reads nothing else.
    is_demo = (values.get("database"), values.get("username")) == DEMO_LOGIN
    if not host or (is_demo and host.startswith("/")):
        return config, None
    return config, source_limits.address_for(host, int(values.get("port") or 0), is_demo=is_demo)


def list_data_sources(session: Session, actor: Actor, workspace_id: UUID) -> list[DataSourceRow]:
    """The sources of a workspace by name, with their figures."""
    access.require_somewhere(actor, Permission.DATA_SOURCE_READ, workspace_id)
    sources = session.exec(
        access.scoped(actor, select(DataSource), DataSource)
        .where(DataSource.workspace_id == workspace_id)
        .order_by(func.lower(DataSource.name))
    ).all()
    newest = session.exec(
        select(ScanRun)
        .where(ScanRun.workspace_id == workspace_id)
        .ext(distinct_on(col(ScanRun.data_source_id)))
        .order_by(col(ScanRun.data_source_id), col(ScanRun.created_at).desc())
    ).all()
    runs = {run.data_source_id: run for run in newest}
    counts = _counts(session, actor, workspace_id)
    return [DataSourceRow(source, runs.get(source.id), *counts.get(source.id, (0, 0, 0))) for source in sources]


def _counts(session: Session, actor: Actor, workspace_id: UUID) -> dict[UUID, tuple[int, int, int]]:
    is_sensitive = col(Classification.sensitivity).in_(["confidential", "restricted"])
    statement = (
        select(
            Asset.data_source_id,
            func.count(col(Asset.id).distinct()),
            func.count(col(AssetColumn.id)),
            func.count(col(Classification.id)).filter(is_sensitive, col(Classification.data_class).is_not(None)),
        )
        .outerjoin(AssetColumn, (col(AssetColumn.asset_id) == Asset.id) & col(AssetColumn.missing_since).is_(None))
        .outerjoin(
            Classification,
            (col(Classification.asset_column_id) == AssetColumn.id) & (col(Classification.status) != "rejected"),
        )
        .where(Asset.workspace_id == workspace_id, col(Asset.missing_since).is_(None))
        .group_by(col(Asset.data_source_id))
    )
    counted = session.exec(statement.where(access.visible(actor, Asset, Permission.CATALOG_READ))).all()
    return {row[0]: (row[1], row[2], row[3]) for row in counted}


def open_connector(source: DataSource, *, timeout_s: float | None = None) -> Connector:
    """A connector for a stored source; the caller closes it.

    Raises:
        InvalidInputError: the stored address is no longer allowed (names resolve anew, settings change).
        ServiceUnavailableError: the credentials cannot be decrypted.
    """
    kind = connector_for(source.kind)
    config, address = _bounded(_parse(kind.Config, source.config, "config"))
    plain = decrypt(source.secret, context=source.id.hex) if source.secret else {}
    secret = _parse(kind.Secret, plain, "secret")
    return kind(config, secret, timeout_s=timeout_s or get_settings().source_timeout_s, address=address)


def test_data_source(actor: Actor, data_source_id: UUID) -> TestResult:
    """Connects, logs in and reads one thing. What went wrong is an answer here, not an error.

    Raises:
        RateLimitedError: the actor has tested too often in the last minute.
    """
    with unit_of_work() as session:
        source = access.get(session, actor, DataSource, data_source_id, Permission.DATA_SOURCE_MANAGE)
    source_limits.count_test(actor)
    result = _probe(source)
    with unit_of_work() as session:
        stored = access.get(session, actor, DataSource, data_source_id, Permission.DATA_SOURCE_MANAGE)
        stored.last_test_at, stored.last_test_ok, stored.last_test_detail = now(), result.ok, result.detail
        subject = audit.Subject("data_source", source.id, source.workspace_id)
        audit.record(session, actor, "data_source.test", subject, result="ok" if result.ok else "failed")
    return result


def probe_unsaved(
    actor: Actor, workspace_id: UUID, *, kind: str, config: dict[str, Any], secret: dict[str, Any]
) -> TestResult:
    """Tests what a form holds before it is saved; nothing is stored. Raises RateLimitedError like the test above."""
    access.require(actor, Permission.DATA_SOURCE_MANAGE, workspace_id)
    source_limits.count_test(actor)
    checked_config, checked_secret = _checked(kind, config, secret)
    source = DataSource(workspace_id=workspace_id, name="", kind=kind, config=checked_config)
    source.secret = encrypt(checked_secret, context=source.id.hex) if checked_secret else None
    return _probe(source)


def _probe(source: DataSource) -> TestResult:
    started = time.monotonic()
    try:
        with open_connector(source, timeout_s=source_limits.TEST_TIMEOUT_S) as connector:
            detail, ok = connector.ping(), True
    except SourceUnreachableError as error:
        host = source.config.get("host")
        place = f"{host}:{source.config.get('port')}"
        detail, ok = source_limits.blurred(error, place, started=started) if host else error.message, False
    except (ExternalError, InvalidInputError) as error:
        detail, ok = error.message, False
    return TestResult(ok, round((time.monotonic() - started) * 1000), detail)


def update_data_source(
    session: Session,
    actor: Actor,
    data_source_id: UUID,
    *,
    name: str | None = None,
    config: dict[str, Any] | None = None,
    secret: dict[str, Any] | None = None,
) -> DataSource:
    """Changes a source. A new address needs the secret again, else it could be sent to somebody else's server.

    Raises:
        InvalidInputError: the address changes and no secret is given, or a field does not fit.
    """
    source = access.get(session, actor, DataSource, data_source_id, Permission.DATA_SOURCE_MANAGE)
    if config is not None:
        is_moved = any(config.get(part) != source.config.get(part) for part in ("host", "port", "database", "path"))
        if is_moved and source.secret and not secret:
            raise InvalidInputError("The address changes, so enter the password again.", code="secret_needed")
        plain = decrypt(source.secret, context=source.id.hex) if source.secret and not secret else (secret or {})
        source.config, checked = _checked(source.kind, config, plain)
        source.secret = encrypt(checked, context=source.id.hex) if checked else None
    elif secret:
        _, checked = _checked(source.kind, source.config, secret)
        source.secret = encrypt(checked, context=source.id.hex)
    if name and name.strip():
        source.name = name.strip()[:200]
    subject = audit.Subject("data_source", source.id, source.workspace_id)
    audit.record(session, actor, "data_source.update", subject, config=config is not None, secret=bool(secret))
    return source


def delete_data_source(session: Session, actor: Actor, data_source_id: UUID) -> None:
    """Removes a source with its assets, verdicts and findings; the audit log keeps that it was there."""
    source = access.get(session, actor, DataSource, data_source_id, Permission.DATA_SOURCE_MANAGE)
    active = select(ScanRun.id).where(
        ScanRun.data_source_id == source.id, col(ScanRun.status).in_(["queued", "running"])
    )
    if session.exec(active).first():
        raise ConflictError("A scan of this source is going on. Cancel it first.", code="scan_active")
    subject = audit.Subject("data_source", source.id, source.workspace_id)
    audit.record(session, actor, "data_source.delete", subject, name=source.name, kind=source.kind)
    session.delete(source)
