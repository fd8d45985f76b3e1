"""What `suggest` answers, what it refuses to believe, and that nothing stored can break it."""

import gzip
import json
import random
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from pursight_app.core.taxonomy import TAXONOMY, Sensitivity
from pursight_app.detectors.base import ColumnSample
from pursight_app.services.classification import Verdict, suggest

DEV_COLUMNS = Path(__file__).parents[2].parent / "shared" / "data" / "columns_dev.jsonl.gz"


def ask(column: str, values: list[str | None], table_columns: tuple[str, ...] = (), table: str = "t") -> Verdict:
    return suggest([ColumnSample(table, column, tuple(values), table_columns)])[0]


def drawn(count: int, low: int, high: int) -> list[str | None]:
    choose = random.Random(5)
    return [str(choose.randint(low, high)) for _ in range(count)]


IBANS: list[str | None] = ["DE42540398888938122401", "DE09959453810133388744", "ES5368852347462416931116"]
CARDS: list[str | None] = ["4111111111111111", "5545634085461876", "378282246310005", "4916429195104076"]


def test_order_and_number_of_answers_are_those_of_the_columns() -> None:
    verdicts = suggest(
        [
            ColumnSample("t", "iban", tuple(IBANS)),
            ColumnSample("t", "empty", ()),
            ColumnSample("t", "card", tuple(CARDS)),
        ]
    )
    assert [verdict.data_class for verdict in verdicts] == ["iban", None, "credit_card"]
    assert suggest([]) == []


@pytest.mark.parametrize("values", [[], [None], ["", None, "  "]])
def test_column_without_values_is_not_guessed(values: list[str | None]) -> None:
    verdict = ask("email", values)
    assert (verdict.data_class, verdict.confidence, verdict.sensitivity) == (None, 0.0, None)
    assert verdict.evidence.reasons_against == ("no values",)


@pytest.mark.parametrize("header", ["iban", "c7", "description"])
def test_checksummed_numbers_win_under_any_header(header: str) -> None:
    verdict = ask(header, IBANS)
    assert verdict.data_class == "iban"
    assert verdict.confidence > 0.9
    assert verdict.sensitivity is Sensitivity.RESTRICTED
    assert verdict.regulations == ("GDPR", "CCPA")


def test_evidence_is_in_sentences_and_numbers_without_a_raw_value() -> None:
    evidence = ask("iban", [*IBANS, "not known"]).evidence
    assert evidence.detector == "iban"
    assert (evidence.matched, evidence.tested, evidence.distinct) == (3, 4, 3)
    assert (
        "75% of 4 different values pass the IBAN checksum; a random value of this form does so in 1%"
        in evidence.reasons_for
    )
    assert "header word `iban`" in evidence.reasons_for
    text = json.dumps(evidence.as_json())
    assert not any(str(value)[2:] in text for value in IBANS)
    assert evidence.model_version
    assert evidence.detector_version


def test_a_secret_is_shown_by_its_length_alone() -> None:
    verdict = ask("key", ["AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE", "AKIA5CCJMYRGHVM7ZAAM"])
    assert verdict.data_class == "api_key"
    assert set(verdict.evidence.examples) == {"(20 characters)"}


TRAPS: dict[str, tuple[str, list[str | None]]] = {
    "ticket keys": ("ref", [f"SCN-{number}" for number in range(100, 160)]),
    "academic years": ("ACADEMIC_YEAR_CODE", ["1999", "2000"] * 30),
    "verified flag": ("email_verified", ["0", "1"] * 30),
    "phone flag": ("phone", ["yes", "no"] * 30),
    "versions under a plain header": ("version", ["1.2.3.4", "1.4.0.2", "2.0.0.1", "2.1.3.0"] * 8),
    "versions without header": ("c4", [f"1.{number}.0.{number % 7}" for number in range(30)]),
    "order numbers": ("order_number", drawn(60, 10**9, 10**10)),
    "long references": ("reference", drawn(400, 10**15, 10**16)),
    "epoch seconds": ("created", drawn(80, 1_500_000_000, 1_780_000_000)),
    "devices": ("serial_number", ["356938035643809", "490154203237518", "352099001761481"]),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_harmless_values_are_not_called_sensitive(trap: str) -> None:
    header, values = TRAPS[trap]
    verdict = ask(header, values)
    assert verdict.sensitivity is None or not verdict.sensitivity.is_sensitive, (verdict.data_class, verdict.confidence)


@pytest.mark.parametrize(
    ("header", "values", "expected"),
    [
        ("mail", ["jane@example.com", "bob@example.org", "li@example.net"], "email"),
        ("ssn", ["536-22-1234", "219-10-9999", "401-55-1010"], "us_ssn"),
        ("src_ip", ["218.237.65.47", "103.20.193.208", "8.8.8.8"], "ip_address"),
        ("x1", ["00:1b:44:11:3a:b7", "a0:b1:c2:d3:e4:f5"], "mac_address"),
        ("is_active", ["true", "false"] * 10, "boolean"),
        ("date_of_birth", ["1961-02-03", "1984-11-30", "1972-06-17", "1990-01-09"], "date_of_birth"),
        ("first_name", ["Anna", "Peter", "Maria", "John", "Sofia"], "first_name"),
        ("bank_bic", ["DEUTDEFF", "BNPAFRPP", "CHASUS33", "INGBNL2A"], "swift_bic"),
    ],
)
def test_clear_columns_are_named(header: str, values: list[str | None], expected: str) -> None:
    assert ask(header, values).data_class == expected


def test_ten_addresses_among_a_thousand_comments_are_found() -> None:
    values: list[str | None] = [f"All fine with order {number}, thanks" for number in range(990)]
    verdict = ask("comment", [*values, *(f"Please write to jane{number}@example.com" for number in range(10))])
    assert verdict.data_class == "free_text_pii"
    assert "10 of 1000 values hold an e-mail address" in verdict.evidence.reasons_for
    assert not any("jane" in example for example in verdict.evidence.examples)


@pytest.mark.parametrize(
    "text", ["x" * 10_000, "a\x00b", "\ud800", "😀", "\u202eabc", "", "\n\n", "9" * 4000, "1e400", "nan"]
)
def test_hostile_header_and_values_raise_nothing(text: str) -> None:
    verdict = suggest([ColumnSample(text, text, (text, None, text + "1"), (text, text))])[0]
    json.dumps(verdict.evidence.as_json())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.text(st.characters(codec=None), max_size=40),
    st.lists(st.one_of(st.none(), st.text(st.characters(codec=None), max_size=40)), max_size=6),
)
def test_any_column_gets_a_verdict_of_the_taxonomy(header: str, values: list[str | None]) -> None:
    verdict = ask(header, values, (header, "other"))
    assert 0 <= verdict.confidence <= 1
    assert verdict.data_class is None or verdict.data_class in TAXONOMY
    if verdict.data_class:
        assert verdict.regulations == TAXONOMY[verdict.data_class].regulations


def test_clear_sensitive_columns_of_public_data_are_named() -> None:
    if not DEV_COLUMNS.exists():
        pytest.skip(f"the labelled columns are not at {DEV_COLUMNS}; they are not part of the product")
    records = [json.loads(line) for line in gzip.decompress(DEV_COLUMNS.read_bytes()).splitlines()]
    clear = {"email", "iban", "uuid", "mac_address", "jwt", "ip_address", "it_codice_fiscale", "br_cpf", "de_tax_id"}
    chosen = [record for record in records if record["label"] in clear]
    verdicts = suggest(
        [ColumnSample(record["table"], "c1", tuple(record["values"]), ("c1", "c2")) for record in chosen]
    )
    wrong = [
        record["id"] for record, verdict in zip(chosen, verdicts, strict=True) if verdict.data_class != record["label"]
    ]
    assert len(chosen) >= 20
    assert wrong == []


def run_classify(text: str) -> list[dict[str, object]]:
    import typer

    from pursight_app.cli.classify import classify

    app = typer.Typer()
    app.command()(classify)
    result = CliRunner().invoke(app, ["-"], input=text)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_command_answers_line_by_line_and_survives_bad_ones() -> None:
    good = json.dumps({"id": 1, "table": "t", "column": "iban", "values": IBANS})
    lines = [
        good,
        "{broken",
        '{"id": "b", "column": 3}',
        "[]",
        json.dumps({"id": 2, "column": "n", "values": [1, 2.5, None, True]}),
    ]
    answers = run_classify("\n".join(lines) + "\n")
    assert len(answers) == 5
    assert answers[0]["data_class"] == "iban"
    assert set(answers[0]) == {"id", "data_class", "confidence", "sensitivity", "regulations", "evidence"}
    assert "error" in answers[1]
    assert answers[2]["id"] == "b"
    assert "error" in answers[2]
    assert "error" in answers[3]
    assert answers[4]["id"] == 2
    assert "error" not in answers[4]


def many_lines(count: int) -> str:
    """Every hundredth line is broken, every other one says its own number."""
    good = (json.dumps({"id": line, "column": "n", "values": [str(line)]}) for line in range(count))
    return "".join("{broken\n" if line % 100 == 99 else f"{text}\n" for line, text in enumerate(good))


def test_command_keeps_the_order_of_many_lines_over_all_processors() -> None:
    answers = run_classify(many_lines(1050))
    assert [line for line, answer in enumerate(answers) if "error" in answer] == list(range(99, 1050, 100))
    assert [answer["id"] for answer in answers if "id" in answer] == [line for line in range(1050) if line % 100 != 99]


def test_command_leaves_nobody_behind_when_its_reader_goes(tmp_path: Path) -> None:
    asked = tmp_path / "columns.jsonl"
    asked.write_text(many_lines(20_000))
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-m", "pursight_app", "classify", str(asked)], cwd=root, stdout=subprocess.PIPE, text=True
    ) as command:
        assert command.stdout is not None
        assert json.loads(command.stdout.readline())["id"] == 0
        group = psutil.Process(command.pid)
        deadline = time.monotonic() + 20
        while not (children := group.children(recursive=True)) and time.monotonic() < deadline:
            command.stdout.readline()
        assert children
        command.stdout.close()
        command.wait(30)
    assert psutil.wait_procs(children, timeout=10)[1] == []


def test_command_refuses_an_unknown_file_with_one_sentence() -> None:
    import typer

    from pursight_app.cli.classify import classify

    app = typer.Typer()
    app.command()(classify)
    result = CliRunner().invoke(app, ["/no/such/file.jsonl"])
    assert result.exit_code == 2
    assert "Cannot read /no/such/file.jsonl" in result.stderr
