"""Search over assets by name, column, comment and verdict, with facets. PostgreSQL's own index: nothing to re-index."""

from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy import and_, case, cast, exists, func, text
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import Session, col, select

from pursight_app.core.db import count_rows
from pursight_app.models import Asset, AssetColumn, Classification, ClassificationStatus, DataSource, UserAccount
from pursight_app.services import access
from pursight_app.services.access import Actor, Permission
from pursight_app.services.identifiers import search_tokens

MAX_QUERY_CHARACTERS = 200
MAX_QUERY_TOKENS = 12


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a search; empty means any."""

    workspace_id: UUID | None = None
    kind: str = ""
    data_class: str = ""
    sensitivity: str = ""
    data_source_id: UUID | None = None
    owner_id: UUID | None = None
    include_missing: bool = False


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One asset and why it is there; `matched_columns` are names that hold a searched word, at most 4."""

    asset: Asset
    data_source_name: str
    owner_name: str
    column_count: int
    data_classes: tuple[str, ...]
    matched_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of results; `facets` maps a filter to its values and how many assets each would give."""

    results: list[SearchResult]
    total: int
    facets: dict[str, dict[str, int]] = field(default_factory=dict)


def search_assets(
    session: Session, actor: Actor, query: str, filters: Filters, *, limit: int = 50, offset: int = 0
) -> SearchPage:
    """Assets that hold every searched word, exact names first; without a query all of them, by name.

    What the actor may not see counts nowhere, in the total and the facets neither.
    """
    tokens = _query_tokens(query)
    base = _matching(actor, tokens, filters)
    order = (*_rank(query, tokens), func.lower(Asset.name), col(Asset.id))
    assets = list(session.exec(base.order_by(*order).limit(limit).offset(offset)).all())
    return SearchPage(
        _results(session, assets, tokens), count_rows(session, base), _facets(session, actor, tokens, filters)
    )


def _query_tokens(query: str) -> list[str]:
    words = query[:MAX_QUERY_CHARACTERS].split()
    cut = {
        token for word in words for token in ({word.lower()} if len(search_tokens(word)) == 1 else search_tokens(word))
    }
    return sorted(token for token in cut if any(letter.isalnum() for letter in token))[:MAX_QUERY_TOKENS]


def _matching(actor: Actor, tokens: list[str], filters: Filters) -> Any:
    statement = access.scoped(actor, select(Asset), Asset)
    if filters.workspace_id is not None:
        access.require_somewhere(actor, Permission.CATALOG_READ, filters.workspace_id)
        statement = statement.where(Asset.workspace_id == filters.workspace_id)
    if not filters.include_missing:
        statement = statement.where(col(Asset.missing_since).is_(None))
    if tokens:
        statement = statement.where(col(Asset.search_vector).op("@@")(_tsquery(tokens)))
    for column, value in (
        (Asset.kind, filters.kind),
        (Asset.sensitivity, filters.sensitivity),
        (Asset.data_source_id, filters.data_source_id),
        (Asset.owner_id, filters.owner_id),
    ):
        if value:
            statement = statement.where(col(column) == value)
    if filters.data_class:
        statement = statement.where(_has_class(filters.data_class))
    return statement


def _tsquery(tokens: list[str], *, weight: str = "") -> ColumnElement[Any]:
    # Each word as a quoted prefix: nothing a person types can be an operator.
    parts = ("'" + token.replace("\\", "\\\\").replace("'", "''") + "':*" + weight for token in tokens)
    return cast(" & ".join(parts), TSQUERY)


def _has_class(data_class: str) -> ColumnElement[bool]:
    return exists().where(
        col(AssetColumn.asset_id) == Asset.id,
        col(AssetColumn.missing_since).is_(None),
        col(Classification.asset_column_id) == AssetColumn.id,
        col(Classification.data_class) == data_class,
        col(Classification.status) != ClassificationStatus.REJECTED,
    )


def _rank(query: str, tokens: list[str]) -> tuple[Any, ...]:
    if not tokens:
        return ()
    exact = query.strip().lower()
    is_name = case(
        (func.lower(Asset.name) == exact, 0),
        (func.lower(Asset.qualified_name) == exact, 0),
        (func.lower(Asset.name).startswith(exact, autoescape=True), 1),
        else_=2,
    )
    # Then those whose own name holds every word, not only a column's; of two such the shorter name is the nearer one.
    is_in_name = col(Asset.search_vector).op("@@")(_tsquery(tokens, weight="A"))
    return is_name, is_in_name.desc(), func.length(Asset.name)


def _results(session: Session, assets: list[Asset], tokens: list[str]) -> list[SearchResult]:
    ids = [asset.id for asset in assets]
    sources = dict(
        session.exec(
            select(DataSource.id, DataSource.name).where(
                col(DataSource.id).in_({asset.data_source_id for asset in assets})
            )
        ).all()
    )
    owners = {asset.owner_id for asset in assets if asset.owner_id}
    names = dict(session.exec(select(UserAccount.id, UserAccount.name).where(col(UserAccount.id).in_(owners))).all())
    columns: dict[UUID, list[tuple[str, str | None]]] = {asset_id: [] for asset_id in ids}
    statement = (
        select(AssetColumn.asset_id, AssetColumn.name, Classification.data_class)
        .outerjoin(
            Classification,
            and_(
                col(Classification.asset_column_id) == AssetColumn.id,
                col(Classification.status) != ClassificationStatus.REJECTED,
            ),
        )
        .where(col(AssetColumn.asset_id).in_(ids), col(AssetColumn.missing_since).is_(None))
        .order_by(col(AssetColumn.position))
    )
    for asset_id, name, data_class in session.exec(statement).all():
        columns[asset_id].append((name, data_class))
    return [
        SearchResult(
            asset,
            sources.get(asset.data_source_id, ""),
            names.get(asset.owner_id, "") if asset.owner_id else "",
            len(columns[asset.id]),
            tuple(dict.fromkeys(data_class for _, data_class in columns[asset.id] if data_class)),
            _matched_columns(columns[asset.id], tokens),
        )
        for asset in assets
    ]


def _matched_columns(columns: list[tuple[str, str | None]], tokens: list[str]) -> tuple[str, ...]:
    matched = (
        name for name, _ in columns if any(word.startswith(token) for token in tokens for word in search_tokens(name))
    )
    return tuple(name for name, _ in zip(matched, range(4), strict=False))


def _facets(session: Session, actor: Actor, tokens: list[str], filters: Filters) -> dict[str, dict[str, int]]:
    """Counts per value; each facet ignores its own filter, so that one sees what else there would be."""
    facets: dict[str, dict[str, int]] = {}
    for name, column in (("kind", Asset.kind), ("sensitivity", Asset.sensitivity)):
        matching = _matching(actor, tokens, replace(filters, **{name: ""}))
        counting = matching.with_only_columns(col(column), func.count()).group_by(col(column))
        facets[name] = {value: count for value, count in session.execute(counting).all() if value}
    matching = _matching(actor, tokens, replace(filters, data_source_id=None))
    counting = (
        matching.join(DataSource, col(DataSource.id) == Asset.data_source_id)
        .with_only_columns(col(DataSource.id), DataSource.name, func.count())
        .group_by(col(DataSource.id), DataSource.name)
    )
    facets["data_source"] = {f"{source_id}|{name}": count for source_id, name, count in session.execute(counting).all()}
    matching = _matching(actor, tokens, replace(filters, data_class=""))
    counting = (
        matching.join(AssetColumn, (col(AssetColumn.asset_id) == Asset.id) & col(AssetColumn.missing_since).is_(None))
        .join(
            Classification,
            (col(Classification.asset_column_id) == AssetColumn.id)
            & (col(Classification.status) != ClassificationStatus.REJECTED)
            & col(Classification.data_class).is_not(None),
        )
        .with_only_columns(col(Classification.data_class), func.count(col(Asset.id).distinct()).label("assets"))
        .group_by(col(Classification.data_class))
        .order_by(text("assets DESC"))
    )
    facets["data_class"] = dict(session.execute(counting).all())
    return facets
