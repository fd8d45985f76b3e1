"""What the page on learning shows of models, as small rows."""

from dataclasses import dataclass, field
from typing import Any

from pursight_app.models import ColumnModel, ModelStatus
from pursight_app.services.learning import ChangeRow, ClassPair, Learning, ModelRow
from state import format as fmt
from state.base import column_href

_NOT_NAMED = "not named"
_WORK = {
    ModelStatus.QUEUED: "Waiting for a worker",
    ModelStatus.TRAINING: "Learning from reviews and measuring",
    ModelStatus.PROMOTING: "Putting the model into use",
}


@dataclass
class InUseView:
    """The model in use, and what waits to be learned."""

    name: str = ""
    sentence: str = ""
    since: str = ""
    since_exact: str = ""
    is_own: bool = False
    reviews: str = "0"
    new_reviews: str = "0"
    advice: str = ""
    can_train: bool = False


@dataclass
class WorkView:
    """What a worker does just now; `id` is empty when nothing."""

    id: str = ""
    title: str = ""
    progress: str = ""
    percent: int = 0


@dataclass
class ChallengerView:
    """The model that waits for a decision; `id` is empty without one."""

    id: str = ""
    name: str = ""
    sentence: str = ""
    trained: str = ""
    trained_exact: str = ""
    has_passed: bool = True
    reasons: list[str] = field(default_factory=list)
    compared: str = "0"
    later: str = "0"
    kept: str = "0"
    has_later: bool = False


@dataclass
class ScoreView:
    """Both models on one class, or on all of them, of one set of columns."""

    set_name: str
    data_class: str
    columns: str
    before: int
    after: int
    verdict: str
    is_total: bool


@dataclass
class PairView:
    """How many columns go from one class to another; `before` and `after` are "-" for "not named"."""

    before: str
    after: str
    before_word: str
    after_word: str
    columns: str
    direction: str


@dataclass
class ChangeView:
    """One column that would get another class."""

    href: str
    table: str
    column: str
    before: str
    after: str
    confidence: int


@dataclass
class HistoryView:
    """One model of the past or present."""

    id: str
    name: str
    what: str
    status: str
    reviews: str
    scores: str
    who: str
    at: str
    at_exact: str
    error: str
    can_return: bool


def view_in_use(standing: Learning) -> InUseView:
    """The champion, or the shipped model."""
    champion = standing.champion
    own = champion if champion and champion.artefact_key else None
    reviews = standing.reviews
    return InUseView(
        name=f"Model {own.number}" if own else f"Shipped model {standing.shipped_version}",
        sentence=f"The shipped model, corrected by {_columns(own.review_count)} that people here reviewed."
        if own
        else "What every installation starts with. It has learned nothing from this workspace yet.",
        since=fmt.ago(_applied_at(champion)) if champion else "from the start",
        since_exact=fmt.exact(_applied_at(champion)) if champion else "",
        is_own=own is not None,
        reviews=fmt.count(reviews),
        new_reviews=fmt.count(standing.new_reviews),
        advice=_advice(standing),
        can_train=standing.active is None and reviews >= standing.min_reviews,
    )


def _applied_at(model: ColumnModel | None) -> Any:
    return model.decided_at or model.trained_at or model.created_at if model else None


def _columns(count: int) -> str:
    return f"{fmt.count(count)} column{'' if count == 1 else 's'}"


def _advice(standing: Learning) -> str:
    missing = standing.min_reviews - standing.reviews
    if missing > 0:
        return f"Review {fmt.count(missing)} more: it takes {standing.min_reviews} reviewed columns before anything can be measured."
    if not standing.new_reviews:
        return "Everything that people reviewed has been learned."
    if standing.new_reviews < 20:
        return "A few new reviews change little; retraining pays from about 20."
    return "Enough has been reviewed since for retraining to pay."


def view_work(standing: Learning) -> WorkView:
    """What goes on."""
    active = standing.active
    if active is None:
        return WorkView()
    done, total = active.done_count, active.total_count
    is_comparing = active.status == ModelStatus.TRAINING and "after" in active.scores
    title = "Comparing the catalogue" if is_comparing else _WORK[ModelStatus(active.status)]
    is_counted = bool(total) and (is_comparing or active.status == ModelStatus.PROMOTING)
    return WorkView(
        id=str(active.id),
        title=title,
        progress=f"{fmt.count(done)} of {fmt.count(total)} tables" if is_counted else "",
        percent=int(100 * done / total) if is_counted else 0,
    )


def view_challenger(standing: Learning) -> ChallengerView:
    """The model that waits for a decision."""
    model = standing.challenger
    if model is None:
        return ChallengerView()
    diff, gate = model.scores.get("diff", {}), model.scores.get("gate", {})
    return ChallengerView(
        id=str(model.id),
        name=_name(model),
        sentence=_what(model),
        trained=fmt.ago(model.trained_at or model.created_at),
        trained_exact=fmt.exact(model.trained_at or model.created_at),
        has_passed=bool(gate.get("passed", True)),
        reasons=list(gate.get("reasons", [])),
        compared=_columns(diff.get("compared", 0)),
        later=_columns(diff.get("later", 0)),
        kept=_columns(diff.get("kept", 0)),
        has_later=bool(diff.get("later", 0)),
    )


def _name(model: ColumnModel) -> str:
    return f"Model {model.number}"


def _what(model: ColumnModel) -> str:
    restored = model.scores.get("restores")
    if restored == 0:
        return "The shipped model, without anything learned here."
    if restored:
        return f"Model {restored} once more."
    if model.scores.get("refreshes"):
        return "The model in use, applied anew after an update of PurSight."
    return f"Learned from {_columns(model.review_count)} that people here reviewed."


def view_scores(model: ColumnModel | None) -> list[ScoreView]:
    """Both models side by side: own reviews first, then the golden set; in each the total, then what differs most."""
    if model is None:
        return []
    shown: list[ScoreView] = []
    for name, key in (("Your reviews", "site"), ("Golden set", "golden")):
        found = model.scores.get(key)
        if not found or not found["columns"]:
            continue
        shown.append(_score(name, "all classes", found, is_total=True))
        classes = sorted(
            found["classes"], key=lambda each: (-abs(each["challenger"] - each["champion"]), -each["columns"])
        )
        shown += [_score(name, each["data_class"], each) for each in classes[:8]]
    return shown


def _score(name: str, data_class: str, found: dict[str, Any], *, is_total: bool = False) -> ScoreView:
    before, after = round(100 * found["champion"]), round(100 * found["challenger"])
    verdict = "better" if after > before else "worse" if after < before else "same"
    return ScoreView(name, data_class, fmt.count(found["columns"]), before, after, verdict, is_total)


def view_pair(pair: ClassPair) -> PairView:
    """One line of the summary."""
    return PairView(
        before=pair.before or "-",
        after=pair.after or "-",
        before_word=pair.before or _NOT_NAMED,
        after_word=pair.after or _NOT_NAMED,
        columns=fmt.count(pair.columns),
        direction=pair.direction,
    )


def view_change(row: ChangeRow) -> ChangeView:
    """One line of the list."""
    return ChangeView(
        href=column_href(row.asset.id, row.column.name),
        table=row.asset.qualified_name,
        column=row.column.name,
        before=row.change.before_class or "",
        after=row.change.after_class or "",
        confidence=round(100 * row.change.after_confidence),
    )


def view_history(row: ModelRow, standing: Learning) -> HistoryView:
    """One line of the history; one may go back to own models that were in use and still fit."""
    model = row.model
    site = model.scores.get("site") or {}
    is_fitting = bool(model.artefact_key) and model.base_version == standing.shipped_version
    return HistoryView(
        id=str(model.id),
        name=_name(model),
        what=_what(model),
        status=str(model.status),
        reviews=fmt.count(model.review_count),
        scores=f"{round(100 * site['champion'])} → {round(100 * site['challenger'])} %" if site.get("columns") else "",
        who=row.decided_by or row.requested_by or "PurSight",
        at=fmt.ago(model.decided_at or model.trained_at or model.created_at),
        at_exact=fmt.exact(model.decided_at or model.trained_at or model.created_at),
        error=model.error or "",
        can_return=is_fitting and model.status == ModelStatus.RETIRED and standing.active is None,
    )
