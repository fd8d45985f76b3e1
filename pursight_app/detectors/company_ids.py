"""Company and tax registration numbers.

`eu_vat` matches a member state's VAT number with its country prefix and checksum. Further keys: Brazilian CNPJ, French
SIRET and SIREN, Australian ABN, Indian GSTIN, Mexican RFC, Spanish CIF, UK VAT, Argentine CUIT, Polish NIP, Norwegian organisation
number, US EIN. SIREN, NIP and other short numbers pass a random value in 10 %, and EIN has no checksum: they need the header's or
the model's support.
"""

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

from stdnum.ar import cuit
from stdnum.au import abn
from stdnum.br import cnpj
from stdnum.es import cif
from stdnum.eu import vat
from stdnum.fr import siren, siret
from stdnum.gb import vat as gb_vat
from stdnum.in_ import gstin
from stdnum.mx import rfc
from stdnum.no import orgnr
from stdnum.pl import nip
from stdnum.us import ein

from pursight_app.detectors.base import Detector, digits_between, one_of, passes


@dataclass(frozen=True, slots=True)
class _Scheme:
    """One register's number: its validator, which shapes it takes, and how often a random value of that shape passes."""

    key: str
    module: ModuleType
    name: str
    shape: Callable[[str], bool]
    random_rate: float
    is_decisive: bool = True


def _accepts_vat_shape(shape: str) -> bool:
    return 10 <= len(shape) <= 18 and shape.startswith("AA") and shape.count("9") >= 7


def _accepts_rfc_shape(shape: str) -> bool:
    return 12 <= len(shape) <= 16 and shape.startswith(("AAA9", "AAAA9", "AAA 9", "AAAA 9", "AAA-9", "AAAA-9"))


_SCHEMES = (
    _Scheme("eu_vat", vat, "EU VAT number", _accepts_vat_shape, 0.08),
    _Scheme("br_cnpj", cnpj, "Brazilian CNPJ", digits_between(14, 14), 0.01),
    _Scheme("fr_siret", siret, "French SIRET", digits_between(14, 14), 0.01),
    _Scheme("fr_siren", siren, "French SIREN", digits_between(9, 9, separators=" "), 0.1, is_decisive=False),
    _Scheme("au_abn", abn, "Australian ABN", digits_between(11, 11, separators=" "), 0.01),
    _Scheme("in_gstin", gstin, "Indian GSTIN", one_of("99AAAAA9999A9A9", "99AAAAA9999A9AA"), 0.02),
    _Scheme("mx_rfc", rfc, "Mexican RFC", _accepts_rfc_shape, 0.2, is_decisive=False),
    _Scheme("es_cif", cif, "Spanish CIF", one_of("A99999999", "A9999999A", "A-99999999"), 0.08),
    _Scheme("gb_vat", gb_vat, "UK VAT number", one_of("AA 999 9999 99", "AA999999999", "999 9999 99"), 0.02),
    _Scheme("ar_cuit", cuit, "Argentine CUIT", one_of("99-99999999-9", "99999999999"), 0.03),
    _Scheme(
        "pl_nip", nip, "Polish NIP", one_of("999-999-99-99", "999-99-99-999", "9999999999"), 0.09, is_decisive=False
    ),
    _Scheme(
        "no_orgnr", orgnr, "Norwegian organisation number", one_of("999 999 999", "9" * 9), 0.09, is_decisive=False
    ),
    _Scheme("us_ein", ein, "US EIN", one_of("99-9999999"), 0.8, is_decisive=False),
)


DETECTORS = tuple(
    Detector(
        key=scheme.key,
        data_class="tax_or_company_id",
        match=passes(scheme.module),
        random_rate=scheme.random_rate,
        is_decisive=scheme.is_decisive,
        description=f"{scheme.name}: structure and checksum.",
        accepts_shape=scheme.shape,
        proof=f"pass the checks of the {scheme.name}",
    )
    for scheme in _SCHEMES
)
