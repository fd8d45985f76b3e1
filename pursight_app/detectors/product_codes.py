"""Identifiers of products, securities, publications, devices and consignments: never personal data.

ISBN, ISSN, EAN/UPC, ISIN, LEI, CUSIP, CAS registry number, ORCID/ISNI, DOI, container numbers (ISO 6346), IMO ship numbers and
UPS consignments, each with its checksum. Their use is as much to win against a personal number of the same length as to
name the class. The device number IMEI counts only at 15 digits with its reporting-body prefix.
"""

import re
from collections.abc import Callable

from stdnum import casrn, cusip, ean, imo, isbn, isin, isni, iso6346, issn, lei

from pursight_app.detectors.base import Detector, compact, digits_between, one_of, only, passes
from pursight_app.detectors.credit_card import passes_luhn

_DOI = re.compile(r"(?:doi:|https?://(?:dx\.)?doi\.org/)?10\.\d{4,9}/\S{1,200}")
_IMEI = re.compile(r"(?:01|35|86|99)\d{13}")
_UPS = re.compile(r"1Z[A-Z0-9]{16}")


def _is_imei(value: str) -> bool:
    number = compact(value)
    return _IMEI.fullmatch(number) is not None and passes_luhn(number)


def _is_doi(value: str) -> bool:
    return _DOI.fullmatch(value) is not None


def _is_ups(value: str) -> bool:
    return _UPS.fullmatch(compact(value)) is not None


def _detector(
    key: str, match: Callable[[str], bool], shape: Callable[[str], bool], rate: float, *, decisive: bool = True, of: str
) -> Detector:
    return Detector(
        key=key,
        data_class="identifier",
        match=match,
        random_rate=rate,
        is_decisive=decisive,
        description=f"{of}: structure and checksum.",
        accepts_shape=shape,
        proof=f"pass the checks of the {of}",
    )


def _accepts_isin_shape(shape: str) -> bool:
    return len(shape) == 12 and shape.startswith("AA") and shape.endswith("9")


def _accepts_doi_shape(shape: str) -> bool:
    return len(shape) >= 9 and "99.9999" in shape[:32] and "/" in shape


DETECTORS = (
    _detector("isbn", passes(isbn), only("9A- ", shortest=10, longest=17), 0.09, of="ISBN"),
    _detector("issn", passes(issn), one_of("9999-9999", "9999-999A"), 0.09, of="ISSN"),
    _detector("ean", passes(ean), one_of("9" * 12, "9" * 13), 0.1, decisive=False, of="EAN or UPC article number"),
    _detector("isin", passes(isin), _accepts_isin_shape, 0.03, of="ISIN of a security"),
    _detector("lei", passes(lei), only("9A", shortest=20, longest=20), 0.01, of="legal entity identifier"),
    _detector("cusip", passes(cusip), only("9A", shortest=9, longest=9), 0.1, decisive=False, of="CUSIP of a security"),
    _detector("casrn", passes(casrn), lambda shape: shape.endswith("9-99-9") and len(shape) >= 7, 0.1, of="CAS number"),
    _detector("isni", passes(isni), one_of("9999-9999-9999-9999", "9999-9999-9999-999A"), 0.1, of="ORCID or ISNI"),
    _detector("iso6346", passes(iso6346), one_of("AAAA9999999", "AAAA 999999 9"), 0.02, of="container number"),
    _detector("imo", passes(imo), one_of("AAA 9999999", "AAA9999999"), 0.1, of="IMO ship number"),
    _detector(
        "ups_tracking", _is_ups, lambda shape: shape.startswith("9A") and 18 <= len(shape) <= 26, 0.02, of="UPS number"
    ),
    _detector("imei", _is_imei, digits_between(15, 15, separators=" -"), 0.004, of="IMEI of a device"),
    _detector("doi", _is_doi, _accepts_doi_shape, 0.001, of="DOI of a publication"),
)
