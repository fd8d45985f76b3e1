"""The what-if box: values that somebody pastes, and what the workspace's classifier says of them."""

from typing import Any
from uuid import UUID

import reflex as rx
from sqlmodel import Session

from pursight_app.core.errors import InvalidInputError, NotFoundError
from pursight_app.services import catalog
from pursight_app.services.access import Actor
from pursight_app.services.classification_evidence import Verdict
from pursight_app.services.classification_trial import MAX_BYTES, MAX_HEADERS, Trial, try_classification
from state.asset_views import EvidenceView, definition_of, view_trial
from state.base import as_id, event, run, run_outside
from state.session import current_workspace


class TrialState(rx.State):
    """The last answer. The values are in the browser's text box only: neither this state nor anything else keeps them."""

    is_loading: bool = True
    column: str = ""
    table: str = ""
    others: str = ""
    problem: str = ""
    has_answer: bool = False
    evidence: EvidenceView = EvidenceView()

    @event()
    async def load(self) -> None:
        """Fills in the headers of `?from=ASSET&column=NAME`; never values."""
        given = self.router.url.query_parameters
        self.problem, self.has_answer, self.evidence = "", False, EvidenceView()
        self.table, self.others, self.column = "", "", str(given.get("column", ""))[:300]
        if given.get("from"):
            asset_id = as_id(str(given.get("from"))[:40])
            try:
                self.table, names = await run(lambda session, actor: _headers(session, actor, asset_id))
            except NotFoundError:
                names = []
            self.others = "\n".join(name for name in names if name != self.column)
        self.is_loading = False

    @event()
    async def ask(self, form: dict[str, Any]) -> None:
        """Asks the classifier."""
        home = as_id(await current_workspace(self))
        text = str(form.get("values", ""))
        self.column, self.table = str(form.get("column", ""))[:300], str(form.get("table", ""))[:300]
        self.others = str(form.get("others", ""))[:20_000]
        try:
            trial = trial_of(text, self.column, self.table, self.others)
            verdict: Verdict = await run_outside(lambda actor: try_classification(actor, home, trial))
        except InvalidInputError as error:
            self.problem, self.has_answer = error.message, False
            return
        self.problem, self.has_answer = "", True
        name = verdict.data_class
        definition = await run(lambda session, _: definition_of(session, home, name))
        self.evidence = view_trial(verdict, self.column, definition)


def _headers(session: Session, actor: Actor, asset_id: UUID) -> tuple[str, list[str]]:
    row = catalog.get_asset(session, actor, asset_id)
    columns, _ = catalog.list_columns(session, actor, asset_id, limit=MAX_HEADERS)
    return row.asset.name, [each.column.name for each in columns]


def trial_of(text: str, column: str, table: str, others: str) -> Trial:
    """The question that a filled form asks; `text` holds a value a line, `others` a header a line.

    Raises:
        InvalidInputError: no value, or too much text.
    """
    # The text is measured before it is cut into lines, so that a huge one costs nothing.
    if len(text) > MAX_BYTES:
        raise InvalidInputError(f"The values together have at most {MAX_BYTES // 1024} KB.")
    # Not splitlines(), which also cuts at signs that a value may hold.
    values = tuple(line.strip() or None for line in text.replace("\r\n", "\n").split("\n"))
    if not any(values):
        raise InvalidInputError("Paste at least one value.")
    names = tuple(name.strip() for name in others.splitlines() if name.strip())
    return Trial(values=values, column=column, table=table, table_columns=names)
