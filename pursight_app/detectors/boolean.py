"""Two-valued flags.

Matches the words and signs that stand for yes and no: true/false, yes/no, y/n, t/f, ja/nein, oui/non, si/no, on/off, 0/1.
Single signs are also codes, so it never decides alone.
"""

from pursight_app.detectors.base import Detector

_WORDS = frozenset(
    [
        "true",
        "false",
        "yes",
        "no",
        "y",
        "n",
        "t",
        "f",
        "on",
        "off",
        "0",
        "1",
        "-1",
        "x",
        "ja",
        "nein",
        "wahr",
        "falsch",
        "oui",
        "non",
        "vrai",
        "faux",
        "si",
        "sí",
        "verdadero",
        "falso",
        "sim",
        "não",
        "nao",
        "tak",
        "nie",
        "nee",
    ]
)


def is_boolean(value: str) -> bool:
    """True for a word or sign that stands for yes or no."""
    return value.lower() in _WORDS


def _accepts_shape(shape: str) -> bool:
    return len(shape) <= 9


DETECTORS = (
    Detector(
        key="boolean",
        data_class="boolean",
        match=is_boolean,
        random_rate=0.2,
        is_decisive=False,
        description="Word or sign that stands for yes or no.",
        accepts_shape=_accepts_shape,
        proof="stand for yes or no",
    ),
)
