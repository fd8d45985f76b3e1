"""The view rows of labels that follow lineage, in words for people."""

from collections.abc import Iterable
from dataclasses import dataclass

from pursight_app.services.propagation import ColumnLink, ColumnName, End, EndReason, ReceivedLabel, Step, Target
from state.base import column_href

STEP_WORDS = {
    "identity": "copied",
    "transformation": "changed",
    "masking": "masked",
    "aggregation": "counted or compared",
}
END_WORDS = {
    EndReason.BROKEN: "labels are stopped here",
    EndReason.AGGREGATED: "only a count or an answer about the values is left",
    EndReason.DECIDED_OTHERWISE: "a person decided otherwise on this column",
    EndReason.TOO_FAR: "it is more than 20 steps away",
}
KIND_WORDS = {"view": "view reads it", "foreign_key": "foreign key"}
HIDDEN = "a column that you may not see"


@dataclass
class TargetView:
    """A column that a label would reach; `stays` says why nothing changes there, "" when the label is set."""

    href: str
    column: str
    table: str
    way: str
    data_class: str
    sensitivity: str
    confidence: int
    now: str
    stays: str


@dataclass
class EndView:
    """Where a way ends and why."""

    place: str
    reason: str


@dataclass
class ReceivedView:
    """A label that came to the column that is open."""

    way: str
    data_class: str
    sensitivity: str
    confidence: int


@dataclass
class LinkView:
    """One edge between two columns."""

    upstream_id: str
    upstream: str
    upstream_href: str
    upstream_table: str
    downstream_id: str
    downstream: str
    downstream_href: str
    downstream_table: str
    transformation: str
    kind: str
    is_broken: bool
    stopped: str


def view_target(target: Target) -> TargetView:
    """One line of a preview."""
    now_words = {"propagated": "propagated", "manual": "a person's correction", "automated": "suggested"}
    now = f"{target.now_class}, {now_words.get(target.now_origin, '')}" if target.now_class else "not named"
    return TargetView(
        href=column_href(target.name.asset_id, target.name.column),
        column=target.name.column,
        table=target.name.asset,
        way=_way(target.path),
        data_class=target.data_class,
        sensitivity=target.sensitivity,
        confidence=round(100 * target.confidence),
        now=now,
        stays=target.stays,
    )


def view_end(end: End) -> EndView:
    """One end of a way."""
    return EndView(f"{_full(end.upstream)} → {_full(end.downstream)}", END_WORDS[end.reason])


def view_received(label: ReceivedLabel) -> ReceivedView:
    """Where a label came from."""
    source = _full(label.source) if label.source else HIDDEN
    return ReceivedView(
        way=f"from {source} {_way(label.path)}",
        data_class=label.data_class,
        sensitivity=label.sensitivity,
        confidence=round(100 * label.confidence),
    )


def view_link(link: ColumnLink) -> LinkView:
    """One line of the column lineage."""
    return LinkView(
        upstream_id=str(link.upstream.column_id),
        upstream=link.upstream.column,
        upstream_href=column_href(link.upstream.asset_id, link.upstream.column),
        upstream_table=link.upstream.asset,
        downstream_id=str(link.downstream.column_id),
        downstream=link.downstream.column,
        downstream_href=column_href(link.downstream.asset_id, link.downstream.column),
        downstream_table=link.downstream.asset,
        transformation=str(link.transformation),
        kind=KIND_WORDS.get(link.kind, link.kind),
        is_broken=link.is_broken,
        stopped=f"{link.broken_by}: {link.reason}" if link.is_broken else "",
    )


def _full(name: ColumnName) -> str:
    return f"{name.asset}.{name.column}"


def _way(path: Iterable[Step]) -> str:
    """`through v_customers, copied, then masked`: tables on the way without the last one, and what becomes of values."""
    steps = list(path)
    between = [step.to.asset if step.to else HIDDEN for step in steps[:-1]]
    words = [STEP_WORDS[str(step.transformation)] for step in steps]
    # The same word twice in a row says nothing more.
    said = [word for place, word in enumerate(words) if place == 0 or word != words[place - 1]]
    through = f"through {', '.join(between)}, " if between else "directly, "
    return through + ", then ".join(said)
