"""Italian codice fiscale of persons.

Matches sixteen characters: consonants of surname and name, birth date, municipality and the control letter; the letters
that replace digits when two persons would share a code (omocodia) too. Does not match the eleven digits of companies.
"""

from stdnum.it import codicefiscale

from pursight_app.detectors.base import Detector


def is_it_codice_fiscale(value: str) -> bool:
    """True when the birth date exists and the control letter is right."""
    return bool(codicefiscale.is_valid(value))


def _accepts_shape(shape: str) -> bool:
    return len(shape) == 16 and shape.upper().startswith("AAAAAA") and shape[-1] in "Aa"


DETECTORS = (
    Detector(
        key="it_codice_fiscale",
        data_class="it_codice_fiscale",
        match=is_it_codice_fiscale,
        random_rate=0.01,
        is_decisive=True,
        description="Italian codice fiscale: birth date and control letter.",
        accepts_shape=_accepts_shape,
        proof="carry the control letter of a codice fiscale",
    ),
)
