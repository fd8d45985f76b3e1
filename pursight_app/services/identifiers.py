"""How names are cut into words for search: snake, camel, digits, and the whole name."""

import re

_WORD = re.compile(
    r"""
    [A-Z]+(?![a-z])     # an abbreviation: ID, HTTP
    | [A-Z]?[^\W\d_A-Z]+   # a word in any script, capitalised or not
    | \d+               # a number
    """,
    re.VERBOSE,
)
MAX_TOKENS = 400
_MAX_LENGTH = 100


def search_tokens(text: str) -> set[str]:
    """Lower-case words under which `text` is found: `orders_v2` gives orders_v2, orders, v, 2 and v2.

    At most 400 of at most 100 characters; PostgreSQL refuses lexemes over 2 KiB.
    """
    tokens: set[str] = set()
    for whole in text.split():
        tokens.add(whole.strip(".,;:!?()[]'\"").lower()[:_MAX_LENGTH])
        for part in re.split(r"[^\w]|_", whole):
            tokens.add(part.lower()[:_MAX_LENGTH])
            tokens.update(word.lower()[:_MAX_LENGTH] for word in _WORD.findall(part))
        if len(tokens) > MAX_TOKENS:
            break
    tokens.discard("")
    return tokens


def words(name: str) -> list[str]:
    """The words of a name in order, lower case: `customerID_v2` gives customer, id, v, 2."""
    return [word.lower() for word in _WORD.findall(name)]
