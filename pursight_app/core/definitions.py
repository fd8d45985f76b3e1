"""What a pipeline is: named steps over inputs, outputs, Spark's configuration. As data, checked when it is read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from croniter import croniter

from pursight_app.core.errors import InvalidInputError

FORMATS = ("parquet", "csv", "json", "orc")
MODES = ("overwrite", "append")
# What becomes of a step: computed anew by each reader, kept in memory, or written to files that the readers read.
PERSISTENCES = ("none", "memory", "stage")
MAX_STEPS, MAX_INPUTS, MAX_CODE = 100, 100, 100_000
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
# An allowlist: other keys load classes, open files or run commands where Spark runs.
_ALLOWED_CONF = re.compile(
    r"""
    spark\.(?:
        sql\.(?:adaptive|shuffle|files|autoBroadcastJoinThreshold|broadcastTimeout|join|inMemoryColumnarStorage
               |parquet|orc|csv|json|optimizer|codegen|ansi|session|sources\.(?:partitionOverwriteMode|bucketing)
               |execution\.arrow|statistics|cbo|limit|windowExec|sort|thriftServer|legacy|caseSensitive)[A-Za-z0-9_.]{0,120}
      | executor\.(?:memory|cores|instances|memoryOverhead|memoryOverheadFactor)
      | driver\.(?:memory|memoryOverhead|maxResultSize)
      | cores\.max | default\.parallelism | task\.(?:cpus|maxFailures)
      | memory\.(?:fraction|storageFraction|offHeap\.(?:enabled|size))
      | dynamicAllocation\.[A-Za-z]{1,60} | speculation(?:\.[A-Za-z]{1,40})?
      | shuffle\.(?:compress|spill\.compress|file\.buffer|sort\.bypassMergeThreshold|io\.[A-Za-z]{1,40})
      | io\.compression\.[A-Za-z0-9_.]{1,60} | reducer\.maxSizeInFlight | locality\.wait(?:\.[a-z]{1,10})?
      | network\.timeout | rdd\.compress | broadcast\.(?:blockSize|compress) | serializer
    )
    """,
    re.VERBOSE,
)
# Nothing on Spark's side is found by a name that a pipeline gives, but for its own serializers.
_CLASSY = re.compile(r"class|factory|extension|listener|plugin|catalog|provider|command|path|dir\b|url", re.IGNORECASE)
_SERIALIZERS = {"org.apache.spark.serializer.KryoSerializer", "org.apache.spark.serializer.JavaSerializer"}
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Input:
    """Data that steps read by `name`: a path, or a table of the catalogue by its qualified name.

    `options` are those of the reader; `schema` are its columns as in CREATE TABLE, "": Spark finds them out.
    """

    name: str
    path: str = ""
    table: str = ""
    format: str = "parquet"
    options: tuple[tuple[str, str], ...] = ()
    schema: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One SELECT, or Python with a `run(spark, params)` that returns a DataFrame; it reads inputs and earlier steps."""

    name: str
    sql: str = ""
    python: str = ""
    persist: str = "none"


@dataclass(frozen=True, slots=True)
class Output:
    """Where the result of a step goes. `files` limits how many files are written for each partition, 0: as they come."""

    step: str
    path: str = ""
    table: str = ""
    format: str = "parquet"
    partition_by: tuple[str, ...] = ()
    mode: str = "overwrite"
    files: int = 0


@dataclass(frozen=True, slots=True)
class Definition:
    """A pipeline as one version of it stands."""

    inputs: tuple[Input, ...]
    steps: tuple[Step, ...]
    outputs: tuple[Output, ...]
    spark_conf: Mapping[str, str] = field(default_factory=dict[str, str])
    params: Mapping[str, Any] = field(default_factory=dict[str, Any])
    schedule: str = ""

    def step(self, name: str) -> Step:
        """The step of that name."""
        return next(step for step in self.steps if step.name == name)

    def with_step(self, step: Step) -> "Definition":
        """The same with another step of that name."""
        return replace(self, steps=tuple(step if each.name == step.name else each for each in self.steps))

    def with_conf(self, changed: Mapping[str, str | None]) -> "Definition":
        """The same with some settings changed; None takes one away."""
        kept = {**self.spark_conf, **{key: value for key, value in changed.items() if value is not None}}
        return replace(
            self, spark_conf={key: value for key, value in kept.items() if changed.get(key, value) is not None}
        )

    def to_json(self) -> dict[str, Any]:
        """As the contract has it; what has its default is left out."""
        inputs = [
            _bare(
                name=each.name,
                path=each.path,
                table=each.table,
                format=each.format,
                options=dict(each.options),
                schema=each.schema,
            )
            for each in self.inputs
        ]
        steps = [
            _bare(
                name=each.name, sql=each.sql, python=each.python, persist="" if each.persist == "none" else each.persist
            )
            for each in self.steps
        ]
        outputs = [
            _bare(
                step=each.step, path=each.path, table=each.table, format=each.format,
                partition_by=list(each.partition_by), mode=each.mode, files=each.files,
            )
            for each in self.outputs
        ]  # fmt: skip
        whole: dict[str, Any] = {
            "inputs": inputs,
            "steps": steps,
            "outputs": outputs,
            "spark_conf": dict(self.spark_conf),
        }
        return whole | _bare(params=dict(self.params), schedule=self.schedule)


def _bare(**given: Any) -> dict[str, Any]:
    return {key: value for key, value in given.items() if value not in ("", 0, [], {})}


def parse_definition(given: Json) -> Definition:
    """Reads and checks a definition: shapes, names, order. What the SQL means is checked by services.pipelines.

    Raises:
        InvalidInputError: the first thing that is wrong, by its place.
    """
    known = {"inputs", "steps", "outputs", "spark_conf", "params", "schedule"}
    if unknown := set(given) - known:
        raise InvalidInputError(f"A definition has {', '.join(sorted(known))}; not {min(unknown)!r}.")
    inputs = tuple(_input(each, number) for number, each in enumerate(_list(given, "inputs", MAX_INPUTS)))
    steps = tuple(_step(each, number) for number, each in enumerate(_list(given, "steps", MAX_STEPS)))
    outputs = tuple(_output(each, number) for number, each in enumerate(_list(given, "outputs", MAX_STEPS)))
    if not steps or not outputs:
        raise InvalidInputError("A pipeline needs at least one step and one output.")
    _check_names(inputs, steps, outputs)
    params = given.get("params") or {}
    if not isinstance(params, Mapping) or len(str(params)) > MAX_CODE:
        raise InvalidInputError("params: an object of values that steps use as parameters.")
    return Definition(inputs, steps, outputs, _conf(given.get("spark_conf") or {}), dict(params), _schedule(given))


def _list(given: Json, name: str, most: int) -> list[Any]:
    found = given.get(name) or []
    if not isinstance(found, list) or len(found) > most:
        raise InvalidInputError(f"{name}: a list of at most {most}.")
    return found


def _place(given: Any, place: str, known: set[str]) -> Json:
    if not isinstance(given, Mapping):
        raise InvalidInputError(f"{place}: an object.")
    if unknown := set(given) - known:
        raise InvalidInputError(f"{place}: has {', '.join(sorted(known))}; not {min(unknown)!r}.")
    return given


def _text(given: Json, key: str, place: str, most: int = 4_096) -> str:
    value = given.get(key, "")
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > most or "\x00" in value:
        raise InvalidInputError(f"{place}.{key}: text of at most {most:,} characters.")
    return value


def _choice(given: Json, key: str, place: str, values: tuple[str, ...]) -> str:
    value = _text(given, key, place) or values[0]
    if value not in values:
        raise InvalidInputError(f"{place}.{key}: one of {', '.join(values)}; not {value[:40]!r}.")
    return value


def _named(given: Json, key: str, place: str) -> str:
    name = _text(given, key, place)
    if not _NAME.fullmatch(name):
        raise InvalidInputError(
            f"{place}.{key}: letters, digits and _ , at most 63, beginning with a letter; not {name[:40]!r}."
        )
    return name


def _address(given: Json, place: str) -> tuple[str, str]:
    path, table = _text(given, "path", place), _text(given, "table", place)
    if bool(path) == bool(table):
        raise InvalidInputError(f"{place}: give either path or table.")
    return path, table


def _input(given: Any, number: int) -> Input:
    place = f"inputs[{number}]"
    found = _place(given, place, {"name", "path", "table", "format", "options", "schema"})
    path, table = _address(found, place)
    options = found.get("options") or {}
    if not isinstance(options, Mapping) or len(options) > 30:
        raise InvalidInputError(f"{place}.options: an object of the reader's options.")
    pairs = tuple((str(key)[:60], str(value)[:4_096]) for key, value in options.items())
    kind, schema = _choice(found, "format", place, FORMATS), _text(found, "schema", place, MAX_CODE).strip()
    return Input(_named(found, "name", place), path, table, kind, pairs, schema)


def _step(given: Any, number: int) -> Step:
    place = f"steps[{number}]"
    found = _place(given, place, {"name", "sql", "python", "persist"})
    sql, python = _text(found, "sql", place, MAX_CODE), _text(found, "python", place, MAX_CODE)
    if bool(sql.strip()) == bool(python.strip()):
        raise InvalidInputError(f"{place}: give either sql or python.")
    return Step(_named(found, "name", place), sql, python, _choice(found, "persist", place, PERSISTENCES))


def _output(given: Any, number: int) -> Output:
    place = f"outputs[{number}]"
    found = _place(given, place, {"step", "path", "table", "format", "partition_by", "mode", "files"})
    path, table = _address(found, place)
    columns = found.get("partition_by") or []
    columns = [columns] if isinstance(columns, str) else columns
    if not isinstance(columns, list) or not all(isinstance(each, str) and 0 < len(each) <= 255 for each in columns):
        raise InvalidInputError(f"{place}.partition_by: a list of column names.")
    files = found.get("files", 0)
    if not isinstance(files, int) or isinstance(files, bool) or not 0 <= files <= 10_000:
        raise InvalidInputError(f"{place}.files: a number from 0 to 10,000.")
    return Output(
        _named(found, "step", place),
        path,
        table,
        _choice(found, "format", place, FORMATS),
        tuple(columns),
        _choice(found, "mode", place, MODES),
        files,
    )


def _check_names(inputs: tuple[Input, ...], steps: tuple[Step, ...], outputs: tuple[Output, ...]) -> None:
    names = [each.name.lower() for each in (*inputs, *steps)]
    if twice := next((name for name in names if names.count(name) > 1), ""):
        raise InvalidInputError(f"Two inputs or steps are called {twice!r}.")
    known = {step.name for step in steps}
    if missing := next((each.step for each in outputs if each.step not in known), ""):
        raise InvalidInputError(f"An output is of step {missing!r}, which there is not.")


def _conf(given: Any) -> dict[str, str]:
    if not isinstance(given, Mapping) or len(given) > 100:
        raise InvalidInputError("spark_conf: an object of at most 100 settings.")
    conf: dict[str, str] = {}
    for key, value in given.items():
        text = str(value).lower() if isinstance(value, bool) else str(value)
        allowed = isinstance(key, str) and _ALLOWED_CONF.fullmatch(key) and not _CLASSY.search(key)
        if (
            not allowed
            or len(text) > 200
            or not text.isprintable()
            or (key == "spark.serializer" and text not in _SERIALIZERS)
        ):
            raise InvalidInputError(
                f"spark_conf: {str(key)[:80]!r} cannot be set by a pipeline. It takes settings of Spark SQL, shuffle, memory and executors."
            )
        conf[key] = text
    return conf


def _schedule(given: Json) -> str:
    schedule = _text(given, "schedule", "definition", 100).strip()
    if schedule and not croniter.is_valid(schedule):
        raise InvalidInputError(f"schedule: five fields as in cron, such as '0 3 * * *'; not {schedule[:60]!r}.")
    return schedule
