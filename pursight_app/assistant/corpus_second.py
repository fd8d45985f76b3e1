"""The second generator of labelled columns: tables as databases and warehouses of companies hold them."""

import random

from pursight_app.assistant.corpus import LabelledColumn
from pursight_app.assistant.corpus_second_care import CARE
from pursight_app.assistant.corpus_second_office import OFFICE
from pursight_app.assistant.corpus_second_systems import SYSTEMS
from pursight_app.assistant.corpus_second_trade import TRADE
from pursight_app.assistant.corpus_styles import Family, assemble

_LOCALES = (
    "en_US",
    "en_US",
    "en_GB",
    "en_IN",
    "de_DE",
    "fr_FR",
    "es_ES",
    "it_IT",
    "pt_BR",
    "nl_NL",
    "pl_PL",
    "sv_SE",
    "tr_TR",
    "ja_JP",
    "cs_CZ",
    "da_DK",
    "fi_FI",
)


def generate_second(*, tables: int, seed: int) -> list[LabelledColumn]:
    """The columns of `tables` tables of 4 to 15 columns; the same seed gives the same columns."""
    return assemble(_FAMILY, tables=tables, seed=seed)


def _snake(header: str) -> str:
    return header if header.isupper() else header.replace(" ", "_")


def _camel(header: str) -> str:
    first, *others = header.split()
    return header.replace(" ", "") if header.isupper() else first + "".join(word.capitalize() for word in others)


def _pascal(header: str) -> str:
    return "".join(word if word.isupper() else word.capitalize() for word in header.split())


def _shouted(header: str) -> str:
    return header.replace(" ", "_").upper()


def _flat(header: str) -> str:
    return header.replace(" ", "").lower()


def _finish(choose: random.Random, values: list[str | None]) -> list[str | None]:
    # Fixed-width columns of old systems come padded with blanks.
    if choose.random() < 0.03:
        return [value and value + " " * choose.randint(1, 4) for value in values]
    return values


_FAMILY = Family(
    name="second",
    themes=(*TRADE, *OFFICE, *CARE, *SYSTEMS),
    locales=_LOCALES,
    casings=(
        _snake,
        _snake,
        _snake,
        _camel,
        _pascal,
        _shouted,
        _flat,
        lambda header: f"src_{_snake(header)}",
        lambda header: f"c_{_snake(header)}",
        lambda header: f"Z{_shouted(header)}",
    ),
    silent_headers=("c{}", "V{}", "field_{}", "col{}", "attr_{}", "X{}", "ZZ_FLD{}", "udf{}", "value_{}", "data{}"),
    missing=(None, None, None, None, ""),
    finish=_finish,
)
