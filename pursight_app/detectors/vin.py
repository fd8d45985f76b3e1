"""Vehicle identification numbers (ISO 3779).

`vin` matches 17 characters without I, O and Q whose ninth one is the North American check digit; a random one is right
in 9 %. `vin_form` matches the form alone, as European makers give it, and needs the header's or the model's support.
Licence plates are left to header and model.
"""

import re

from pursight_app.detectors.base import Detector

_FORM = re.compile(r"[A-HJ-NPR-Z0-9]{13}\d{4}")
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VALUES = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", (*range(1, 9), 1, 2, 3, 4, 5, 7, 9, *range(2, 10)), strict=True))


def has_vin_form(value: str) -> bool:
    """True for 17 allowed characters, letters and digits mixed, the last four digits."""
    return _FORM.fullmatch(value) is not None and not value.isdigit()


def is_vin(value: str) -> bool:
    """True when the check digit (49 CFR 565.15) is right too."""
    if not has_vin_form(value):
        return False
    total = sum(
        weight * (_VALUES[character] if character in _VALUES else int(character))
        for weight, character in zip(_WEIGHTS, value, strict=True)
    )
    return value[8] == "0123456789X"[total % 11]


def _accepts_shape(shape: str) -> bool:
    return len(shape) == 17 and shape.endswith("9999") and set("9A") >= set(shape)


DETECTORS = (
    Detector(
        key="vin",
        data_class="vehicle_id",
        match=is_vin,
        random_rate=0.09,
        is_decisive=True,
        description="Vehicle identification number with check digit.",
        accepts_shape=_accepts_shape,
        proof="carry the check digit of a vehicle identification number",
    ),
    Detector(
        key="vin_form",
        data_class="vehicle_id",
        match=has_vin_form,
        random_rate=0.3,
        is_decisive=False,
        description="Form of a vehicle identification number without check digit.",
        accepts_shape=_accepts_shape,
        proof="have the form of a vehicle identification number",
    ),
)
