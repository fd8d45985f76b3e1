"""Repeated scans: the same data are read, and often the same work done, several times in one run."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from pursight_app.core.definitions import Definition
from pursight_app.core.executions import Execution, PlanNode, Query
from pursight_app.optimizers.base import MIB, Candidate, Found, mib, scans, share_of_query

KEY = "repeated_scan"
LEAST_BYTES = 4 * MIB
_IDS = re.compile(r"#\d+L?")


def diagnose(execution: Execution) -> Iterator[Found]:
    """Places that several scans of the run read."""
    seen: dict[str, list[tuple[Query, PlanNode]]] = defaultdict(list)
    for query in execution.queries.values():
        for scan in scans(query.plan):
            place = scan.metadata.get("Location") or _IDS.sub("", scan.text)[:200]
            seen[place].append((query, scan))
    for place, found in seen.items():
        size = max(scan.metrics.get("size of files read", 0) for _, scan in found)
        if len(found) < 2 or size < LEAST_BYTES:
            continue
        queries = {query.id: query for query, _ in found}
        spent = sum(share_of_query(execution, query) for query in queries.values())
        # Within one query some of the work behind the scans differs; between queries most of it is usually the same base.
        times = len(queries) if len(queries) > 1 else len(found)
        yield Found(
            f"The same {mib(size)} are read {len(found)} times",
            f"queries {', '.join(map(str, sorted(queries)))}" if len(queries) > 1 else f"query {next(iter(queries))}",
            f"{place[:160]} is read by {len(queries)} queries; what they do to it first is done as often.",
            "Keep what the readers share: cache the common step, or write it once.",
            {"times": len(found), "queries": len(queries), "bytes": size, "location": place[:300]},
            spent * (times - 1) / times * 0.7,
        )


def propose(definition: Definition) -> Iterator[Candidate]:
    """Keeps a step that several later steps or outputs read, in memory and what does not fit on disk."""
    for step in definition.steps:
        readers = readers_of(definition, step.name)
        if step.persist != "none" or readers < 2:
            continue
        for how, words in (("memory", "in memory"), ("stage", "in files")):
            yield Candidate(
                f"{KEY}_{how}:{step.name}",
                f"Compute step {step.name} once and keep it {words}",
                "caching",
                f"{readers} steps or outputs read {step.name}; without keeping it, each of them computes it anew.",
                "The readers get the rows that the step gives once; a step with rand() or now() would have differed between readers.",
                "medium: what is kept takes memory or disk while the run lasts",
                definition.with_step(replace(step, persist=how)),
                0.95 if how == "memory" else 0.8,
            )


def readers_of(definition: Definition, name: str) -> int:
    """How many later steps and outputs read a step."""
    word = re.compile(rf"\b{re.escape(name)}\b", re.IGNORECASE)
    steps = sum(bool(word.search(step.sql or step.python)) for step in definition.steps if step.name != name)
    return steps + sum(output.step == name for output in definition.outputs)
