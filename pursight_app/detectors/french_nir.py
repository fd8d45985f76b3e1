"""French social-security numbers (NIR, numéro INSEE).

Matches fifteen characters: sex, year, month, department (2A and 2B for Corsica), municipality, serial and the two-digit
key (97 minus the number modulo 97), plain or in groups. Does not match the thirteen characters without key.
"""

from stdnum.fr import nir

from pursight_app.detectors.base import Detector, compact


def is_fr_nir(value: str) -> bool:
    """True when the key is right and the first digit is one that INSEE assigns."""
    number = compact(value)
    return number[:1] in set("123478") and bool(nir.is_valid(number))


def _accepts_shape(shape: str) -> bool:
    return 15 <= len(shape) <= 23 and 14 <= shape.count("9") <= 15 and set("9 .-Aa") >= set(shape)


DETECTORS = (
    Detector(
        key="fr_nir",
        data_class="fr_nir",
        match=is_fr_nir,
        random_rate=0.01,
        is_decisive=True,
        description="French social-security number: key modulo 97.",
        accepts_shape=_accepts_shape,
        proof="pass the NIR key",
    ),
)
