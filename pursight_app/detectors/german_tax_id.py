"""German tax identification number (Steuer-Identifikationsnummer).

Matches eleven digits with the ISO 7064 mod 11,10 check digit in which, among the first ten, exactly one digit occurs
twice or three times. Does not match the older Steuernummer of a tax office.
"""

from stdnum.de import idnr

from pursight_app.detectors.base import Detector, digits_between, passes

DETECTORS = (
    Detector(
        key="de_tax_id",
        data_class="de_tax_id",
        match=passes(idnr),
        random_rate=0.003,
        is_decisive=True,
        description="German tax identification number (Steuer-Identifikationsnummer): checksum.",
        accepts_shape=digits_between(11, 11),
        proof="pass the checksum of the German tax id",
    ),
)
