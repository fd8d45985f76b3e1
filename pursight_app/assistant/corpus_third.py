"""The third generator of labelled columns: tables as portals, data collections and surveys publish them."""

import random
import re

from pursight_app.assistant.corpus import LabelledColumn
from pursight_app.assistant.corpus_styles import Family, assemble
from pursight_app.assistant.corpus_third_mock import MOCK
from pursight_app.assistant.corpus_third_persons import PERSONS
from pursight_app.assistant.corpus_third_public import PUBLIC

_LOCALES = (
    *(
        "en_US",
        "en_US",
        "en_US",
        "en_AU",
        "en_CA",
        "de_AT",
        "de_CH",
        "fr_CA",
        "es_MX",
        "pt_PT",
        "ro_RO",
        "hu_HU",
        "no_NO",
    ),
    *("hr_HR", "el_GR", "id_ID", "vi_VN", "uk_UA", "ru_RU", "zh_CN", "ko_KR"),
)


def generate_third(*, tables: int, seed: int) -> list[LabelledColumn]:
    """The columns of `tables` tables of 4 to 15 columns; the same seed gives the same columns."""
    return assemble(_FAMILY, tables=tables, seed=seed)


def _as_written(header: str) -> str:
    return header


def _titled(header: str) -> str:
    return header if header.isupper() else header.title()


def _lowered(header: str) -> str:
    return re.sub(r"[\s-]+", "_", header.lower())


def _shouted(header: str) -> str:
    return header.upper()


def _dotted(header: str) -> str:
    # What read.csv of R makes of a header.
    return re.sub(r"[^\w]", ".", header)


def _finish(choose: random.Random, values: list[str | None]) -> list[str | None]:
    filled = [value for value in values if value]
    is_whole = all(re.fullmatch(r"-?\d{1,15}", value) for value in filled)
    chance = choose.random()
    if is_whole and chance < 0.12:
        # A spreadsheet made floats of whole numbers because one cell was empty; leading zeros went with it.
        return [f"{int(value)}.0" if value and value.lstrip("-").isdigit() else value for value in values]
    if chance < 0.05:
        return [value and value + choose.choice((" ", "", "  ")) for value in values]
    if chance > 0.94 and not any(mark.isdigit() for value in filled for mark in value):
        return [value and value + choose.choice(("", "", "", "*", "[1]")) for value in values]
    return values


_FAMILY = Family(
    name="third",
    themes=(*PERSONS, *MOCK, *PUBLIC),
    locales=_LOCALES,
    casings=(_as_written, _as_written, _titled, _lowered, _lowered, _shouted, _dotted),
    silent_headers=(
        "V{}",
        "X{}",
        "Unnamed: {}",
        "Column{}",
        "c{}",
        "var{}",
        "Q{}",
        "field{}",
        "...{}",
        "col_{}",
        "A{}",
    ),
    missing=(None, None, None, "NA", "", "-", "n/a", "NULL", ".", "**", "?", "nan", "Unknown"),
    finish=_finish,
)
