"""The bed of the pipeline benchmark: TPC-H data with what pipelines suffer from, ten pipelines with known sins and a control.

After the measurements of the design notes. Each pipeline is given as its engineer registered it and as somebody tuned it by
hand, settings and code; the second is the reference in the same run.
"""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

OLD = {"spark.sql.adaptive.enabled": "false"}
NO_BROADCAST = {**OLD, "spark.sql.autoBroadcastJoinThreshold": "-1"}
Definition = dict[str, Any]


def make_bed(folder: Path, scale: float) -> None:
    """Writes the data once; a folder that is there is taken as it is."""
    done = folder / f"done-{scale}"
    if done.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    tool = str(Path(sys.executable).with_name("tpchgen-cli"))
    subprocess.run([tool, "parquet", "-s", str(scale), "--output-dir", str(folder)], check=True)
    _events(folder / "events", round(10_000_000 * scale))
    _partitioned(folder, scale)
    _wide_part(folder, scale)
    _contacts(folder, round(20_000 * scale**0.5))
    done.touch()


def _events(folder: Path, count: int) -> None:
    """Three quarters of them belong to one key."""
    dice = np.random.default_rng(1)
    folder.mkdir(exist_ok=True)
    for part in range(8):
        size = count // 8
        key = np.where(dice.random(size) < 0.75, 1, dice.integers(2, 50_000, size))
        table = pa.table({"key": key, "value": dice.random(size), "note": np.char.add("n", (key % 1_000).astype(str))})
        pq.write_table(table, folder / f"part-{part}.parquet")


def _partitioned(folder: Path, scale: float) -> None:
    """Lineitem as one small file for each day."""
    table = pq.read_table(
        _one(folder, "lineitem"), columns=["l_orderkey", "l_quantity", "l_extendedprice", "l_shipdate"]
    )
    days = table["l_shipdate"].combine_chunks().cast(pa.int32()).to_numpy()
    order = np.argsort(days, kind="stable")
    table = table.take(pa.array(order))
    edges = np.flatnonzero(np.diff(days[order])) + 1
    place = folder / "lineitem_days"
    place.mkdir(exist_ok=True)
    starts = [0, *edges.tolist()]
    for number, (start, end) in enumerate(zip(starts, [*edges.tolist(), table.num_rows], strict=True)):
        if number % max(1, round(1 / max(scale, 0.1) / 10)) == 0:
            pq.write_table(table.slice(start, end - start), place / f"day-{number}.parquet")


def _wide_part(folder: Path, scale: float) -> None:
    """Part as raw CSV, wide with text; few rows survive what is asked of it."""
    count, text = round(200_000 * scale), "x" * 400
    with (folder / "part_wide.csv").open("w") as file:
        file.write("p_partkey,p_size,p_text\n")
        for number in range(1, count + 1):
            file.write(f"{number},{number % 333},{text}\n")


def _contacts(folder: Path, count: int) -> None:
    dice = np.random.default_rng(2)
    for name in ("contacts_a", "contacts_b"):
        numbers = dice.integers(0, count * 3, (2, count))
        table = pa.table(
            {
                "id": np.arange(count),
                "phone": [f"+49{number:09d}" for number in numbers[0]],
                "name": [f"Person {number}" for number in numbers[1]],
            }
        )
        pq.write_table(table, folder / f"{name}.parquet")


def _one(folder: Path, name: str) -> Path:
    found = folder / f"{name}.parquet"
    return found if found.exists() else folder / name


def _pipeline(
    folder: Path,
    out: Path,
    reads: Mapping[str, str],
    steps: list[dict[str, str]],
    conf: Mapping[str, str],
    **output: Any,
) -> Definition:
    inputs = []
    for name in reads:
        place = folder / reads[name]
        if reads[name].endswith(".csv"):
            options = {"header": "true", "inferSchema": "true"}
            inputs.append({"name": name, "path": str(place), "format": "csv", "options": options})
        else:
            inputs.append({"name": name, "path": str(_one(folder, reads[name])), "format": "parquet"})
    outputs = output.pop("outputs", None) or [
        {"step": steps[-1]["name"], "path": str(out), "format": "parquet", **output}
    ]
    return {"inputs": inputs, "steps": steps, "outputs": outputs, "spark_conf": dict(conf)}


_PRICING = (
    "SELECT l_returnflag, l_linestatus, sum(l_quantity) AS quantity, sum(l_extendedprice * (1 - l_discount)) AS price, "
    "count(DISTINCT l_orderkey) AS orders FROM lineitem GROUP BY l_returnflag, l_linestatus, l_shipmode"
)
_UDF = (
    "from pyspark.sql.functions import udf\n\n@udf('string')\ndef band(price):\n    if price is None:\n        return None\n"
    "    if price > 50000:\n        return 'high'\n    return 'mid' if price > 10000 else 'low'\n\n"
    "@udf('double')\ndef net(price, discount):\n    return price * (1 - discount)\n\n"
    "def run(spark, params):\n    rows = spark.table('lineitem').selectExpr('cast(l_extendedprice as double) as price', "
    "'cast(l_discount as double) as discount')\n    marked = rows.select(band('price').alias('band'), net('price', 'discount').alias('net'))\n"
    "    return marked.groupBy('band').sum('net')\n"
)
_NO_UDF = (
    "SELECT CASE WHEN price IS NULL THEN NULL WHEN price > 50000 THEN 'high' WHEN price > 10000 THEN 'mid' ELSE 'low' END AS band, "
    "sum(price * (1 - discount)) AS `sum(net)` FROM (SELECT cast(l_extendedprice AS double) AS price, cast(l_discount AS double) AS discount "
    "FROM lineitem) GROUP BY 1"
)
_MIX = (
    "def run(spark, params):\n    rows = spark.table('both').repartition(400)\n    print(f'rows: {rows.count()}')\n"
    "    return rows.groupBy('l_suppkey').agg({'l_extendedprice': 'sum'})\n"
)
_BASE = (
    "SELECT o.o_custkey, o.o_orderpriority, l.l_shipmode, l.l_quantity, l.l_extendedprice * (1 - l.l_discount) AS price "
    "FROM lineitem l JOIN orders o ON l.l_orderkey = o.o_orderkey"
)
_FOUR = {
    "by_customer": "SELECT o_custkey, sum(price) AS price FROM base GROUP BY o_custkey",
    "by_priority": "SELECT o_orderpriority, sum(price) AS price, count(*) AS n FROM base GROUP BY o_orderpriority",
    "by_mode": "SELECT l_shipmode, sum(l_quantity) AS quantity FROM base GROUP BY l_shipmode",
    "by_both": "SELECT o_orderpriority, l_shipmode, max(price) AS price FROM base GROUP BY o_orderpriority, l_shipmode",
}


def pipelines(folder: Path, out: Path) -> dict[str, tuple[Definition, Definition]]:
    """Name → as registered, as tuned by hand. Of the control and the spill both are the same: nothing is to be gained."""

    def sql(name: str, text: str, **more: str) -> dict[str, str]:
        return {"name": name, "sql": text, **more}

    line, events = {"lineitem": "lineitem"}, {"events": "events"}
    both = {"lineitem": "lineitem", "orders": "orders"}
    skewed = [
        sql(
            "joined",
            "SELECT k.note, count(*) AS n, sum(e.value) AS total FROM events e JOIN (SELECT key, min(note) AS note FROM events GROUP BY key) k ON e.key = k.key GROUP BY k.note",
        )
    ]
    days = [
        sql(
            "months",
            "SELECT l_orderkey, l_quantity, l_extendedprice, date_format(l_shipdate, 'yyyy-MM') AS month FROM days",
        )
    ]
    wide = {"lineitem": "lineitem", "part": "part_wide.csv"}
    parts = [
        sql(
            "sizes",
            "SELECT p.p_size, sum(l.l_quantity) AS quantity FROM lineitem l JOIN part p ON l.l_partkey = p.p_partkey WHERE p.p_size = 7 GROUP BY p.p_size",
        )
    ]
    late = "SELECT o_orderpriority, count(*) AS n, sum(l_extendedprice) AS price FROM staged WHERE date_format(l_shipdate, 'yyyy-MM') = '1998-08' GROUP BY o_orderpriority"
    early = late.replace(
        "date_format(l_shipdate, 'yyyy-MM') = '1998-08'",
        "l_shipdate >= DATE '1998-08-01' AND l_shipdate < DATE '1998-09-01'",
    )
    staged = "SELECT * FROM lineitem JOIN orders ON l_orderkey = o_orderkey"
    four = [sql(name, text) for name, text in _FOUR.items()]
    outputs = [{"step": name, "path": str(out / name), "format": "parquet"} for name in _FOUR]
    contacts = {"a": "contacts_a", "b": "contacts_b"}
    match = "SELECT a.id AS a_id, b.id AS b_id FROM a JOIN b ON a.phone = b.phone{}"
    united = f"{match.format('')} UNION ALL SELECT a.id AS a_id, b.id AS b_id FROM a JOIN b ON a.name = b.name AND NOT coalesce(a.phone = b.phone, false)"
    window = [
        sql(
            "ranked",
            "SELECT l_orderkey, l_partkey, l_comment, row_number() OVER (PARTITION BY l_suppkey ORDER BY l_comment, l_orderkey, l_linenumber) AS place FROM lineitem",
        )
    ]
    mix = [
        sql(
            "both",
            "SELECT DISTINCT * FROM (SELECT * FROM lineitem WHERE l_quantity > 25 UNION SELECT * FROM lineitem WHERE l_discount > 0.05) ORDER BY l_orderkey",
        ),
        {"name": "sums", "python": _MIX},
    ]
    lean = [
        sql(
            "sums",
            "SELECT l_suppkey, sum(l_extendedprice) AS `sum(l_extendedprice)` FROM lineitem WHERE l_quantity > 25 OR l_discount > 0.05 GROUP BY l_suppkey",
        )
    ]

    def make(
        reads: Mapping[str, str], steps: list[dict[str, str]], conf: Mapping[str, str] | None = None, **more: Any
    ) -> Definition:
        return _pipeline(folder, out, reads, steps, conf or {}, **more)

    control = make(line, [sql("flags", "SELECT l_returnflag, count(*) AS n FROM lineitem GROUP BY l_returnflag")])
    spill = make(line, window, {"spark.sql.shuffle.partitions": "8"})
    return {
        "P1 partitions": (make(line, [sql("pricing", _PRICING)], {**OLD, "spark.sql.shuffle.partitions": "600"}), make(line, [sql("pricing", _PRICING)])),
        "P2 skew": (make(events, skewed, NO_BROADCAST), make(events, skewed)),
        "P3 small files": (make({"days": "lineitem_days"}, days, partition_by=["month"]), make({"days": "lineitem_days"}, days, partition_by=["month"], files=1)),
        "P4 broadcast": (make(wide, parts, NO_BROADCAST), make(wide, parts)),
        "P5 late filter": (
            make(both, [sql("staged", staged, persist="stage"), sql("late", late)]), make(both, [sql("staged", staged), sql("late", early)])
        ),
        "P6 repeated scan": (make(both, [sql("base", _BASE), *four], outputs=outputs), make(both, [sql("base", _BASE, persist="stage"), *four], outputs=outputs)),
        "P7 Python UDF": (make(line, [{"name": "bands", "python": _UDF}]), make(line, [sql("bands", _NO_UDF)])),
        "P8 spill": (spill, spill),
        "P9 OR-join": (make(contacts, [sql("matches", match.format(" OR a.name = b.name"))]), make(contacts, [sql("matches", united)])),
        "P10 control": (control, control),
        "P11 legacy mix": (make(line, mix, {**OLD, "spark.sql.shuffle.partitions": "400"}), make(line, lean)),
    }  # fmt: skip
