"""The drawer in which a data class is made or changed, and tried on the catalogue before it is saved.

What is pasted as examples or words comes with the form and is never kept in the state.
"""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import reflex as rx

from pursight_app.core.errors import PurSightError
from pursight_app.models import CustomDataClass
from pursight_app.services import data_classes
from pursight_app.services.data_classes import Change, Definition, Preview, PreviewColumn
from state import format as fmt
from state.base import as_id, column_href, event, run, run_outside
from state.data_classes import DataClassesState
from state.session import current_workspace, notify

KINDS = ("examples", "pattern", "words")
# Each call is one step of the progress bar; see services/data_classes/preview.py for the time that one takes at most.
_TABLES_A_CALL = 100
_MOST_SHOWN = 50
_EFFECT_WORDS = {
    "new": "gets this class",
    "replaces": "loses its class",
    "same": "has it already",
    "decided": "stays: a person decided",
    "proved": "stays: a checksum decides",
}


@dataclass
class TriedColumn:
    """A column that has the class, or nearly."""

    table: str
    column: str
    href: str
    match: str
    now: str
    effect: str
    examples: list[str]


class DataClassFormState(rx.State):
    """What the drawer shows; the fields themselves live in the browser until they are sent."""

    is_open: bool = False
    kind: str = ""
    editing_id: str = ""
    name: str = ""
    description: str = ""
    group: str = "generic"
    sensitivity: str = "internal"
    regulations: list[str] = []
    patterns: str = ""
    word_count: int = 0
    header_words: str = ""
    share: int = 80
    column: str = ""
    problem: str = ""
    learned: list[str] = []
    is_busy: bool = False
    is_tried: bool = False
    percent: int = 0
    tried: str = ""
    warnings: list[str] = []
    hits: list[TriedColumn] = []
    near_misses: list[TriedColumn] = []
    _wants_test: bool = False
    _column: tuple[str, str] = ("", "")
    _attempt: int = 0

    @event()
    async def load(self) -> None:
        """Opens the drawer when the URL names a column to learn from: `?from=ASSET&column=NAME`.

        A drawer that is open stays as it is: this may come after a quick click, and comes again with a line that was lost.
        """
        given = self.router.url.query_parameters
        column = (str(given.get("from", ""))[:40], str(given.get("column", ""))[:500])
        if all(column) and column != self._column:
            self._reset()
            self._column = column
            self.column, self.kind, self.is_open = column[1], "examples", True

    @event()
    async def open_new(self) -> None:
        """Opens the drawer with the choice of how values are recognised."""
        self._reset()
        self.is_open = True

    @event()
    async def choose_kind(self, kind: str) -> None:
        """Goes on to the fields of that kind."""
        self._forget_test()
        self.kind = kind if kind in KINDS else ""

    @event()
    async def open_change(self, data_class_id: str) -> None:
        """Opens an own class to change it."""
        home = as_id(await current_workspace(self))
        rows = await run(lambda session, actor: data_classes.list_own_classes(session, actor, home))
        row = next((row for row in rows if str(row.id) == data_class_id), None)
        if row is None:
            await notify(self, "This data class is gone. Reload the page.", "error")
            return
        self._reset()
        self._show(row)

    def _show(self, row: CustomDataClass) -> None:
        self.editing_id, self.kind, self.is_open = str(row.id), row.recognised_by, True
        self.name, self.description, self.group = row.name, row.description, row.group
        self.sensitivity, self.regulations = row.sensitivity, list(row.regulations)
        self.patterns, self.word_count = "\n".join(row.patterns), len(row.words)
        self.header_words, self.share = ", ".join(row.header_words), round(100 * row.min_match_ratio)

    def _reset(self) -> None:
        self.kind = self.editing_id = self.name = self.description = self.patterns = self.header_words = ""
        self.group, self.sensitivity, self.regulations = "generic", "internal", []
        self.word_count, self.share, self.column, self._column = 0, 80, "", ("", "")
        self._forget_test()

    def _forget_test(self) -> None:
        # A test that still runs sees the new number and stops.
        self._attempt += 1
        self.problem, self.tried, self.is_tried, self.is_busy, self.percent = "", "", False, False, 0
        self.learned, self.warnings, self.hits, self.near_misses = [], [], [], []

    @event()
    async def close(self, is_open: bool = False) -> Any:  # noqa: FBT001, FBT002  Radix sends the new state
        """Closes the drawer; what was typed is dropped."""
        if is_open:
            return None
        is_by_url = bool(self._column[0])
        self._reset()
        self.is_open = False
        return rx.redirect("/data-classes", replace=True) if is_by_url else None

    @event()
    async def leave(self) -> None:
        """Closes the drawer for a page that one of its links opens."""
        self._reset()
        self.is_open = False

    @event()
    async def want_test(self) -> None:
        """Comes before the submit of the same click: the form's data does not say which button sent it."""
        self._wants_test = True

    @event(background=True)
    async def submit(self, form: dict[str, Any]) -> Any:
        """Tests the class on the catalogue, or saves it, by the button that was pressed."""
        async with self:
            home = as_id(await current_workspace(self))
            is_test, self._wants_test = self._wants_test, False
            self._forget_test()
            self.is_busy, attempt = True, self._attempt
            kind, editing_id, name, column = self.kind, self.editing_id, self.name, self._column
        try:
            # A test takes no name yet; a change cannot give another one.
            untitled = "untitled" if is_test and not str(form.get("name", "")).strip() else ""
            given = {**form, "name": name or untitled} if name or untitled else form
            definition = await self._learned(home, _definition(kind, given), column)
            if is_test:
                await self._try(home, definition, attempt)
                return None
            return await self._save(home, editing_id, definition)
        except PurSightError as error:
            async with self:
                self.problem = error.message
        finally:
            async with self:
                if self._attempt == attempt:
                    self.is_busy = False
        return None

    async def _learned(self, home: UUID, definition: Definition, column: tuple[str, str]) -> Definition:
        """The definition with its patterns learned, which are shown at once; other kinds as they are."""
        if definition.recognised_by != "examples" or definition.patterns:
            return definition
        if column[0] and not definition.examples:
            patterns = await run_outside(
                lambda actor: data_classes.learn_from_columns(
                    actor,
                    home,
                    [(as_id(column[0]), column[1])],
                    counter_examples=definition.counter_examples,
                    width=definition.width,
                )
            )
        else:
            patterns = data_classes.learned_patterns(definition.examples, definition.counter_examples, definition.width)
        async with self:
            self.learned = [data_classes.describe(pattern) for pattern in patterns]
        return _with_patterns(definition, patterns)

    async def _try(self, home: UUID, definition: Definition, attempt: int) -> None:
        found, after = Preview(), None
        while True:
            step = await run_outside(
                lambda actor, after=after: data_classes.preview_class(
                    actor, home, definition, after=after, limit=_TABLES_A_CALL
                )
            )
            found, after = data_classes.merge_previews(found, step), step.after
            async with self:
                if self._attempt != attempt:
                    return
                self._tell(found)
            if not found.waiting or not step.table_count:
                return

    def _tell(self, found: Preview) -> None:
        total = found.table_count + found.waiting
        if not total:
            self.is_tried, self.tried = True, "No table has been scanned yet, so there is nothing to test it on."
            return
        self.is_tried, self.percent = True, round(100 * found.table_count / total)
        self.tried = (
            f"{fmt.count(found.hit_count)} of {fmt.count(found.column_count)} columns in "
            f"{fmt.count(found.table_count)} of {fmt.count(total)} tables have it; {fmt.count(found.near_count)} come near."
        )
        self.warnings = list(found.warnings)
        self.hits = [_tried(row) for row in found.hits[:_MOST_SHOWN]]
        self.near_misses = [_tried(row) for row in found.near_misses[:_MOST_SHOWN]]

    async def _save(self, home: UUID, editing_id: str, definition: Definition) -> Any:
        def save(session: Any, actor: Any) -> str:
            if editing_id:
                return data_classes.update_class(session, actor, as_id(editing_id), _change(definition)).name
            return data_classes.create_class(session, actor, home, definition).name

        name = await run(save)
        async with self:
            closed = await DataClassFormState.close.fn(self)
            await notify(self, f"{name} is saved. Columns are being asked anew.")
        return closed or DataClassesState.refresh


def _definition(kind: str, form: dict[str, Any]) -> Definition:
    text = {key: str(value) for key, value in form.items()}
    lines = {key: tuple(value.splitlines()) for key, value in text.items()}
    share = text.get("share", "")
    return Definition(
        name=text.get("name", "").strip(),
        group=text.get("group", ""),
        sensitivity=text.get("sensitivity", ""),
        recognised_by=kind,
        description=text.get("description", ""),
        regulations=tuple(key.removeprefix("law-") for key, value in form.items() if key.startswith("law-") and value),
        patterns=lines.get("patterns", ()),
        words=lines.get("words", ()),
        examples=lines.get("examples", ()),
        counter_examples=lines.get("counter_examples", ()),
        width=text.get("width", "as_seen"),
        header_words=tuple(text.get("header_words", "").split(",")),
        min_match_ratio=int(share) / 100 if share.isdecimal() and len(share) <= 3 else 0.0,
    )


def _with_patterns(definition: Definition, patterns: tuple[str, ...]) -> Definition:
    return replace(definition, patterns=patterns, examples=(), counter_examples=())


def _change(definition: Definition) -> Change:
    has_words = any(word.strip() for word in definition.words)
    return Change(
        description=definition.description,
        group=definition.group,
        sensitivity=definition.sensitivity,
        regulations=definition.regulations,
        patterns=definition.patterns if definition.recognised_by != "words" else None,
        # An empty field keeps the list: of a sensitive class nobody can show it again.
        words=definition.words if has_words else None,
        header_words=definition.header_words,
        min_match_ratio=definition.min_match_ratio,
    )


def _tried(row: PreviewColumn) -> TriedColumn:
    header = f", header says “{row.header_word}”" if row.header_word else ""
    bound = f", at least {fmt.percent(row.lower_bound)} of the column" if row.matched else ""
    return TriedColumn(
        table=row.table,
        column=row.column,
        href=column_href(row.asset_id, row.column),
        match=f"{row.matched} of {row.tested} values{bound}{header}",
        now=row.data_class,
        effect=_EFFECT_WORDS[row.effect],
        examples=list(row.examples),
    )
