"""What other classifiers are known to get wrong: false positives from their issues, random digits, and dirt of real files.

Every case is asked of the shipped model through the whole classifier, under headers that mislead or say nothing.
"""

import random
from collections.abc import Callable, Sequence

import pytest

from pursight_app.core.masking import mask
from pursight_app.core.taxonomy import TAXONOMY, Sensitivity
from pursight_app.detectors.base import ColumnSample
from pursight_app.services.classification import Verdict, suggest

NEUTRAL = ("c7", "field_12", "V3", "data", "misc")
ROWS = 120


def ask(header: str, values: Sequence[str | None], *, table: str = "t", others: Sequence[str] = ()) -> Verdict:
    [verdict] = suggest([ColumnSample(table, header, tuple(values), (header, *others))])
    return verdict


def is_sensitive(verdict: Verdict) -> bool:
    return verdict.sensitivity in {Sensitivity.CONFIDENTIAL, Sensitivity.RESTRICTED}


def digits(length: int, seed: int) -> list[str]:
    choose = random.Random(seed)
    return [str(choose.randrange(10 ** (length - 1), 10**length)) for _ in range(ROWS)]


# Reported against other products: (where, header, values, neighbours).
REPORTED = {
    "academic years under a code (OpenMetadata #29049)": ("ACADEMIC_YEAR_CODE", ["1999", "2000", "2001", "2002"] * 30, ()),
    "security check flags (OpenMetadata #29049)": ("security_check_code", ["100", "200", "404", "500"] * 30, ()),
    "ticket keys": ("ref", [f"SCN-{number}" for number in range(100, 220)], ()),
    "e-mail verified as 0 and 1 (OpenMetadata #19765)": ("email_verified", ["0", "1"] * 60, ("email", "phone")),
    "e-mail opt-in as words": ("email", ["true", "false"] * 60, ()),
    "plain numbers (Presidio #1173)": ("measure", [str(6_033_391 + 17 * row) for row in range(ROWS)], ()),
    "negative decimals (Presidio #786)": ("delta", [f"{-0.96 + row / 100:.2f}" for row in range(ROWS)], ()),
    "whole numbers of an int column (Presidio #600)": ("n", [str(row) for row in range(ROWS)], ()),
    "every number is a date (dataprep #526)": ("size", [str(row * 3 % 997) for row in range(ROWS)], ()),
    "versions of four parts are no IP addresses": ("version", [f"{row % 9}.{row % 7}.{row % 30}.{row}" for row in range(ROWS)], ()),
    "hash prefixes under address": ("address", [f"0x{row * 2_654_435_761 % 2**32:08x}" for row in range(ROWS)], ()),
    "epoch seconds are no phone numbers": ("ts", [str(1_690_000_000 + 86_399 * row) for row in range(ROWS)], ()),
    "product names under name": ("name", ["Oak table", "Pine chair", "Steel shelf", "Desk lamp", "Wool rug"] * 24, ("sku", "price")),
    "house numbers": ("number", [str(1 + row % 80) for row in range(ROWS)], ("street", "city")),
    "order status under call": ("call", ["open", "closed", "lost", "won"] * 30, ()),
}  # fmt: skip


@pytest.mark.parametrize("case", REPORTED)
def test_what_others_call_sensitive_is_not(case: str) -> None:
    header, values, others = REPORTED[case]

    verdict = ask(header, values, others=(*others,))

    assert not is_sensitive(verdict), (verdict.data_class, verdict.confidence, verdict.evidence.reasons_for)


def test_numbers_are_no_persons() -> None:
    for values in (digits(7, 3), [f"{row / 7:.3f}" for row in range(ROWS)], ["-0.96", "0.12", "1.5"] * 40):
        assert ask("value", values).data_class not in {"person_name", "first_name", "last_name", "username"}


# How often random digits pass (classification.md 3.5): as an SSN .89, as a phone number up to .93, Luhn .10, and so on.
@pytest.mark.parametrize("header", NEUTRAL)
@pytest.mark.parametrize("length", [8, 9, 10, 11, 12, 13, 14, 15, 16])
def test_random_digits_under_a_header_that_says_nothing_are_no_identity_number(length: int, header: str) -> None:
    verdict = ask(header, digits(length, seed=length))

    assert not is_sensitive(verdict), (verdict.data_class, verdict.confidence, verdict.evidence.reasons_for)


def test_words_of_eight_letters_are_no_bank_codes() -> None:
    choose = random.Random(1)
    words = ["".join(choose.choices("ABCDEFGHIJKLMNOPRSTUVWXYZ", k=8)) for _ in range(ROWS)]

    assert ask("c4", words).data_class != "swift_bic"


# Pitfalls of real files (classification.md 4).
def luhn(prefix: str, length: int, choose: random.Random) -> str:
    body = prefix + "".join(str(choose.randrange(10)) for _ in range(length - len(prefix) - 1))
    total = sum(
        sum(divmod(int(digit) * 2, 10)) if place % 2 == 0 else int(digit) for place, digit in enumerate(reversed(body))
    )
    return body + str(-total % 10)


def test_cards_come_before_device_numbers() -> None:
    choose = random.Random(2)
    cards = [luhn(choose.choice(("4", "51", "37")), 16, choose) for _ in range(ROWS)]

    assert ask("c1", [luhn("4", 16, choose) for _ in range(ROWS)]).data_class == "credit_card"
    assert ask("imei", cards).data_class == "credit_card"


def test_one_hit_does_not_make_a_type() -> None:
    values = [f"order {row}" for row in range(ROWS - 1)] + ["4111111111111111"]

    assert ask("note", values).data_class not in {"credit_card", "us_ssn"}


@pytest.mark.parametrize("word", ["email", "phone", "ssn", "credit_card", "iban", "date_of_birth", "password"])
def test_values_veto_a_header_that_they_cannot_be(word: str) -> None:
    for values in (["0", "1"] * 60, ["true", "false"] * 60, ["Y", "N"] * 60):
        assert ask(word, values).data_class != word
        assert not is_sensitive(ask(word, values))


def test_postal_codes_are_no_quantities_and_survive_a_spreadsheet() -> None:
    choose = random.Random(3)
    codes = [f"{choose.randrange(501, 99_951):05}" for _ in range(ROWS)]

    assert ask("zip", codes).data_class == "postal_code"
    assert ask("zip_code", [f"{int(code)}.0" for code in codes], others=("city", "state")).data_class == "postal_code"


def test_dirt_does_not_hide_addresses() -> None:
    mails = [f"person{row}@example.org" for row in range(60)]
    dirty = [
        mails[row % 60] + " " * (row % 3) if row % 5 else choice
        for row, choice in enumerate(["-", "**", "", "n/a"] * 30)
    ]

    assert ask("contact", dirty).data_class == "email"


MAKERS: dict[str, Callable[[random.Random], str]] = {
    "date": lambda choose: f"20{choose.randrange(10, 25)}-{choose.randrange(1, 13):02}-{choose.randrange(1, 29):02}",
    "money_amount": lambda choose: f"{choose.uniform(3, 900):.2f}",
}


@pytest.mark.parametrize("kind", MAKERS)
def test_what_only_values_say_stays_general(kind: str) -> None:
    """A date without a word of birth is a date, an amount without a word of pay is no income."""
    choose = random.Random(4)
    verdict = ask("c3", [MAKERS[kind](choose) for _ in range(ROWS)])

    assert verdict.data_class not in {"date_of_birth", "salary_income"}


def test_few_letters_get_their_meaning_from_header_and_table() -> None:
    letters = ["M", "F"] * 60

    assert ask("sex", letters, table="patients").data_class == "gender"
    assert ask("size", ["S", "M", "L"] * 40, table="shirts").data_class not in {"gender", "marital_status"}


# Sparse types: one row in a hundred, found by counting over all values.
def rare(hit: Callable[[int], str], rows: int = 1_000, every: int = 100) -> list[str]:
    return [
        f"call {row}: {hit(row)}" if row % every == 0 else f"the customer asked about order {row}"
        for row in range(rows)
    ]


def test_cards_in_one_comment_of_a_hundred_are_found_and_named() -> None:
    choose = random.Random(6)
    verdict = ask("comments", rare(lambda _: luhn("4", 16, choose)))

    assert verdict.data_class == "free_text_pii"
    assert verdict.sensitivity == Sensitivity.RESTRICTED or is_sensitive(verdict)
    assert "card" in " ".join(verdict.evidence.reasons_for)


def test_social_security_numbers_in_one_comment_of_a_hundred_are_found_and_named() -> None:
    choose = random.Random(7)
    ssn = lambda _: f"{choose.randrange(1, 665):03}-{choose.randrange(1, 99):02}-{choose.randrange(1, 9_999):04}"  # noqa: E731
    verdict = ask("comments", rare(ssn))

    assert verdict.data_class == "free_text_pii"
    assert "social security" in " ".join(verdict.evidence.reasons_for).lower()


def test_comments_without_any_are_plain_text() -> None:
    verdict = ask("comments", [f"the customer asked about order {row} and will call again" for row in range(1_000)])

    assert verdict.data_class in {"free_text", None}


def test_no_raw_value_of_a_restricted_type_is_in_its_evidence() -> None:
    choose = random.Random(8)
    cards = [luhn("4", 16, choose) for _ in range(ROWS)]
    evidence = str(ask("card", cards).evidence.as_json())

    assert not [card for card in cards if card in evidence or card[:8] in evidence]
    assert mask(cards[0]) != cards[0]


def test_every_class_of_the_taxonomy_is_one_that_the_model_can_say() -> None:
    from pursight_app.assistant.column_model import load_model

    assert set(load_model().classes) == set(TAXONOMY)
