"""Country names and codes (ISO 3166-1).

`country_name` matches English short names and common variants ("USA", "Czechia", "South Korea"), `country_code` the
alpha-2 and alpha-3 codes in capitals. Neither decides alone: `CA` is also California, `Georgia` also a state. Names in
other languages are left to the model.
"""

from pursight_app.detectors.base import Detector, iso_list, one_of

ALPHA_2 = frozenset(iso_list("alpha_2").split())
"""ISO 3166-1 alpha-2 codes in use."""
ALPHA_3 = frozenset(iso_list("alpha_3").split())
"""ISO 3166-1 alpha-3 codes in use."""
NAMES = frozenset(iso_list("country").split("|"))
"""English country names and their usual variants, lower case."""


def is_country_name(value: str) -> bool:
    """True for an English country name in any case."""
    return value.lower() in NAMES


def is_country_code(value: str) -> bool:
    """True for an alpha-2 or alpha-3 code in capitals."""
    return value in ALPHA_2 or value in ALPHA_3


def _accepts_name_shape(shape: str) -> bool:
    return 2 <= len(shape) <= 40 and "9" not in shape


DETECTORS = (
    Detector(
        key="country_name",
        data_class="country",
        match=is_country_name,
        random_rate=0.01,
        is_decisive=False,
        description="English country name.",
        accepts_shape=_accepts_name_shape,
        proof="are country names",
    ),
    Detector(
        key="country_code",
        data_class="country",
        match=is_country_code,
        random_rate=0.36,
        is_decisive=False,
        description="ISO 3166-1 country code of two or three letters.",
        accepts_shape=one_of("AA", "AAA"),
        proof="are ISO country codes",
    ),
)
