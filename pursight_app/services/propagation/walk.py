"""Where a label arrives when it follows column lineage, and where and why its ways end. Pure: no session."""

import heapq
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from pursight_app.models import Transformation
from pursight_app.services.propagation.weakening import Label, weaken

MAX_DEPTH = 20
MAX_COLUMNS = 2_000


class EndReason(StrEnum):
    """Why a way ends."""

    BROKEN = "broken"
    AGGREGATED = "aggregated"
    DECIDED_OTHERWISE = "decided_otherwise"
    TOO_FAR = "too_far"


@dataclass(frozen=True, slots=True)
class Edge:
    """One column takes values from another; `is_broken` when a person stopped labels between them."""

    upstream: UUID
    downstream: UUID
    transformation: Transformation
    is_broken: bool = False


@dataclass(frozen=True, slots=True)
class Graph:
    """Edges by upstream column; `decided` are the classes that people decided on, "" for a rejection."""

    edges: Mapping[UUID, tuple[Edge, ...]]
    decided: Mapping[UUID, str] = field(default_factory=dict[UUID, str])
    is_cut: bool = False

    @property
    def columns(self) -> frozenset[UUID]:
        """Every column that an edge leads to."""
        return frozenset(edge.downstream for edges in self.edges.values() for edge in edges)


@dataclass(frozen=True, slots=True)
class Arrival:
    """What is left of the label where it arrives, and the edges by which it came, nearest the source first."""

    label: Label
    path: tuple[Edge, ...]

    @property
    def strength(self) -> tuple[int, float, int]:
        """Orders labels that reach one column: sensitivity, then confidence, then the shorter way; greater is stronger."""
        return self.label.sensitivity.rank, self.label.confidence, -len(self.path)


@dataclass(frozen=True, slots=True)
class Walk:
    """All arrivals by column, the edges at which ways end, and the columns that lie in the dark for whoever asks."""

    arrivals: dict[UUID, Arrival]
    ends: dict[Edge, EndReason]
    hidden: frozenset[UUID]
    is_cut: bool


@dataclass(order=True, slots=True)
class _Candidate:
    weakness: float
    length: int
    names: tuple[str, ...]
    arrival: Arrival = field(compare=False)
    at: UUID = field(compare=False)


def follow(graph: Graph, source: UUID, label: Label, *, dark: Container[UUID] = ()) -> Walk:
    """Follows a label downstream by the ways that keep most of it; no way enters a column that is in the `dark`.

    Masked and unmasked arrivals are followed apart: an unmasked one is stronger at the column, but the masked one may
    be the more certain further down, where both are masked.
    """
    arrivals: dict[tuple[UUID, bool], Arrival] = {}
    ends: dict[Edge, EndReason] = {}
    hidden: set[UUID] = set()
    queue = [_Candidate(-label.confidence, 0, (), Arrival(label, ()), source)]
    settled: set[UUID] = set()
    is_cut = graph.is_cut
    while queue:
        here = heapq.heappop(queue)
        place = (here.at, here.arrival.label.is_masked)
        if place in arrivals:
            continue
        if len(settled) >= MAX_COLUMNS and here.at not in settled:
            is_cut = True
            break
        arrivals[place] = here.arrival
        settled.add(here.at)
        for edge, left in _onward(graph, here, ends):
            if edge.downstream in dark:
                hidden.add(edge.downstream)
            elif (edge.downstream, left.is_masked) not in arrivals and edge.downstream != source:
                path = (*here.arrival.path, edge)
                names = (*here.names, str(edge.downstream))
                heapq.heappush(
                    queue, _Candidate(-left.confidence, len(path), names, Arrival(left, path), edge.downstream)
                )
    return Walk(_strongest(arrivals, source), ends, frozenset(hidden), is_cut or EndReason.TOO_FAR in ends.values())


def _onward(graph: Graph, here: _Candidate, ends: dict[Edge, EndReason]) -> Iterator[tuple[Edge, Label]]:
    """The edges that the label passes from here, with what is left of it; notes those that it does not."""
    label, path = here.arrival.label, here.arrival.path
    if path and graph.decided.get(here.at, label.data_class) != label.data_class:
        ends[path[-1]] = EndReason.DECIDED_OTHERWISE
        return
    for edge in graph.edges.get(here.at, ()):
        left = weaken(label, edge.transformation)
        if edge.is_broken:
            ends[edge] = EndReason.BROKEN
        elif left is None:
            ends[edge] = EndReason.AGGREGATED
        elif len(path) >= MAX_DEPTH:
            ends[edge] = EndReason.TOO_FAR
        else:
            yield edge, left


def _strongest(arrivals: Mapping[tuple[UUID, bool], Arrival], source: UUID) -> dict[UUID, Arrival]:
    best: dict[UUID, Arrival] = {}
    for (column, _), arrival in arrivals.items():
        if column != source and (column not in best or arrival.strength > best[column].strength):
            best[column] = arrival
    return best
