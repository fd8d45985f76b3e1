"""Small files: each file costs an opening, a listing and often a task, however little is in it."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pursight_app.core.definitions import Definition, Output
from pursight_app.core.executions import Execution, PlanNode, Query
from pursight_app.optimizers.base import MIB, Bottleneck, Candidate, Found, Seen, mib, scans, share_of_query

KEY = "small_files"
LEAST_FILES, SMALL = 100, 8 * MIB
# Opening and closing one file, reading its footer: what remains of a file that is nearly empty.
FILE_COST_MS = 12
# As large as readers split files anyway (spark.sql.files.maxPartitionBytes).
FILE_BYTES = 128 * MIB


def diagnose(execution: Execution) -> Iterator[Found]:
    """Scans of many small files, and writes of them."""
    for query in execution.queries.values():
        for scan in scans(query.plan):
            files, size = scan.metrics.get("number of files read", 0), scan.metrics.get("size of files read", 0)
            if files >= LEAST_FILES and size / files < SMALL:
                yield _found(execution, query, scan, (files, size), is_read=True)
        for node in query.plan.walk() if query.plan else ():
            files, size = node.metrics.get("number of written files", 0), node.metrics.get("written output", 0)
            if files >= LEAST_FILES // 2 and size / files < SMALL:
                yield _found(execution, query, node, (files, size), is_read=False)


def _found(execution: Execution, query: Query, node: PlanNode, found: tuple[int, int], *, is_read: bool) -> Found:
    files, size = found
    cores = max(1, execution.cores)
    does = "reads" if is_read else "writes"
    cost = files * FILE_COST_MS * (1 if is_read else 2) / cores + node.metrics.get("metadata time", 0)
    advice = (
        "Compact the files at their source, or pack more of them into a task (spark.sql.files.openCostInBytes)."
        if is_read
        else "Bring the rows of each partition together before writing: one file for each instead of one from each task."
    )
    return Found(
        f"Query {query.id} {does} {files:,} files of {mib(size / files)}",
        f"query {query.id}",
        f"{mib(size)} in {files:,} files: opening and closing them costs more than their bytes.",
        advice,
        {
            "files": files,
            "bytes": size,
            "bytes_per_file": round(size / files),
            "direction": does,
            "partitions": node.metrics.get("number of dynamic part", 0),
            "cores": cores,
            "operator": node.text[:200],
        },
        min(share_of_query(execution, query) * 0.8, cost),
    )


def propose(definition: Definition) -> Iterator[Candidate]:
    """Packs small files into fewer reading tasks."""
    conf = {"spark.sql.files.openCostInBytes": "262144", "spark.sql.files.maxPartitionBytes": str(256 * MIB)}
    if not any(key in definition.spark_conf for key in conf):
        yield Candidate(
            f"{KEY}_in",
            "Pack more small files into each reading task",
            "configuration",
            "Spark counts 4 MB for opening a file and so gives each task few of them; on a disk or store that opens quickly that is too many tasks.",
            "Settings change how files are given to tasks, never which rows there are.",
            "low: a setting is put back as easily",
            definition.with_conf(conf),
            0.8,
        )


def propose_for(definition: Definition, seen: Seen) -> Iterator[Candidate]:
    """Writes as few files as hold what a run wrote, instead of one from each task into each partition."""
    written = seen.of(KEY, direction="writes")
    outputs = tuple(replace(each, files=each.files or _files(each, written)) for each in definition.outputs)
    changed = [after for before, after in zip(definition.outputs, outputs, strict=True) if after != before]
    if changed:
        told = [f"{each.files} for {'each partition of ' if each.partition_by else ''}{each.step}" for each in changed]
        is_plain = all(each.partition_by and each.files == 1 for each in changed)
        yield Candidate(
            f"{KEY}_out",
            "Write one file for each partition" if is_plain else f"Write fewer files: {', '.join(told)}",
            "layout",
            "Rows of one file are brought together first, instead of one file from every task in every place.",
            "The same rows are written; only how many files hold them changes.",
            "medium: a partition that is very large is written by few tasks",
            replace(definition, outputs=outputs),
            0.8,
        )


def _files(output: Output, written: Sequence[Bottleneck]) -> int:
    """How many files are enough for an output, or for each of its partitions; 0 leaves it to Spark."""
    of_kind = [each.evidence for each in written if bool(each.evidence.get("partitions")) == bool(output.partition_by)]
    size = int(of_kind[0]["bytes"]) if of_kind else 0
    if output.partition_by:
        return max(1, math.ceil(size / int(of_kind[0]["partitions"]) / FILE_BYTES)) if of_kind else 1
    # Fewer than that would leave cores without work, as what comes before is computed by as many tasks.
    return max(2 * int(of_kind[0]["cores"]), math.ceil(size / FILE_BYTES)) if of_kind else 0
