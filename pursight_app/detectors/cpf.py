"""Brazilian CPF numbers.

Matches eleven digits, plain or as `123.456.789-09`, with both mod 11 check digits. Does not match the CNPJ of companies.
"""

from stdnum.br import cpf

from pursight_app.detectors.base import Detector, digits_between, passes

DETECTORS = (
    Detector(
        key="br_cpf",
        data_class="br_cpf",
        match=passes(cpf),
        random_rate=0.008,
        is_decisive=True,
        description="Brazilian CPF number: checksum.",
        accepts_shape=digits_between(11, 11),
        proof="pass both checksums of the CPF",
    ),
)
