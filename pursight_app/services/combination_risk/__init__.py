"""Which columns together single people out (k-anonymity, Samarati and Sweeney 1998), per table."""

from pursight_app.services.combination_risk.assets import AssetRisk, get_risk, measure_scanned, refresh
from pursight_app.services.combination_risk.figures import (
    SINGLES_OUT,
    SMALL_GROUP,
    Change,
    Coarsening,
    ColumnSet,
    CombinationRisk,
    Estimate,
    Figures,
    LeftOut,
    NotMeasured,
    Variant,
    from_json,
)

__all__ = [
    "SINGLES_OUT",
    "SMALL_GROUP",
    "AssetRisk",
    "Change",
    "Coarsening",
    "ColumnSet",
    "CombinationRisk",
    "Estimate",
    "Figures",
    "LeftOut",
    "NotMeasured",
    "Variant",
    "from_json",
    "get_risk",
    "measure_scanned",
    "refresh",
]
