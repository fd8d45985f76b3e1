"""The generators of labelled columns that were written apart from the first one."""

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from itertools import groupby
from pathlib import Path

import pytest
from stdnum import iban, luhn
from stdnum.br import cpf
from stdnum.de import idnr
from stdnum.es import nif
from stdnum.fr import nir
from stdnum.in_ import aadhaar
from stdnum.it import codicefiscale

from pursight_app.assistant.corpus import LabelledColumn
from pursight_app.assistant.corpus_second import generate_second
from pursight_app.assistant.corpus_third import generate_third
from pursight_app.core.taxonomy import TAXONOMY

ROOT = Path(__file__).resolve().parents[2]
GENERATORS = {"second": generate_second, "third": generate_third}
CHECKSUMS: dict[str, Callable[[str], bool]] = {
    "iban": iban.is_valid,
    "de_tax_id": idnr.is_valid,
    "fr_nir": nir.is_valid,
    "in_aadhaar": aadhaar.is_valid,
    "br_cpf": cpf.is_valid,
    "es_dni_nie": nif.is_valid,
    "it_codice_fiscale": codicefiscale.is_valid,
}


@pytest.fixture(scope="module", params=GENERATORS)
def columns(request: pytest.FixtureRequest) -> list[LabelledColumn]:
    return GENERATORS[request.param](tables=200, seed=11)


def filled(column: LabelledColumn) -> list[str]:
    return [value for value in column.values if value and value.strip()]


def test_every_class_occurs_often_enough_and_no_other(columns: list[LabelledColumn]) -> None:
    counts = Counter(column.label for column in columns)

    assert set(counts) == set(TAXONOMY)
    assert {label: count for label, count in counts.items() if count < 8} == {}
    assert 1_300 < len(columns) < 2_000


def test_tables_have_4_to_15_columns_and_8_to_200_rows(columns: list[LabelledColumn]) -> None:
    for _, group in groupby(columns, key=lambda column: (column.table, column.table_columns)):
        table = list(group)
        assert [column.column for column in table] == list(table[0].table_columns)
        assert 4 <= len(table) <= 15
        assert len({len(column.values) for column in table}) == 1
        assert 8 <= len(table[0].values) <= 200


def test_no_column_is_empty_and_some_have_gaps(columns: list[LabelledColumn]) -> None:
    assert [column.column for column in columns if not filled(column)] == []
    assert any(value is None for column in columns for value in column.values)


@pytest.mark.parametrize("name", GENERATORS)
def test_seeds_differ_and_a_seed_repeats(name: str) -> None:
    first, again, other = (GENERATORS[name](tables=5, seed=seed) for seed in (1, 1, 2))

    assert first == again
    assert first != other


@pytest.mark.parametrize("name", GENERATORS)
def test_processes_make_the_same_columns(name: str) -> None:
    code = (
        f"import hashlib; from pursight_app.assistant.corpus_{name} import generate_{name} as make;"
        "print(hashlib.sha256(repr(make(tables=60, seed=3)).encode()).hexdigest())"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed in ("1", "2")
    }

    assert len(printed) == 1


@pytest.mark.parametrize("label", CHECKSUMS)
def test_checksums_hold_where_they_are_promised(label: str) -> None:
    values = [
        value for column in generate_second(tables=120, seed=5) if column.label == label for value in filled(column)
    ]

    assert values
    assert [value for value in values if not CHECKSUMS[label](value.strip().replace("-", ""))] == []


def test_card_numbers_pass_luhn() -> None:
    columns = [column for column in generate_second(tables=120, seed=5) if column.label == "credit_card"]

    assert columns
    assert all(luhn.is_valid(value.replace(" ", "").replace("-", "")) for column in columns for value in filled(column))


def test_published_files_are_dirty() -> None:
    columns = generate_third(tables=200, seed=5)
    values = {value for column in columns for value in column.values if value}

    assert {"NA", "-", "**"} <= values
    assert any(re.fullmatch(r"\d\.\d{5}E\+1[45]", value) for value in values)
    assert any(re.fullmatch(r"\d{4}\.0", value) for value in values)
    assert any(value != value.rstrip() for value in values)


def test_the_two_generators_share_no_table() -> None:
    second, third = (
        {(column.table, column.table_columns) for column in make(tables=40, seed=1)} for make in GENERATORS.values()
    )

    assert not second & third
