"""National identity numbers of further countries.

Each one is checked by python-stdnum: length, birth date where the number holds one, and checksum. All of them are
data class `national_id_other`; the key says which country. Numbers whose check passes more than one in seven random
values (Dutch BSN, Portuguese NIF, Chilean RUT, Israeli id …) decide only with many different values, as the binomial
test of the decision demands; nine-digit numbers never decide without the header's support.
"""

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

from stdnum.be import nn
from stdnum.bg import egn
from stdnum.ca import sin
from stdnum.cl import rut
from stdnum.cn import ric
from stdnum.cz import rc
from stdnum.ee import ik
from stdnum.fi import hetu
from stdnum.gb import nhs
from stdnum.gr import amka
from stdnum.hr import oib
from stdnum.in_ import pan
from stdnum.is_ import kennitala
from stdnum.kr import rrn
from stdnum.mx import curp
from stdnum.nl import bsn
from stdnum.no import fodselsnummer
from stdnum.pl import pesel
from stdnum.ro import cnp
from stdnum.se import personnummer
from stdnum.tr import tckimlik
from stdnum.za import idnr

from pursight_app.detectors.base import Detector, digits_between, one_of, passes


@dataclass(frozen=True, slots=True)
class _Scheme:
    """One country's number: its validator, which shapes it takes, and how often a random value of that shape passes."""

    key: str
    module: ModuleType
    name: str
    shape: Callable[[str], bool]
    random_rate: float
    is_decisive: bool = True


_SCHEMES = (
    _Scheme("pl_pesel", pesel, "Polish PESEL", digits_between(11, 11, separators=""), 0.02),
    _Scheme("se_personnummer", personnummer, "Swedish personnummer", digits_between(10, 12, separators="-+"), 0.01),
    _Scheme("no_fodselsnummer", fodselsnummer, "Norwegian fødselsnummer", digits_between(11, 11, separators=" "), 0.01),
    _Scheme("fi_hetu", hetu, "Finnish henkilötunnus", one_of("999999-999A", "999999A999A", "999999-9999"), 0.03),
    _Scheme("be_national_number", nn, "Belgian national number", digits_between(11, 11), 0.01),
    _Scheme("nl_bsn", bsn, "Dutch BSN", digits_between(9, 9, separators="."), 0.09, is_decisive=False),
    _Scheme("cz_birth_number", rc, "Czech or Slovak birth number", one_of("999999/9999", "9999999999"), 0.01),
    _Scheme("ro_cnp", cnp, "Romanian CNP", digits_between(13, 13, separators=""), 0.01),
    _Scheme("bg_egn", egn, "Bulgarian EGN", digits_between(10, 10, separators=""), 0.02),
    _Scheme("tr_kimlik", tckimlik, "Turkish kimlik number", digits_between(11, 11, separators=""), 0.01),
    _Scheme("hr_oib", oib, "Croatian OIB", digits_between(11, 11, separators=""), 0.1, is_decisive=False),
    _Scheme("gr_amka", amka, "Greek AMKA", digits_between(11, 11, separators=""), 0.01),
    _Scheme("ee_isikukood", ik, "Estonian or Lithuanian personal code", digits_between(11, 11, separators=""), 0.01),
    _Scheme("is_kennitala", kennitala, "Icelandic kennitala", one_of("999999-9999", "9999999999"), 0.01),
    _Scheme("za_id", idnr, "South African id number", digits_between(13, 13, separators=" "), 0.01),
    _Scheme("cn_resident_id", ric, "Chinese resident id", one_of("9" * 18, "9" * 17 + "A"), 0.01),
    _Scheme("kr_rrn", rrn, "Korean resident number", one_of("999999-9999999", "9" * 13), 0.01),
    _Scheme("mx_curp", curp, "Mexican CURP", lambda shape: len(shape) == 18 and shape.startswith("AAAA999999A"), 0.05),
    _Scheme("in_pan", pan, "Indian PAN", one_of("AAAAA9999A"), 0.43),
    _Scheme("cl_rut", rut, "Chilean RUT", one_of("99.999.999-9", "9.999.999-9", "99999999-9", "99.999.999-A"), 0.09),
    _Scheme("gb_nhs", nhs, "NHS number", one_of("999 999 9999", "999-999-9999", "9999999999"), 0.09, is_decisive=False),
    _Scheme("ca_sin", sin, "Canadian SIN", one_of("999 999 999", "999-999-999"), 0.08),
)


DETECTORS = tuple(
    Detector(
        key=scheme.key,
        data_class="national_id_other",
        match=passes(scheme.module),
        random_rate=scheme.random_rate,
        is_decisive=scheme.is_decisive,
        description=f"{scheme.name}: structure and checksum.",
        accepts_shape=scheme.shape,
        proof=f"pass the checks of the {scheme.name}",
    )
    for scheme in _SCHEMES
)
