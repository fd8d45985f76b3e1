"""Currency codes (ISO 4217).

Matches the three-letter codes of current currencies in capitals, e.g. `EUR`. Names and symbols of currencies are left to
the model. Three random letters pass in about 1 %, so a column full of different codes decides.
"""

from pursight_app.detectors.base import Detector, iso_list, one_of

CODES = frozenset(iso_list("currency").split())
"""ISO 4217 codes in use."""

DETECTORS = (
    Detector(
        key="currency_code",
        data_class="currency_code",
        match=CODES.__contains__,
        random_rate=0.01,
        is_decisive=True,
        description="ISO 4217 currency code.",
        accepts_shape=one_of("AAA"),
        proof="are ISO 4217 currency codes",
    ),
)
