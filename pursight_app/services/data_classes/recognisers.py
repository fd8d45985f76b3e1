"""Makes a workspace's own data classes ready to match."""

from collections.abc import Sequence
from functools import lru_cache
from uuid import UUID

from sqlmodel import Session, col, select

from pursight_app.core.secrets import ensure_secret
from pursight_app.core.taxonomy import DataClass, Sensitivity
from pursight_app.models import CustomDataClass
from pursight_app.services.classification_custom import HASHED, CustomRecogniser, hashed_word
from pursight_app.services.data_classes.definition import Definition
from pursight_app.services.data_classes.forms import proof_of
from pursight_app.services.data_classes.listing import as_data_class

WORD_KEY = "words.key"


def load_recognisers(session: Session, workspace_id: UUID) -> tuple[CustomRecogniser, ...]:
    """The workspace's active classes, by name. Not for people: the caller has checked who asks."""
    active = select(CustomDataClass.id, CustomDataClass.version).where(
        CustomDataClass.workspace_id == workspace_id, col(CustomDataClass.is_active)
    )
    versions = tuple(session.exec(active.order_by(col(CustomDataClass.name))).all())
    if not versions:
        return ()
    known = _RECENT.get(workspace_id)
    if known is None or known[0] != versions:
        rows = [session.get_one(CustomDataClass, row_id) for row_id, _ in versions]
        known = _RECENT[workspace_id] = (versions, tuple(map(recogniser_of_row, rows)))
        while len(_RECENT) > _MOST_RECENT:
            _RECENT.pop(next(iter(_RECENT)))
    return known[1]


# Word lists are long, and a scan asks anew for each run: by workspace, good as long as no class of it has changed.
_RECENT: dict[UUID, tuple[tuple[tuple[UUID, int], ...], tuple[CustomRecogniser, ...]]] = {}
_MOST_RECENT = 32


def recogniser_of_row(row: CustomDataClass) -> CustomRecogniser:
    """A stored class, ready to match."""
    return _recogniser(
        as_data_class(row),
        row.patterns,
        row.words,
        header_words=row.header_words,
        min_match_ratio=row.min_match_ratio,
        version=row.version,
    )


def recogniser_of(definition: Definition) -> CustomRecogniser:
    """A checked definition that is not stored yet, ready to match."""
    known = DataClass(
        definition.name,
        definition.group,
        Sensitivity(definition.sensitivity),
        definition.regulations,
        definition.description,
    )
    return _recogniser(
        known,
        definition.patterns,
        definition.words,
        header_words=definition.header_words,
        min_match_ratio=definition.min_match_ratio,
        version=0,
    )


def kept_words(words: Sequence[str], sensitivity: str) -> list[str]:
    """Folded words as they are stored: of sensitive classes keyed hashes, so that a dump of the database tells none."""
    if not Sensitivity(sensitivity).is_sensitive:
        return list(words)
    key = _word_key()
    return [word if word.startswith(HASHED) else hashed_word(word, key) for word in words]


def _recogniser(
    known: DataClass,
    patterns: Sequence[str],
    words: Sequence[str],
    *,
    header_words: Sequence[str],
    min_match_ratio: float,
    version: int,
) -> CustomRecogniser:
    has_hashes = any(word.startswith(HASHED) for word in words)
    return CustomRecogniser(
        data_class=known,
        version=version,
        proof=f"are in its list of {len(words):,} words" if words else proof_of(patterns),
        patterns=tuple(patterns),
        words=frozenset(words),
        word_key=_word_key() if has_hashes else b"",
        header_words=tuple(header_words),
        min_match_ratio=min_match_ratio,
    )


@lru_cache(maxsize=1)
def _word_key() -> bytes:
    return ensure_secret(WORD_KEY)[0].encode()
