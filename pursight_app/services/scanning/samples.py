"""What of the values that a scan has read is kept at rest, as the setting `samples` says."""

from typing import Any

import pyarrow as pa

from pursight_app.core.masking import mask, mask_profile
from pursight_app.core.settings import get_settings
from pursight_app.core.taxonomy import Sensitivity
from pursight_app.services.classification import Verdict

# Marks a stored column whose values have lost their form.
_MASKED = b"pursight.masked"


def kept_sample(sample: pa.Table, verdicts: dict[str, Verdict]) -> pa.Table | None:
    """The sample as it may be stored; None when none may be."""
    setting = get_settings().samples
    if setting == "keep":
        return sample
    if setting == "none":
        return None
    for place, name in enumerate(sample.column_names):
        if _may_be_personal(verdicts.get(name)):
            values = [None if value is None else mask(str(value)) for value in sample.column(name).to_pylist()]
            field = pa.field(name, pa.string(), metadata={_MASKED: b"1"})
            sample = sample.set_column(place, field, pa.array(values, pa.string()))
    return sample


def masked_columns(sample: pa.Table) -> set[str]:
    """The columns of a stored sample whose values were masked before they were stored."""
    return {field.name for field in sample.schema if _MASKED in (field.metadata or {})}


def kept_profile(profile: dict[str, Any], verdict: Verdict | None) -> dict[str, Any]:
    """The profile of a column as it may be stored: extremes and frequent values are values too."""
    if get_settings().samples == "keep" or not _may_be_personal(verdict):
        return profile
    return mask_profile(profile)


def _may_be_personal(verdict: Verdict | None) -> bool:
    # What nobody could name may hold anything; the catalogue treats it so as well.
    if verdict is None or not verdict.data_class or verdict.sensitivity is None:
        return True
    return Sensitivity(verdict.sensitivity).is_sensitive
