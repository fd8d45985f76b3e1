"""Diagnosis codes of the International Classification of Diseases.

`icd10` matches a chapter letter, two digits (or digit and letter) and up to four characters behind a dot: `K35.80`, `R05`.
Without a dot the form is that of a shelf or seat number, so it needs support; `icd10_dotted` asks for the dot. Bare
ICD-9 codes (`250.00`) look like amounts and are left to header and model.
"""

import re

from pursight_app.detectors.base import Detector

_ICD10 = re.compile(r"[A-TV-Z]\d[0-9AB](?:\.?[0-9A-TV-Z]{1,4})?")
_DOTTED = re.compile(r"[A-TV-Z]\d[0-9AB]\.[0-9A-Z]{1,4}")


def is_icd10(value: str) -> bool:
    """True for the form of an ICD-10 code, with or without dot."""
    return _ICD10.fullmatch(value) is not None


def is_icd10_dotted(value: str) -> bool:
    """True for an ICD-10 code with its dot."""
    return _DOTTED.fullmatch(value) is not None


def _accepts_shape(shape: str) -> bool:
    return 3 <= len(shape) <= 8 and shape.startswith("A9")


DETECTORS = (
    Detector(
        key="icd10",
        data_class="icd_code",
        match=is_icd10,
        random_rate=0.9,
        is_decisive=False,
        description="Form of an ICD-10 code.",
        accepts_shape=_accepts_shape,
        proof="have the form of an ICD-10 code",
    ),
    Detector(
        key="icd10_dotted",
        data_class="icd_code",
        match=is_icd10_dotted,
        random_rate=0.5,
        is_decisive=False,
        description="ICD-10 code with its dot.",
        accepts_shape=_accepts_shape,
        proof="are dotted ICD-10 codes",
    ),
)
