"""Records Spark's analysed plans of the queries below into `plans.zstd`, as they are.

`PYTHONPATH=. .venv/bin/python tests/cases/analyzed_plans/record.py` in an environment that has pandas too, for `mapInPandas`.
"""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
# Over people(id, email, city, born, tags, home) and orders(order_id, id, amount, note).
QUERIES: dict[str, str] = {
    "copy": "SELECT id, email AS contact FROM people WHERE city = 'Ulm'",
    "figures": "SELECT city, count(*) AS n, max(email) AS last, avg(id) AS mean FROM people GROUP BY city",
    "answers": "SELECT email IS NULL AS missing, length(email) AS size, email LIKE '%@x' AS ours FROM people",
    "choice": "SELECT CASE WHEN city = 'Ulm' THEN email ELSE 'none' END AS a, if(id > 1, city, email) AS b FROM people",
    "masks": "SELECT sha2(email, 256) AS h, concat(left(email, 2), '***') AS m, concat(email, '***') AS plain, "
    "regexp_replace(email, '.', '*') AS stars, mask(email) AS masked FROM people",
    "texts": "SELECT cast(id AS string) AS a, cast(email AS date) AS b, coalesce(email, city) AS c, home.street AS d FROM people",
    "windows": "SELECT email, row_number() OVER (PARTITION BY city ORDER BY born) AS n, "
    "lag(email) OVER (ORDER BY id) AS earlier FROM people",
    "join": "SELECT p.email, o.amount FROM people p JOIN orders o ON p.id = o.id",
    "using": "SELECT id, email, note FROM people FULL JOIN orders USING (id)",
    "semi": "SELECT email FROM people LEFT SEMI JOIN orders ON people.id = orders.id",
    "self": "SELECT a.email, b.email AS friend FROM people a JOIN people b ON a.city = b.city",
    "union": "SELECT email, city FROM people UNION ALL SELECT note, email FROM orders JOIN people USING (id)",
    "swapped": "SELECT email, city FROM people UNION ALL SELECT city, email FROM people",
    "except": "SELECT email FROM people EXCEPT SELECT note FROM orders",
    "cte": "WITH c AS (SELECT id AS who, email FROM people) SELECT who, (SELECT max(email) FROM c) AS one FROM c",
    "correlated": "SELECT email, (SELECT max(note) FROM orders o WHERE o.id = people.id) AS note FROM people",
    "exists": "SELECT email FROM people WHERE EXISTS (SELECT 1 FROM orders WHERE orders.id = people.id)",
    "lateral": "SELECT email, x.note FROM people, LATERAL (SELECT note FROM orders WHERE orders.id = people.id) x",
    "explode": "SELECT email, tag FROM people LATERAL VIEW explode(tags) t AS tag",
    "pivot": "SELECT * FROM (SELECT city, id, email FROM people) PIVOT (max(email) FOR id IN (1 AS one, 2 AS two))",
    "unpivot": "SELECT * FROM (SELECT id, email, city FROM people) UNPIVOT (value FOR name IN (email, city))",
    "cube": "SELECT city, born, count(email) AS n FROM people GROUP BY CUBE (city, born)",
    "constants": "SELECT * FROM VALUES (1, 'a') AS t(number, letter)",
}


def frames() -> dict[str, Callable[[Any], Any]]:
    """The same by the API of Python."""
    from pyspark.sql import functions as F  # noqa: N812  the name that everybody knows

    return {
        "py_chain": lambda spark: (
            spark.table("people").join(spark.table("orders"), "id").groupBy("city").agg(F.max("note").alias("note"))
            .withColumn("hidden", F.sha2("note", 256))
        ),
        "py_udf": lambda spark: spark.table("people").select(
            "id", F.udf(lambda text: text.lower())("email").alias("small"), F.udf(hash_email)("email").alias("h")
        ),
        "py_long": lambda spark: long_chain(spark.table("people")),
        "py_map": lambda spark: (
            spark.table("people").select("id", "email").mapInPandas(lambda parts: parts, "who long, text string")
        ),
        "py_own_view": own_view,
        "py_rdd": lambda spark: spark.createDataFrame(spark.table("people").select("email").rdd),
        "py_dedup": lambda spark: spark.table("people").dropDuplicates(["city"]).orderBy("born").limit(3).select("email"),
    }  # fmt: skip


def hash_email(text: str) -> str:
    """Its name says what it does."""
    return text


def long_chain(frame: Any) -> Any:
    """As loops over columns make them: deeper than Python may recurse."""
    for number in range(400):
        frame = frame.selectExpr(f"concat(email, '{number}') AS email")
    return frame


def own_view(spark: Any) -> Any:
    """A step that gives a view of its own the name of an input."""
    spark.table("people").selectExpr("city AS id", "email").createOrReplaceTempView("people")
    return spark.sql("SELECT id, email FROM people")


def main() -> None:
    """Runs Spark in this process and analyses; no query is run."""
    import zstandard
    from pyspark.sql import SparkSession

    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="record-") as folder:
        spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
        spark.range(5).selectExpr(
            "id", "'a' AS email", "'Ulm' AS city", "current_date() AS born", "array('x') AS tags",
            "named_struct('street', 'b') AS home",
        ).write.parquet(f"{folder}/people")  # fmt: skip
        spark.range(5).selectExpr("id AS order_id", "id", "1.5D AS amount", "'n' AS note").write.parquet(
            f"{folder}/orders"
        )
        asked = {**{name: lambda spark, sql=sql: spark.sql(sql) for name, sql in QUERIES.items()}, **frames()}
        for name, make in asked.items():
            for table in ("people", "orders"):
                spark.read.parquet(f"{folder}/{table}").createOrReplaceTempView(table)
            found[name] = json.loads(make(spark)._jdf.queryExecution().analyzed().toJSON())
        spark.stop()
    text = json.dumps(found, separators=(",", ":")).encode()
    (HERE / "plans.zstd").write_bytes(zstandard.ZstdCompressor(level=19).compress(text))
    print(len(text), (HERE / "plans.zstd").stat().st_size)


if __name__ == "__main__":
    main()
