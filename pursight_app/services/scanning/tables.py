"""One table of a scan: its verdicts, its sample in blob storage, and everything written in its one transaction."""

import io
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TypeVar
from uuid import UUID, uuid5

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import text
from sqlmodel import Session, col, select

from pursight_app.assistant.feature_packing import pack_features
from pursight_app.assistant.features import ColumnFeatures
from pursight_app.connectors.base import TableInfo, TableScan
from pursight_app.core.blob import delete_blob, read_blob, write_blob
from pursight_app.core.clock import now
from pursight_app.core.db import after_commit
from pursight_app.core.taxonomy import Sensitivity
from pursight_app.detectors.base import ColumnSample
from pursight_app.models import Asset, AssetColumn, Classification, ClassificationStatus, LedgerState, ScanEntry
from pursight_app.services.classification import Recognition, Verdict, suggest_with_features
from pursight_app.services.combination_risk import measure_scanned
from pursight_app.services.recognition import features_version
from pursight_app.services.scanning.discovery import clean, profile_json
from pursight_app.services.scanning.progress import Lease
from pursight_app.services.scanning.samples import kept_profile, kept_sample

Thing = TypeVar("Thing")
_WRITE_PROFILES = text(
    """
    UPDATE asset_column c SET profile = found.profile::jsonb
    FROM unnest(CAST(:ids AS uuid[]), CAST(:profiles AS text[])) AS found(id, profile)
    WHERE c.id = found.id
    """
)
# The classifier's word is always kept as `suggestion`. The verdict itself follows it only where neither a person nor a
# propagated label decided.
_WRITE_VERDICTS = text(
    """
    WITH found AS (
        SELECT column_id, data_class, confidence, sensitivity, string_to_array(regulations, ';') AS regulations,
               evidence::jsonb AS evidence, model_version
        FROM unnest(CAST(:column_ids AS uuid[]), CAST(:data_classes AS text[]), CAST(:confidences AS float8[]),
                    CAST(:sensitivities AS text[]), CAST(:regulations AS text[]), CAST(:evidence AS text[]),
                    CAST(:model_versions AS text[]))
             AS given(column_id, data_class, confidence, sensitivity, regulations, evidence, model_version)
    )
    INSERT INTO classification AS kept (id, created_at, workspace_id, asset_column_id, data_class, confidence, sensitivity,
                                        regulations, evidence, origin, status, model_version, evaluated_at, suggestion)
    SELECT gen_random_uuid(), now(), :workspace_id, column_id, data_class, confidence, sensitivity, regulations, evidence,
           'automated', 'suggested', model_version, now(),
           jsonb_build_object('data_class', data_class, 'confidence', confidence, 'sensitivity', sensitivity,
                              'regulations', to_jsonb(regulations), 'evidence', evidence,
                              'model_version', model_version)
    FROM found
    ON CONFLICT (asset_column_id) DO UPDATE SET
        (data_class, confidence, sensitivity, regulations, evidence, model_version) = (
            SELECT excluded.data_class, excluded.confidence, excluded.sensitivity, excluded.regulations,
                   excluded.evidence, excluded.model_version
            WHERE kept.status = 'suggested' AND kept.origin = 'automated'
            UNION ALL
            SELECT kept.data_class, kept.confidence, kept.sensitivity, kept.regulations, kept.evidence, kept.model_version
            WHERE kept.status <> 'suggested' OR kept.origin <> 'automated'
        ),
        suggestion = excluded.suggestion,
        evaluated_at = now()
    """
)


_WRITE_FEATURES = text(
    """
    INSERT INTO column_features AS kept (id, created_at, workspace_id, asset_column_id, version, vector)
    SELECT gen_random_uuid(), now(), :workspace_id, column_id, :version, vector
    FROM unnest(CAST(:column_ids AS uuid[]), CAST(:vectors AS bytea[])) AS given(column_id, vector)
    ON CONFLICT (asset_column_id) DO UPDATE SET version = excluded.version, vector = excluded.vector
    """
)


@dataclass(frozen=True, slots=True)
class ClassifiedTable:
    """What the classifier says of a table's columns, by column name, and the numbers by which it knows them.

    `features_version` says which numbers they are.
    """

    verdicts: dict[str, Verdict]
    features: dict[str, ColumnFeatures]
    features_version: str


def classify(table: TableInfo, scan: TableScan, recognition: Recognition) -> ClassifiedTable:
    """A verdict for every column."""
    partners = {
        name: f"{key.referenced_table}.{referenced}"
        for key in table.foreign_keys
        for name, referenced in zip(key.columns, key.referenced_columns, strict=False)
    }
    headers = tuple(column.name for column in table.columns)
    samples = [
        ColumnSample(
            table=table.name,
            column=column.name,
            values=tuple(scan.sample.column(column.name).to_pylist()),
            table_columns=headers,
            declared_type=column.data_type,
            references=partners.get(column.name, ""),
        )
        for column in table.columns
    ]
    verdicts, features = suggest_with_features(samples, recognition)
    return ClassifiedTable(
        dict(zip(headers, verdicts, strict=True)),
        dict(zip(headers, features, strict=True)),
        features_version(recognition.model),
    )


def store_sample(lease: Lease, address: str, scan: TableScan, verdicts: dict[str, Verdict]) -> str | None:
    """Writes the sample as Parquet to blob storage (F2.13); returns its key, None when the settings want none kept.

    The key belongs to the run and the table: whoever takes over a killed worker's run replaces the sample that it left.
    """
    sample = kept_sample(scan.sample, verdicts)
    if sample is None:
        return None
    buffer = io.BytesIO()
    pq.write_table(sample, buffer, compression="zstd")
    name = uuid5(lease.scan_run_id, address).hex
    key = f"samples/{lease.workspace_id.hex}/{lease.data_source_id.hex}/{name}"
    write_blob(key, buffer.getvalue())
    return key


def read_sample(key: str) -> pa.Table | None:
    """A stored sample, or None when it has been removed."""
    content = read_blob(key)
    return pq.read_table(io.BytesIO(content)) if content is not None else None


def write_table(
    session: Session,
    entry: ScanEntry,
    *,
    table: TableInfo,
    scan: TableScan,
    classified: ClassifiedTable,
    sample_key: str | None,
) -> LedgerState:
    """Writes profile, verdicts and numbers of one table; says whether its declaration changed since the last scan."""
    asset = session.get_one(Asset, entry.asset_id)
    is_changed = bool(asset.fingerprint) and asset.scanned_at is not None and asset.fingerprint != table.fingerprint
    columns = session.exec(
        select(AssetColumn).where(AssetColumn.asset_id == asset.id, col(AssetColumn.missing_since).is_(None))
    ).all()
    ids = {column.name: column.id for column in columns}
    _write_profiles(session, ids, scan, classified.verdicts)
    write_verdicts(session, asset.workspace_id, _by_id(ids, classified.verdicts))
    write_features(session, asset.workspace_id, _by_id(ids, classified.features), classified.features_version)
    if asset.sample_key and asset.sample_key != sample_key:
        old_key = asset.sample_key
        after_commit(session, lambda: delete_blob(old_key))
    asset.row_count, asset.row_count_error = scan.row_count, scan.row_count_error
    asset.sampled_rows, asset.sample_key = scan.sampled_rows, sample_key
    asset.fingerprint, asset.scanned_at = table.fingerprint, now()
    asset.sensitivity = highest_sensitivity(session, asset.id)
    measure_scanned(session, asset, scan.sample)
    return LedgerState.CHANGED if is_changed else LedgerState.OK


def _write_profiles(session: Session, ids: dict[str, UUID], scan: TableScan, verdicts: dict[str, Verdict]) -> None:
    known = {clean(name): kept_profile(asdict(profile), verdicts.get(name)) for name, profile in scan.columns.items()}
    names = [name for name in ids if name in known]
    session.execute(
        _WRITE_PROFILES,
        {"ids": [ids[name] for name in names], "profiles": [profile_json(known[name]) for name in names]},
    )


def _by_id(ids: Mapping[str, UUID], named: Mapping[str, Thing]) -> dict[UUID, Thing]:
    return {ids[clean(name)]: thing for name, thing in named.items() if clean(name) in ids}


def write_verdicts(session: Session, workspace_id: UUID, verdicts: Mapping[UUID, Verdict]) -> None:
    """Writes what the classifier says by column id; the verdict itself follows only where nobody else decided."""
    found = list(verdicts.values())
    session.execute(
        _WRITE_VERDICTS,
        {
            "workspace_id": workspace_id,
            "column_ids": list(verdicts),
            "data_classes": [verdict.data_class for verdict in found],
            "confidences": [float(verdict.confidence) for verdict in found],
            "sensitivities": [str(verdict.sensitivity) if verdict.sensitivity else None for verdict in found],
            "regulations": [";".join(verdict.regulations) for verdict in found],
            "evidence": [profile_json(verdict.evidence.as_json()) for verdict in found],
            "model_versions": [verdict.evidence.model_version for verdict in found],
        },
    )


def write_features(session: Session, workspace_id: UUID, features: Mapping[UUID, ColumnFeatures], version: str) -> None:
    """Keeps the numbers of columns by column id, from which a workspace's model learns; no value can be read from them."""
    vectors = [pack_features(numbers) for numbers in features.values()]
    session.execute(
        _WRITE_FEATURES,
        {"workspace_id": workspace_id, "version": version, "column_ids": list(features), "vectors": vectors},
    )


def highest_sensitivity(session: Session, asset_id: UUID) -> str | None:
    """The most sensitive verdict among an asset's columns; None when none has any."""
    session.flush()
    levels = session.exec(
        select(Classification.sensitivity)
        .join(AssetColumn, col(AssetColumn.id) == Classification.asset_column_id)
        .where(
            AssetColumn.asset_id == asset_id,
            col(AssetColumn.missing_since).is_(None),
            col(Classification.data_class).is_not(None),
            Classification.status != ClassificationStatus.REJECTED,
        )
        .distinct()
    ).all()
    return max((Sensitivity(level) for level in levels if level), key=lambda level: level.rank, default=None)
