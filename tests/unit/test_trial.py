"""What the what-if box makes of a form, and how its answer and other reasons are shown."""

import pytest

from pursight_app.core.errors import InvalidInputError
from pursight_app.detectors.base import ColumnSample
from pursight_app.services.classification import suggest
from pursight_app.services.classification_trial import MAX_BYTES
from state.asset_views import view_trial
from state.trial import trial_of


@pytest.mark.parametrize("text", ["", " \n\n  ", "\r\n"])
def test_a_box_without_any_value_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match="at least one value"):
        trial_of(text, "c", "t", "")


def test_a_huge_paste_is_refused_before_it_is_cut() -> None:
    with pytest.raises(InvalidInputError, match="KB"):
        trial_of("x" * (MAX_BYTES + 1), "c", "t", "")


def test_lines_are_values_and_empty_lines_empty_cells() -> None:
    trial = trial_of("one\r\n\r\nthree\u2028still three", "c", "t", "Price, net\n id \n")

    assert trial.values == ("one", None, "three\u2028still three")
    assert trial.table_columns == ("Price, net", "id")


def test_an_answer_is_shown_with_its_weights_from_the_heaviest() -> None:
    values = tuple(f"person{row}@example.org" for row in range(40))
    [verdict] = suggest([ColumnSample("t", "reach", values, ("reach",))])

    shown = view_trial(verdict, "reach", "An address for mail")

    assert (shown.data_class, shown.definition) == ("email", "An address for mail")
    assert shown.contributions[0].share == 100
    assert [each.share for each in shown.contributions] == sorted(
        (each.share for each in shown.contributions), reverse=True
    )
    assert all(each.weight.startswith("+" if each.is_for else "\u2212") for each in shown.contributions)
    assert shown.compared.startswith("email rather than ")
    assert not [value for value in values if value in str(shown)]
