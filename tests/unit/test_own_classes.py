"""A workspace's own data classes: what a definition may hold, what examples teach, and what columns get the class."""

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pursight_app.assistant.column_model import load_model
from pursight_app.core.errors import InvalidInputError
from pursight_app.services.classification import ColumnSample, Recognition, Verdict, suggest
from pursight_app.services.classification_custom import fitting, fold, hashed_word, is_unicode, match_column
from pursight_app.services.data_classes.definition import Definition, check_pattern, checked, learned_patterns
from pursight_app.services.data_classes.examples import Width, learn
from pursight_app.services.data_classes.forms import describe, proof_of, to_parts, to_pattern
from pursight_app.services.data_classes.recognisers import recogniser_of

BADGES = ["EMP-10023", "EMP-20931", "EMP-88123", "EMP-73312", "EMP-00912"]


def definition(**changed: object) -> Definition:
    base: dict[str, object] = {
        "name": "employee_badge",
        "group": "person",
        "sensitivity": "internal",
        "recognised_by": "pattern",
        "patterns": ("EMP-[0-9]{5}",),
        "header_words": ("badge",),
    }
    return Definition(**{**base, **changed})  # type: ignore[arg-type]  # tests give wrong ones on purpose


def verdict(column: str, values: list[str], given: Definition) -> Verdict:
    sample = ColumnSample("staff", column, tuple(values), ("id", column))
    return suggest([sample], Recognition(load_model(), (recogniser_of(checked(given)),)))[0]


def test_a_column_whose_values_have_the_form_gets_the_class_with_its_reason() -> None:
    found = verdict("c7", [f"EMP-{10_000 + n}" for n in range(60)], definition())

    assert (found.data_class, found.sensitivity) == ("employee_badge", "internal")
    assert found.evidence.detector == "custom:employee_badge"
    assert found.evidence.reasons_for[0] == (
        "your class employee_badge: 100% of 60 different values have the form EMP-99999"
    )
    assert 0.9 < found.evidence.lower_bound < 1
    assert found.confidence == pytest.approx(found.evidence.lower_bound, abs=1e-3)
    assert not [example for example in found.evidence.examples if "EMP-10" in example]


def test_too_few_matching_values_leave_the_column_to_the_model() -> None:
    mixed = [f"EMP-{10_000 + n}" for n in range(7)] + [f"SCN-{n}" for n in range(53)]

    assert verdict("c7", mixed, definition()).data_class != "employee_badge"


def test_the_header_alone_never_decides() -> None:
    assert verdict("badge", ["red", "green", "blue", "black"], definition()).data_class != "employee_badge"


def test_the_header_makes_up_for_few_values() -> None:
    two = ["EMP-10001", "EMP-10002"]

    assert verdict("c7", two, definition()).data_class != "employee_badge"
    assert verdict("badgeNo", two, definition()).data_class == "employee_badge"


def test_a_checksum_proves_more_than_a_form_unless_the_header_names_the_class() -> None:
    ibans = ["DE89370400440532013000", "GB82WEST12345698765432", "FR1420041010050500013M02606", "NL91ABNA0417164300"]
    wide = definition(patterns=("[A-Z]{2}[0-9A-Z]{10,30}",))

    assert verdict("c7", ibans, wide).data_class == "iban"
    assert verdict("badge", ibans, wide).data_class == "employee_badge"


def test_words_are_found_without_regard_to_case_and_accents() -> None:
    places = definition(recognised_by="words", words=("Zürich", "São Paulo", "Łódź"))

    found = verdict("site", ["ZURICH", "são  paulo", "zürich", "SAO PAULO", "Zürich "], places)

    assert found.data_class == "employee_badge"
    assert "in its list of 3 words" in found.evidence.reasons_for[0]


def test_hashed_words_are_found_with_the_key_only() -> None:
    key = b"k" * 32
    plain = recogniser_of(checked(definition(recognised_by="words", words=("anna", "ben", "cleo"))))
    hashes = frozenset(hashed_word(fold(word), key) for word in plain.words)
    sample = ColumnSample("t", "c", ("Anna", "BEN", "cleo"))

    assert match_column(sample, replace(plain, words=hashes, word_key=key)).distinct == 3
    assert match_column(sample, replace(plain, words=hashes, word_key=b"other")).distinct == 0
    assert not any("anna" in word for word in hashes)


@pytest.mark.parametrize(
    ("examples", "pattern", "words"),
    [
        (BADGES, "EMP-[0-9]{5}", "“EMP-”, then 5 digits"),
        (
            ["DE-12", "AT-34", "CH-55", "DE-99", "AT-1", "CH-3", "DE-5", "AT-7", "CH-8"],
            "(?:AT|CH|DE)-[0-9]{1,2}",
            "“AT” or “CH” or “DE”, then “-”, then 1 to 2 digits",
        ),
        (["x.1(2)", "x.3(9)", "x.2(7)", "x.2(8)", "x.4(4)"], r"x\.[0-9]\([0-9]\)", None),
        (["10023", "10031", "55555", "10052", "10061"], "[0-9]{5}", "5 digits"),
    ],
)
def test_examples_teach_their_form(examples: list[str], pattern: str, words: str | None) -> None:
    learned = learn(examples)

    assert learned.patterns == (pattern,)
    assert words is None or describe(pattern) == words
    parts = to_parts(pattern)
    assert parts is not None
    assert to_pattern(parts) == pattern


def test_counter_examples_narrow_the_form() -> None:
    assert learn(["10023", "10031", "10044", "10052", "10061"], ["55555"]).patterns == ("100[0-9]{2}",)


def test_a_wider_reading_lets_more_through() -> None:
    assert learn(BADGES, width=Width.WIDE).patterns == ("[A-Z]{1,5}-[0-9]{3,7}",)


@pytest.mark.parametrize(
    ("examples", "counter", "said"),
    [
        (BADGES[:4], [], "at least 5"),
        (["EMP-1"] * 9, [], "at least 5"),
        (["a", "bb", "Zurich", "New York", "12"], [], "no form in common"),
        (["ab", "abcde", "fghi", "x", "yzzzzz"], [], "no form in common"),
        (BADGES, ["EMP-99999"], "just like the examples"),
        (["EMP-\ud800"] * 5 + BADGES, [], "no text"),
    ],
)
def test_examples_that_teach_nothing_are_refused(examples: list[str], counter: list[str], said: str) -> None:
    with pytest.raises(InvalidInputError, match=said):
        learned_patterns(examples, counter, "as_seen")


def test_no_example_is_kept_in_what_was_learned() -> None:
    secrets = [f"{word}-{n}" for n, word in enumerate(("alpha", "bravo", "delta", "gamma", "omega"))]

    kept = checked(definition(recognised_by="examples", patterns=(), examples=tuple(secrets)))

    assert kept.examples == ()
    assert not [word for word in secrets if word.partition("-")[0] in str(kept)]


@given(st.lists(st.text(max_size=12), min_size=1, max_size=8))
def test_whatever_is_learned_fits_its_examples(examples: list[str]) -> None:
    values = list(dict.fromkeys(each.strip() for each in examples if each.strip() and is_unicode(each)))
    learned = learn(values)

    assert len(fitting(values, learned.patterns)) >= (len(values) - learned.odd_count if learned.patterns else 0)


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("EMP-[", "no usable pattern"),
        ("a)|(b", "no usable pattern"),
        ("(?=a)b", "looking ahead"),
        (r"(a)\1", "references to groups"),
        (r"\QEMP", "cannot hold"),
        ("a" * 201, "at most 200"),
        ("a{1001}", "repeats too often"),
        ("((a{100}){100}){100}", "repeats too often"),
        ("[0-9]*", "empty value"),
        (".+", "nearly everything"),
        (r"\S[^|]*", "nearly everything"),
        ("EMP\x00", "no text"),
        ("EMP\ud800", "no text"),
    ],
)
def test_a_pattern_that_is_of_no_use_is_refused_with_a_reason(pattern: str, said: str) -> None:
    with pytest.raises(InvalidInputError, match=said):
        check_pattern(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+b",
        "(a|a)*b",
        "(a|aa)+c",
        "(.*a){20}b",
        "([a-z]+)*[0-9]",
        "((a?){31}){31}b",
        "(?i)(.{1,31}){1,31}x",
        "(x+x+)+y",
    ],
)
def test_no_pattern_takes_for_ever(pattern: str) -> None:
    # The forms by which backtracking engines die; a worst column is 100 values of 256 characters.
    values = (*("a" * (156 + n) for n in range(100)), "é%a" * 85)
    recogniser = recogniser_of(definition(patterns=(pattern,)))

    begun = time.process_time()
    match_column(ColumnSample("t", "c", values), recogniser)

    assert time.process_time() - begun < 3


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": "iban"}, "own data classes"),
        ({"name": "Badge"}, "small letters"),
        ({"name": "b"}, "small letters"),
        ({"name": "x" * 41}, "small letters"),
        ({"name": "badge\n"}, "small letters"),
        ({"name": "<script>"}, "small letters"),
        ({"group": "people"}, "A group is one of"),
        ({"sensitivity": "top"}, "A sensitivity is one of"),
        ({"regulations": ("GDPR", "LAW")}, "no known regulation"),
        ({"min_match_ratio": 0.2}, "from 0.5 to 1"),
        ({"min_match_ratio": float("nan")}, "from 0.5 to 1"),
        ({"recognised_by": "magic"}, "recognised by"),
        ({"patterns": ()}, "Give a pattern"),
        ({"patterns": tuple(f"a{n}" for n in range(11))}, "at most 10"),
        ({"header_words": ("x",)}, "too short"),
        ({"header_words": tuple(f"word{n}" for n in range(31))}, "at most 30"),
        ({"description": "x" * 501}, "at most 500"),
        ({"recognised_by": "words", "words": ("one",)}, "at least two"),
        ({"recognised_by": "words", "words": tuple(map(str, range(5001)))}, "at most 5,000"),
    ],
)
def test_a_definition_that_is_not_usable_is_refused(changed: dict[str, object], said: str) -> None:
    with pytest.raises(InvalidInputError, match=said):
        checked(definition(**changed))


def test_a_form_is_shown_as_a_shape_and_else_as_a_pattern() -> None:
    assert proof_of(["EMP-[0-9]{5}", "[A-Z]{2}[0-9]{3,4}"]) == "have the form EMP-99999 or AA9999"
    assert proof_of(["EMP-(?:[0-9]{5}|x*)"]) == "match your pattern"


@given(st.text(max_size=60), st.lists(st.one_of(st.none(), st.text(max_size=40)), max_size=12))
def test_matching_never_fails_for_any_content(header: str, values: list[str | None]) -> None:
    for given_ in (definition(), definition(recognised_by="words", words=("one", "two"))):
        match = match_column(ColumnSample("t", header, tuple(values)), recogniser_of(checked(given_)))
        assert 0 <= match.rate <= 1
