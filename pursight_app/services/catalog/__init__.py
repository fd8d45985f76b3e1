"""What is known about assets: finding them, looking at one, and what people add."""

from pursight_app.services.catalog.assets import (
    AssetRow,
    ColumnRow,
    SampleValues,
    get_asset,
    list_columns,
    list_history,
    sample_values,
    update_asset,
)
from pursight_app.services.catalog.overview import Overview, get_overview
from pursight_app.services.catalog.search import Filters, SearchPage, SearchResult, search_assets

__all__ = [
    "AssetRow",
    "ColumnRow",
    "Filters",
    "Overview",
    "SampleValues",
    "SearchPage",
    "SearchResult",
    "get_asset",
    "get_overview",
    "list_columns",
    "list_history",
    "sample_values",
    "search_assets",
    "update_asset",
]
