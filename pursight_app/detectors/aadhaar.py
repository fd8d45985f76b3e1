"""Indian Aadhaar numbers.

Matches twelve digits, plain or in groups of four, that do not begin with 0 or 1, are no palindrome and carry the
Verhoeff check digit. Does not match the 16-digit virtual id.
"""

from stdnum.in_ import aadhaar

from pursight_app.detectors.base import Detector, digits_between, passes

DETECTORS = (
    Detector(
        key="in_aadhaar",
        data_class="in_aadhaar",
        match=passes(aadhaar),
        random_rate=0.08,
        is_decisive=True,
        description="Indian Aadhaar number: checksum.",
        accepts_shape=digits_between(12, 12),
        proof="pass the Verhoeff checksum of Aadhaar",
    ),
)
