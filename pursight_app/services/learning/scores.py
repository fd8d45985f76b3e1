"""How good a challenger is beside the champion, per class, on columns that it did not learn from; and whether that will do."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pursight_app.assistant.column_model import Classifier, ColumnModel
from pursight_app.assistant.site_model import Lesson, Rehearsal, out_of_table

GOLDEN_TOLERANCE = 0.01
"""Share of the golden set that a challenger may lose against the champion and still count as not worse."""
Probabilities = NDArray[np.float64]


def golden_scores(golden: Sequence[Lesson], champion: Classifier, challenger: Classifier) -> dict[str, Any]:
    """Both models on generated columns that neither learned from."""
    features = [lesson.features for lesson in golden]
    return _scores(golden, champion.classes, champion.predict(features), challenger.predict(features))


def site_scores(
    base: ColumnModel,
    champion: Classifier,
    lessons: Sequence[Lesson],
    rehearsal: Rehearsal,
    *,
    champion_knew: Sequence[bool],
) -> dict[str, Any]:
    """Both models on the workspace's own reviews, each asked only about tables that it did not learn from.

    Where the champion had a lesson already (`champion_knew`, one for each), what it would say is measured by learning
    anew from the lessons that it had: its answers to what it learned by heart would be too good.
    """
    features = [lesson.features for lesson in lessons]
    before, after = champion.predict(features), out_of_table(base, lessons, rehearsal)
    places = [place for place, knew in enumerate(champion_knew) if knew]
    if places:
        before[places] = out_of_table(base, [lessons[place] for place in places], rehearsal)
    tables = len({lesson.table for lesson in lessons})
    return _scores(lessons, base.classes, before, after) | {"tables": tables}


def _scores(
    lessons: Sequence[Lesson], classes: Sequence[str], champion: Probabilities, challenger: Probabilities
) -> dict[str, Any]:
    names: dict[str, list[str]] = {
        "champion": [classes[int(place)] for place in champion.argmax(axis=1)],
        "challenger": [classes[int(place)] for place in challenger.argmax(axis=1)],
    }
    labelled = [place for place, lesson in enumerate(lessons) if lesson.is_right]
    asked = sorted({lessons[place].data_class for place in labelled})
    per_class = [
        {
            "data_class": name,
            "columns": sum(lessons[place].data_class == name for place in labelled),
            **{who: round(_f1(lessons, guesses, name), 4) for who, guesses in names.items()},
        }
        for name in asked
    ]
    return {
        "columns": len(lessons),
        **{who: round(_share_right(lessons, guesses), 4) for who, guesses in names.items()},
        "classes": per_class,
    }


def _share_right(lessons: Sequence[Lesson], guesses: Sequence[str]) -> float:
    """Share (0-1) of lessons that the guess obeys: a rejected class must not be guessed again."""
    obeyed = [(guess == lesson.data_class) == lesson.is_right for lesson, guess in zip(lessons, guesses, strict=True)]
    return sum(obeyed) / len(obeyed) if obeyed else 0.0


def _f1(lessons: Sequence[Lesson], guesses: Sequence[str], name: str) -> float:
    pairs = list(zip(lessons, guesses, strict=True))
    hits = sum(lesson.is_right and lesson.data_class == name == guess for lesson, guess in pairs)
    guessed = sum(guess == name for lesson, guess in pairs if lesson.is_right or lesson.data_class == name)
    true = sum(lesson.is_right and lesson.data_class == name for lesson, _ in pairs)
    return 2 * hits / (guessed + true) if guessed + true else 0.0


def gate(golden: dict[str, Any], site: dict[str, Any]) -> dict[str, Any]:
    """Whether a challenger may be promoted without further words, and if not, why not, in sentences."""
    reasons: list[str] = []
    lost = golden["champion"] - golden["challenger"]
    if lost > GOLDEN_TOLERANCE:
        reasons.append(f"It names {lost:.1%} fewer columns of the golden set rightly than the model in use.")
    if site["columns"] and site["challenger"] < site["champion"]:
        reasons.append("It obeys fewer of this workspace's own reviews than the model in use.")
    return {"passed": not reasons, "reasons": reasons}
