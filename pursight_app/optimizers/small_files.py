"""Small files: each file costs an opening, a listing and often a task, however little is in it."""

from collections.abc import Iterator
from dataclasses import replace

from pursight_app.core.definitions import Definition
from pursight_app.core.executions import Execution, PlanNode, Query
from pursight_app.optimizers.base import MIB, Candidate, Found, mib, scans, share_of_query

KEY = "small_files"
LEAST_FILES, SMALL = 100, 8 * MIB
# Opening and closing one file, reading its footer: what remains of a file that is nearly empty.
FILE_COST_MS = 12


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
            "operator": node.text[:200],
        },
        min(share_of_query(execution, query) * 0.8, cost),
    )


def propose(definition: Definition) -> Iterator[Candidate]:
    """Writes one file for each partition instead of one from each task; packs small files into fewer reading tasks."""
    outputs = tuple(
        replace(each, files=1) if each.partition_by and not each.files else each for each in definition.outputs
    )
    if outputs != definition.outputs:
        yield Candidate(
            f"{KEY}_out",
            "Write one file for each partition",
            "layout",
            "Rows of one partition are brought together first, so each partition is one file instead of one from every task.",
            "The same rows are written; only how many files hold them changes.",
            "medium: a partition that is very large is written by one task",
            replace(definition, outputs=outputs),
            0.8,
        )
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
