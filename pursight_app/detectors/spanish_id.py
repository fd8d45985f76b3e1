"""Spanish personal numbers: DNI of citizens and NIE of foreigners.

Matches eight digits, or X, Y, Z and seven digits, followed by the letter that the number modulo 23 demands. A random
letter is right in 4 %. Does not match the CIF of companies.
"""

from stdnum.es import dni, nie

from pursight_app.detectors.base import Detector, compact


def is_es_dni_nie(value: str) -> bool:
    """True when the control letter is right."""
    number = compact(value).upper()
    return bool(dni.is_valid(number) or nie.is_valid(number))


def _accepts_shape(shape: str) -> bool:
    return 9 <= len(shape) <= 12 and shape[-1:] in {"A", "a"} and 7 <= shape.count("9") <= 8


DETECTORS = (
    Detector(
        key="es_dni_nie",
        data_class="es_dni_nie",
        match=is_es_dni_nie,
        random_rate=0.04,
        is_decisive=True,
        description="Spanish DNI or NIE: control letter.",
        accepts_shape=_accepts_shape,
        proof="carry the control letter of a Spanish DNI or NIE",
    ),
)
