"""What is known about assets: finding them, looking at one, and what people add."""

from pursight_app.services.catalog.assets import (
    AssetRow,
    ColumnRow,
    get_asset,
    list_columns,
    list_history,
    update_asset,
)
from pursight_app.services.catalog.overview import Overview, get_overview
from pursight_app.services.catalog.search import Filters, SearchPage, SearchResult, search_assets
from pursight_app.services.catalog.values import ColumnValues, read_values

__all__ = [
    "AssetRow",
    "ColumnRow",
    "ColumnValues",
    "Filters",
    "Overview",
    "SearchPage",
    "SearchResult",
    "get_asset",
    "get_overview",
    "list_columns",
    "list_history",
    "read_values",
    "search_assets",
    "update_asset",
]
