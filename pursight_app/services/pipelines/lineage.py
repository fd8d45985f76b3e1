"""What a run read and wrote, into the catalogue: assets of its outputs, edges between tables and between columns."""

from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID, uuid4

import structlog
from sqlalchemy import ARRAY, Text, cast, delete, func, text
from sqlalchemy.dialects.postgresql import insert
from sqlglot import parse_one
from sqlmodel import Session, col, select

from pursight_app.core.clock import now
from pursight_app.core.definitions import Definition, Output, Step
from pursight_app.core.errors import InvalidInputError
from pursight_app.models import (
    Asset,
    AssetColumn,
    AssetKind,
    ColumnLineageEdge,
    DataSource,
    LineageEdge,
    LineageKind,
    PipelineRun,
    Transformation,
)
from pursight_app.services.column_sources import column_sources
from pursight_app.services.column_transformations import strongest_left, weakest_left
from pursight_app.services.identifiers import search_tokens
from pursight_app.services.pipelines.analyzed_plan import Origins, plan_origins, plan_tables
from pursight_app.services.pipelines.catalyst import Json
from pursight_app.services.pipelines.checks import Resolved, tables_read
from pursight_app.spark.jobs import Result

log = structlog.get_logger()
SOURCE_NAME = "Files of pipelines"
Plans = Mapping[str, list[Json]]
# A version of Spark may write a plan otherwise; the run and its results stand all the same.
_NOT_UNDERSTOOD = (LookupError, TypeError, ValueError, AttributeError, RecursionError)


def write_run_lineage(session: Session, run: PipelineRun, resolved: Resolved, result: Result) -> None:
    """Brings inputs and outputs of a run into the catalogue and replaces what the pipeline said of them before."""
    definition = resolved.definition
    source = _source(session, run.workspace_id)
    upstream = {
        given.name: resolved.assets.get(given.name)
        or _asset(session, source, given.path, schema=result.inputs.get(given.name, []))
        for given in definition.inputs
    }
    session.execute(
        delete(LineageEdge).where(
            col(LineageEdge.pipeline_run_id).in_(
                select(PipelineRun.id).where(PipelineRun.pipeline_id == run.pipeline_id)
            )
        )
    )
    columns_of = {name: _columns(session, asset_id) for name, asset_id in upstream.items()}
    origins = step_origins(definition, {name: tuple(found) for name, found in columns_of.items()}, result.plans)
    for output, written in zip(definition.outputs, run.outputs, strict=True):
        target = _asset(session, source, output.path, schema=written["schema"], rows=written["rows"])
        targets, read = _columns(session, target), tables_of(definition, output, result.plans)
        for name, asset_id in upstream.items():
            if asset_id != target and name in read:
                pairs = _pairs(origins.get(output.step, {}), name, columns_of[name], targets)
                _edge(session, run, asset_id, target, pairs)


def _source(session: Session, workspace_id: UUID) -> DataSource:
    wanted = select(DataSource).where(DataSource.workspace_id == workspace_id, DataSource.name == SOURCE_NAME)
    found = session.exec(wanted).first()
    if found is None:
        found = DataSource(workspace_id=workspace_id, name=SOURCE_NAME, kind="files", config={"path": "/"})
        session.add(found)
        session.flush()
    return found


def _asset(
    session: Session, source: DataSource, path: str, *, schema: list[list[str]], rows: int | None = None
) -> UUID:
    folder, _, name = path.rstrip("/").rpartition("/")
    namespace = folder if "://" in folder else f"file://{folder}"
    known = session.exec(
        select(Asset).where(Asset.workspace_id == source.workspace_id, Asset.namespace == namespace, Asset.name == name)
    ).first()
    if known is None:
        tokens = cast(sorted(search_tokens(name)), ARRAY(Text))
        known = Asset(
            workspace_id=source.workspace_id, data_source_id=source.id, kind=AssetKind.FILE, namespace=namespace,
            qualified_name=path.rstrip("/"), name=name,
            search_vector=func.setweight(func.array_to_tsvector(tokens), text("'A'")),
        )  # fmt: skip
        session.add(known)
        session.flush()
    known.missing_since = None
    if rows is not None:
        known.row_count, known.row_count_error, known.scanned_at = rows, None, now()
    _keep_columns(session, known, schema)
    return known.id


def _keep_columns(session: Session, asset: Asset, schema: list[list[str]]) -> None:
    rows = [
        AssetColumn(
            workspace_id=asset.workspace_id, asset_id=asset.id, name=name[:1_000], position=number, data_type=kind[:200]
        ).model_dump()
        for number, (name, kind) in enumerate(schema, start=1)
    ]  # fmt: skip
    if not rows:
        return
    statement = insert(AssetColumn).values(rows)
    changed = {"data_type": statement.excluded.data_type, "missing_since": None}
    session.execute(statement.on_conflict_do_update(index_elements=["asset_id", "name"], set_=changed))


def _columns(session: Session, asset_id: UUID) -> dict[str, UUID]:
    rows = session.exec(select(AssetColumn.name, AssetColumn.id).where(AssetColumn.asset_id == asset_id)).all()
    return dict(rows)


def tables_of(definition: Definition, output: Output, plans: Plans = MappingProxyType({})) -> set[str]:
    """The inputs that an output is made from, through all steps between."""
    inputs, wanted, seen = {each.name for each in definition.inputs}, [output.step], set[str]()
    while wanted:
        name = wanted.pop()
        found, has_others = _planned_tables(definition, name, plans)
        if has_others or not found:
            # What went through an RDD or the driver stands in no plan.
            found = found | _tables_named(definition, name)
        wanted.extend(found - seen)
        seen |= found
    return seen & inputs


def _planned_tables(definition: Definition, name: str, plans: Plans) -> tuple[set[str], bool]:
    """What a step reads by Spark's plan, and whether that may be not all: always where no plan is understood."""
    try:
        return plan_tables(plans[name], _boundaries(definition)) if name in plans else (set(), True)
    except _NOT_UNDERSTOOD:
        return set(), True


def _tables_named(definition: Definition, step_name: str) -> set[str]:
    """The inputs and other steps that a step's text names."""
    step = next((each for each in definition.steps if each.name == step_name), None)
    if step is None:
        return set()
    names = {each.name.lower(): each.name for each in (*definition.inputs, *definition.steps) if each is not step}
    if step.sql:
        found = {table.name.lower() for table in tables_read(parse_one(step.sql, read="spark"))}
    else:
        # What Python reads is seen by the names that stand in it: rather one edge too many than one that is missing.
        found = {name for name in names if name in step.python.lower()}
    return {names[name] for name in found if name in names}


def _boundaries(definition: Definition) -> set[str]:
    """What stands in a plan as files: plans go through other steps as if they were written in one."""
    staged = {step.name for step in definition.steps if step.persist == "stage"}
    return staged | {each.name for each in definition.inputs}


def step_origins(
    definition: Definition, inputs: Mapping[str, tuple[str, ...]], plans: Plans = MappingProxyType({})
) -> dict[str, dict[str, Origins]]:
    """For each step and each of its columns the columns of inputs that its values come from.

    They are read from Spark's plans where there are some, else from SQL; a Python step without a plan ends them.
    """
    known: dict[str, tuple[str, ...]] = dict(inputs)
    made: dict[str, dict[str, Origins]] = {
        name: {column: {(name, column): Transformation.IDENTITY} for column in columns}
        for name, columns in inputs.items()
    }
    for step in definition.steps:
        try:
            own = _planned_origins(definition, step, plans) or _sql_origins(step, known)
        except InvalidInputError as error:
            log.info("pipeline.lineage_not_known", step=step.name, error=error.message[:200])
            continue
        if own:
            made[step.name] = {column: _behind(ways, made) for column, ways in own.items()}
            known[step.name] = tuple(own)
    return made


def _planned_origins(definition: Definition, step: Step, plans: Plans) -> dict[str, Origins]:
    """What a step's columns are made from by Spark's plan; nothing where there is none, or one that is not understood."""
    try:
        return plan_origins(plans[step.name], _boundaries(definition)) if step.name in plans else {}
    except _NOT_UNDERSTOOD as error:
        log.warning("pipeline.plan_not_understood", step=step.name, error=repr(error)[:200])
        return {}


def _sql_origins(step: Step, known: Mapping[str, tuple[str, ...]]) -> dict[str, Origins]:
    """The same from the text of a step: (input or step, column) of each column; nothing for Python."""
    found: dict[str, Origins] = {}
    if step.sql:
        schema = {("", name): columns for name, columns in known.items() if columns}
        for origin in column_sources(step.sql, dialect="spark", schema=schema):
            found.setdefault(origin.output, {})[origin.table, origin.column] = origin.transformation
    return found


def _behind(ways: Origins, made: Mapping[str, Mapping[str, Origins]]) -> Origins:
    """Follows what a column comes from through earlier steps to the inputs."""
    found: Origins = {}
    for (table, column), how in ways.items():
        earlier = next((each for name, each in made.items() if name.lower() == table.lower()), {})
        for place, before in earlier.get(column, {}).items():
            both = weakest_left(before, how)
            found[place] = strongest_left(found[place], both) if place in found else both
    return found


def _pairs(
    origins: Mapping[str, Origins], name: str, sources: Mapping[str, UUID], targets: Mapping[str, UUID]
) -> dict[tuple[UUID, UUID], Transformation]:
    return {
        (sources[column], targets[output]): how
        for output, ways in origins.items()
        for (table, column), how in ways.items()
        if table == name and column in sources and output in targets
    }


def _edge(
    session: Session,
    run: PipelineRun,
    upstream: UUID,
    downstream: UUID,
    pairs: Mapping[tuple[UUID, UUID], Transformation],
) -> None:
    row = LineageEdge(
        id=uuid4(), workspace_id=run.workspace_id, upstream_id=upstream, downstream_id=downstream, kind=LineageKind.PIPELINE,
        pipeline_run_id=run.id,
    )  # fmt: skip
    made = (
        insert(LineageEdge)
        .values(**row.model_dump())
        .on_conflict_do_update(
            index_elements=["upstream_id", "downstream_id", "kind"], set_={"pipeline_run_id": run.id}
        )
    )
    edge_id = session.execute(made.returning(col(LineageEdge.id))).scalar_one()
    rows = [
        ColumnLineageEdge(
            workspace_id=run.workspace_id, lineage_edge_id=edge_id, upstream_column_id=one, downstream_column_id=other,
            transformation=how,
        ).model_dump()
        for (one, other), how in pairs.items()
    ]  # fmt: skip
    if rows:
        session.execute(insert(ColumnLineageEdge).values(rows).on_conflict_do_nothing())
