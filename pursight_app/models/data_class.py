"""Data classes that a workspace made for itself, beside those of core/taxonomy.csv."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, Text
from sqlmodel import Field, UniqueConstraint

from pursight_app.models.base import Row, json_list, one_of, reference


class RecognisedBy(StrEnum):
    """How values of a custom data class are told."""

    PATTERN = "pattern"
    WORDS = "words"
    EXAMPLES = "examples"


class CustomDataClass(Row, table=True):
    """A data class of one workspace. `patterns` are RE2 expressions that a whole value must match, learned ones included.

    `words` are whole values, folded, or keyed hashes of such. `header_words` are phrases that speak for the class. A column has the class
    when at least `min_match_ratio` of its different values match. An inactive class stays for verdicts that bear it.
    Columns have been asked anew up to `rescored_version`; where it lags behind `version`, a job is due.
    """

    __table_args__ = (UniqueConstraint("workspace_id", "name"), one_of("recognised_by", RecognisedBy))

    workspace_id: UUID = reference("workspace", index=False)
    name: str
    description: str = ""
    group: str
    sensitivity: str
    regulations: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))  # type: ignore[call-overload]  # instances are fine
    recognised_by: str
    patterns: list[str] = json_list()
    words: list[str] = json_list()
    header_words: list[str] = json_list()
    min_match_ratio: float = 0.8
    is_active: bool = True
    version: int = 1
    rescored_version: int = 0
    created_by_id: UUID | None = reference("user_account", nullable=True, index=False)
