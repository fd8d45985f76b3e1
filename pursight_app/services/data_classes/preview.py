"""What a data class would do to the catalogue, tried on the kept samples before anybody saves it. Changes nothing."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from sqlmodel import Session, col, select

from pursight_app.core.db import unit_of_work
from pursight_app.core.masking import mask, mask_secret
from pursight_app.core.settings import get_settings
from pursight_app.detectors.base import ColumnSample
from pursight_app.models import Asset, Classification, ClassificationOrigin, ClassificationStatus
from pursight_app.services import access
from pursight_app.services.access import Actor, Permission
from pursight_app.services.classification_custom import CustomRecogniser, OwnMatch, match_column
from pursight_app.services.data_classes.definition import Definition, checked
from pursight_app.services.data_classes.recognisers import recogniser_of

if TYPE_CHECKING:
    # At run time it brings the scanner and the column model along, which pages do without until somebody tries a class.
    from pursight_app.services.rescoring import ScannedTable

MOST_TABLES = 500
BUDGET_S = 8.0
"""How much one call looks at, and how long it takes at most; the rest can be asked for in further calls."""
_CHUNK_TABLES = 25
_MOST_ROWS = 200
# From here on columns that have nothing to do with each other must be among the hits.
_TOO_WIDE_RATIO, _TOO_WIDE_COUNT = 0.2, 10
_NEAR_RATIO = 0.5


class Effect(StrEnum):
    """What saving would do to a column."""

    NEW = "new"
    REPLACES = "replaces"
    SAME = "same"
    DECIDED = "decided"
    PROVED = "proved"


@dataclass(frozen=True, slots=True)
class PreviewColumn:
    """A column that has the class, or nearly. `examples` are masked; `data_class` is its class as it stands, "" without.

    `effect` DECIDED: a person's or a propagated label stays; PROVED: a checksum says something else and stays.
    """

    asset_id: UUID
    table: str
    column: str
    matched: int
    tested: int
    lower_bound: float
    header_word: str
    data_class: str
    effect: Effect
    examples: tuple[str, ...] = ()

    @property
    def match_ratio(self) -> float:
        """Share (0-1) of the different values that match."""
        return self.matched / self.tested if self.tested else 0.0


@dataclass(frozen=True, slots=True)
class Preview:
    """What was found so far, best matches first, at most 200 each; the counts are of all.

    `without_sample` tables keep no values, `masked_columns` columns keep them masked: neither can be tried. `waiting`
    tables have not been looked at yet; go on with `after`.
    """

    hits: tuple[PreviewColumn, ...] = ()
    near_misses: tuple[PreviewColumn, ...] = ()
    hit_count: int = 0
    near_count: int = 0
    column_count: int = 0
    table_count: int = 0
    without_sample: int = 0
    masked_columns: int = 0
    waiting: int = 0
    after: UUID | None = None
    effects: dict[str, int] = field(default_factory=dict)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences for whoever is about to save."""
        said: list[str] = []
        if self.hit_count >= _TOO_WIDE_COUNT and self.hit_count > _TOO_WIDE_RATIO * self.column_count:
            said.append(f"It matches {self.hit_count} of {self.column_count} columns: too wide.")
        if replaced := self.effects.get(Effect.REPLACES, 0):
            said.append(f"{replaced} {'column' if replaced == 1 else 'columns'} would lose another data class.")
        if decided := self.effects.get(Effect.DECIDED, 0):
            said.append(f"{decided} {'column keeps' if decided == 1 else 'columns keep'} what a person decided.")
        if self.column_count and not self.hit_count:
            said.append("No column has it.")
        if self.without_sample:
            said.append(f"{self.without_sample} tables keep no sample and could not be tried.")
        if self.masked_columns:
            said.append(f"{self.masked_columns} columns keep masked values only and could not be tried.")
        if get_settings().samples == "none":
            said.append("This installation keeps no samples. Columns get the class with their next scan.")
        return tuple(said)


def preview_class(
    actor: Actor, workspace_id: UUID, definition: Definition, *, after: UUID | None = None, limit: int = MOST_TABLES
) -> Preview:
    """Tries a class on the kept samples of the tables that the actor sees, by id, from the one behind `after` on.

    Stops after `limit` tables or 8 seconds; `waiting` says how many are left.

    Raises:
        InvalidInputError: the definition is not usable.
    """
    from pursight_app.services import rescoring

    ends = time.monotonic() + BUDGET_S
    with unit_of_work() as session:
        access.require(actor, Permission.DATA_CLASS_MANAGE, workspace_id)
        recogniser = recogniser_of(checked(definition))
        asset_ids = _scanned_tables(session, actor, workspace_id, after)
    found = Preview()
    place = 0
    while place < min(limit, len(asset_ids)) and time.monotonic() < ends:
        chunk = asset_ids[place : min(place + _CHUNK_TABLES, limit)]
        with unit_of_work() as session:
            tables = rescoring.load_tables(session, workspace_id, asset_ids=chunk, limit=len(chunk))
        tried = (_try_table(table, dict(rescoring.samples_of(table)), recogniser) for table in tables)
        found = _merged(found, *tried)
        place += len(chunk)
    return replace(found, waiting=len(asset_ids) - place, after=asset_ids[place - 1] if place else after)


def merge_previews(first: Preview, further: Preview) -> Preview:
    """What two calls found together; `further` is the later one."""
    return replace(_merged(first, further), waiting=further.waiting, after=further.after)


def _scanned_tables(session: Session, actor: Actor, workspace_id: UUID, after: UUID | None) -> list[UUID]:
    seen = access.scoped(actor, select(Asset.id), Asset).where(
        Asset.workspace_id == workspace_id, col(Asset.scanned_at).is_not(None), col(Asset.missing_since).is_(None)
    )
    if after is not None:
        seen = seen.where(col(Asset.id) > after)
    return list(session.exec(seen.order_by(col(Asset.id))).all())


def _try_table(table: "ScannedTable", samples: Mapping[UUID, ColumnSample], recogniser: CustomRecogniser) -> Preview:
    hits: list[PreviewColumn] = []
    near: list[PreviewColumn] = []
    for column in table.columns:
        if column.id not in samples:
            continue
        match = match_column(samples[column.id], recogniser)
        if match.has_class:
            hits.append(_row(table.asset, match, column.name, table.verdicts.get(column.id)))
        elif match.rate >= _NEAR_RATIO * recogniser.min_match_ratio or (match.header_word and match.distinct_tested):
            near.append(_row(table.asset, match, column.name, table.verdicts.get(column.id)))
    effects: dict[str, int] = {}
    for hit in hits:
        effects[hit.effect] = effects.get(hit.effect, 0) + 1
    return Preview(
        hits=tuple(hits),
        near_misses=tuple(near),
        hit_count=len(hits),
        near_count=len(near),
        column_count=len(samples),
        table_count=1,
        without_sample=0 if samples else 1,
        masked_columns=len(table.columns) - len(samples) if samples else 0,
        effects=effects,
    )


def _row(asset: Asset, match: OwnMatch, column: str, verdict: Classification | None) -> PreviewColumn:
    known = match.recogniser.data_class
    # Always masked, whatever the column was taken for: that it has this class may be what nobody knew.
    hide = mask_secret if known.group == "secret" else mask
    return PreviewColumn(
        asset_id=asset.id,
        table=asset.qualified_name,
        column=column,
        matched=match.distinct,
        tested=match.distinct_tested,
        lower_bound=match.lower_bound,
        header_word=match.header_word,
        data_class=(verdict.data_class or "") if verdict else "",
        effect=_effect(match, verdict),
        examples=tuple(hide(example) for example in match.examples),
    )


def _effect(match: OwnMatch, verdict: Classification | None) -> Effect:
    if verdict is None:
        return Effect.NEW
    if verdict.data_class == match.recogniser.data_class.name:
        return Effect.SAME
    if verdict.status != ClassificationStatus.SUGGESTED or verdict.origin != ClassificationOrigin.AUTOMATED:
        return Effect.DECIDED
    if _is_proved(verdict) and not match.header_word:
        return Effect.PROVED
    return Effect.REPLACES if verdict.data_class else Effect.NEW


def _is_proved(verdict: Classification) -> bool:
    from pursight_app.detectors.detection import all_detectors

    key = verdict.evidence.get("detector")
    return any(
        each.key == key and each.is_decisive and each.data_class == verdict.data_class for each in all_detectors()
    )


def _merged(*parts: Preview) -> Preview:
    effects: dict[str, int] = {}
    for part in parts:
        for effect, count in part.effects.items():
            effects[effect] = effects.get(effect, 0) + count
    return Preview(
        hits=_best([hit for part in parts for hit in part.hits]),
        near_misses=_best([miss for part in parts for miss in part.near_misses]),
        hit_count=sum(part.hit_count for part in parts),
        near_count=sum(part.near_count for part in parts),
        column_count=sum(part.column_count for part in parts),
        table_count=sum(part.table_count for part in parts),
        without_sample=sum(part.without_sample for part in parts),
        masked_columns=sum(part.masked_columns for part in parts),
        effects=effects,
    )


def _best(rows: Sequence[PreviewColumn]) -> tuple[PreviewColumn, ...]:
    return tuple(sorted(rows, key=lambda row: (-row.lower_bound, row.table, row.column))[:_MOST_ROWS])
