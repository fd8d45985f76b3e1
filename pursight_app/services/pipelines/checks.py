"""Whether a definition can run and may: its SQL, where it reads and writes, and what the actor may read."""

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

from sqlalchemy import func
from sqlglot import exp, parse
from sqlglot.errors import SqlglotError
from sqlmodel import Session, col, select

from pursight_app.connectors.boundaries import check_path
from pursight_app.core.definitions import Definition, Input, Output, Step
from pursight_app.core.errors import InvalidInputError, PermissionDeniedError
from pursight_app.core.settings import get_settings
from pursight_app.models import Asset
from pursight_app.services import access
from pursight_app.services.access import Actor, Permission
from pursight_app.services.pipelines.places import require_apart

# They call any Java method where Spark runs, or read what no input names.
FORBIDDEN_FUNCTIONS = frozenset({"reflect", "java_method", "try_reflect", "read_files", "input_file_name"})
_WILD = re.compile(r"[*?\[{]")
REMOTE = ("s3a://", "s3://", "gs://", "abfss://", "hdfs://", "wasbs://")


@dataclass(frozen=True, slots=True)
class Resolved:
    """A definition whose inputs and outputs are paths, the assets that they are, and what is worth a word."""

    definition: Definition
    assets: dict[str, UUID]
    warnings: tuple[str, ...]


def check_definition(session: Session, actor: Actor, workspace_id: UUID, definition: Definition) -> Resolved:
    """Checks SQL, order of steps, places, and that the actor may read what is read.

    Raises:
        InvalidInputError: SQL that does not parse or is no query, an unknown table, a place outside of what is allowed.
        PermissionDeniedError: it reads an asset that the actor may not read (`reads_hidden`).
    """
    known = {each.name.lower() for each in definition.inputs}
    for given in definition.inputs:
        _check_schema(given)
    for step in definition.steps:
        if step.sql:
            check_sql(step, known)
        else:
            _check_python(step)
        known.add(step.name.lower())
    return resolve(session, actor, workspace_id, definition)


def resolve(session: Session, actor: Actor, workspace_id: UUID, definition: Definition) -> Resolved:
    """Turns tables into paths, and says which assets the inputs are.

    Raises:
        InvalidInputError: an unknown table, a place outside of what is allowed, an output in an input.
        PermissionDeniedError: it reads an asset that the actor may not read (`reads_hidden`).
    """
    assets: dict[str, UUID] = {}
    warnings: list[str] = []
    inputs: list[Input] = []
    for given in definition.inputs:
        named = _asset_of_table(session, workspace_id, given.table) if given.table else None
        _require_readable(actor, given, [named] if named else [])
        placed = _placed_input(workspace_id, given, named)
        touched = assets_in(session, workspace_id, given.path, placed.path)
        _require_readable(actor, given, touched)
        exact = named or next((each for each in touched if _is_at(each, placed.path)), None)
        if exact is not None:
            assets[given.name] = exact.id
        elif given.path:
            warnings.append(f"Input {given.name} is not in the catalogue yet; its first run brings it there.")
        inputs.append(placed)
    outputs = tuple(placed_output(workspace_id, each) for each in definition.outputs)
    placed_definition = replace(definition, inputs=tuple(inputs), outputs=outputs)
    require_apart(placed_definition)
    return Resolved(placed_definition, assets, tuple(warnings))


def _require_readable(actor: Actor, given: Input, assets: Sequence[Asset]) -> None:
    for asset in assets:
        if not actor.decide(Permission.CATALOG_READ, access.asset_resource(asset)).allowed:
            raise PermissionDeniedError(
                f"Input {given.name} reads something of the catalogue that you may not read.",
                code="reads_hidden",
                workspace_id=asset.workspace_id,
            )


def check_sql(step: Step, known: set[str]) -> None:
    """One query over known names.

    Raises:
        InvalidInputError: with the place in the text where the parser stopped.
    """
    try:
        found = parse(step.sql, read="spark")
    except SqlglotError as error:
        first = getattr(error, "errors", None)
        place = f" near line {first[0]['line']}: {first[0]['description']}" if first else f": {error}"
        raise InvalidInputError(
            f"The SQL of step {step.name} does not parse{place}"[:500], code="sql_invalid"
        ) from None
    except RecursionError:
        raise InvalidInputError(f"The SQL of step {step.name} is nested too deeply.", code="sql_invalid") from None
    if len(found) != 1 or not isinstance(found[0], exp.Query):
        raise InvalidInputError(
            f"Step {step.name} has to be one SELECT; outputs say what is written.", code="sql_invalid"
        )
    query = found[0]
    if query.find(exp.Into, exp.Command, exp.Create, exp.Insert, exp.Delete, exp.Update, exp.Drop):
        raise InvalidInputError(
            f"Step {step.name} has to be one SELECT; outputs say what is written.", code="sql_invalid"
        )
    for call in query.find_all(exp.Func):
        name = (call.name if isinstance(call, exp.Anonymous) else call.sql_name()).lower()
        if name in FORBIDDEN_FUNCTIONS:
            raise InvalidInputError(f"Step {step.name} calls {name}, which pipelines may not.", code="sql_invalid")
    ctes = {cte.alias.lower() for cte in query.find_all(exp.CTE)}
    for table in tables_read(query):
        name = table.name.lower()
        # `parquet.`/path`` reads any file; a name with a schema is a table that no input brought.
        if table.args.get("db") or table.args.get("catalog") or name not in known | ctes:
            raise InvalidInputError(
                f"Step {step.name} reads {table.sql(dialect='spark')[:80]}, which is no input and no earlier step.",
                code="unknown_table",
            )


def tables_read(query: exp.Expr) -> list[exp.Table]:
    """The tables that a query names where it reads; those in its hints are aliases of them."""
    return [table for table in query.find_all(exp.Table) if not table.find_ancestor(exp.Hint)]


def _check_schema(given: Input) -> None:
    if given.schema and not _is_columns(given.schema):
        raise InvalidInputError(
            f"The schema of input {given.name} has to be columns as in CREATE TABLE, such as: id BIGINT, day DATE.",
            code="schema_invalid",
        )


def _is_columns(text: str) -> bool:
    try:
        made = parse(f"CREATE TABLE t ({text})", read="spark")
    except (SqlglotError, RecursionError):
        return False
    # What follows a bracket that the text itself closes would be more than columns.
    return (
        len(made) == 1
        and isinstance(made[0], exp.Create)
        and isinstance(made[0].this, exp.Schema)
        and not made[0].args.get("properties")
        and not made[0].expression
    )


def _check_python(step: Step) -> None:
    try:
        compiled = compile(step.python, "<step>", "exec")
    except (SyntaxError, ValueError) as error:
        raise InvalidInputError(
            f"The Python of step {step.name} does not compile: {error}"[:300], code="python_invalid"
        ) from None
    if "run" not in compiled.co_names:
        raise InvalidInputError(f"Step {step.name} needs a function run(spark, params).", code="python_invalid")


def _asset_of_table(session: Session, workspace_id: UUID, table: str) -> Asset | None:
    wanted = select(Asset).where(Asset.workspace_id == workspace_id, Asset.qualified_name == table)
    # Of two of this name the one that Spark can read.
    is_file = col(Asset.namespace).startswith("file://")
    return session.exec(wanted.order_by(is_file.desc(), col(Asset.id)).limit(1)).first()


def assets_in(session: Session, workspace_id: UUID, *paths: str) -> list[Asset]:
    """All assets that reading these paths reads something of: what is there, what lies below it, and what it lies in."""
    found: dict[UUID, Asset] = {}
    for place in {_plain(path) for path in paths if path}:
        above = [place]
        while (parent := above[-1].rpartition("/")[0]) and not parent.endswith(("/", ":")):
            above.append(parent)
        whole = func.replace(func.concat(Asset.namespace, "/", Asset.name), "s3a://", "s3://")
        is_below = func.starts_with(whole, f"{place}/")
        wanted = select(Asset).where(Asset.workspace_id == workspace_id, is_below | whole.in_(above))
        found |= {asset.id: asset for asset in session.exec(wanted).all()}
    return list(found.values())


def _asset_at(session: Session, workspace_id: UUID, path: str) -> Asset | None:
    whole = func.replace(func.concat(Asset.namespace, "/", Asset.name), "s3a://", "s3://")
    wanted = select(Asset).where(Asset.workspace_id == workspace_id, whole == _plain(path))
    return session.exec(wanted.order_by(col(Asset.id)).limit(1)).first()


def _is_at(asset: Asset, path: str) -> bool:
    return _plain(f"{asset.namespace}/{asset.name}") == _plain(path)


def _plain(path: str) -> str:
    """A path as assets have it, up to its first wildcard: what may match is what lies below."""
    scheme, _, rest = path.rpartition("://")
    rest = posixpath.normpath(rest)
    if _WILD.search(rest):
        rest = _WILD.split(rest, maxsplit=1)[0].rpartition("/")[0]
    return f"{'s3' if scheme == 's3a' else scheme or 'file'}://{rest}"


def _placed_input(workspace_id: UUID, given: Input, asset: Asset | None) -> Input:
    if given.path:
        return replace(given, path=place(given.path, f"input {given.name}"))
    if asset is not None and asset.namespace.startswith("file://"):
        path = f"{asset.namespace.removeprefix('file://')}/{asset.name}"
        return replace(given, path=place(path, f"input {given.name}"))
    managed = managed_table(workspace_id, given.table)
    if managed.exists():
        return replace(given, path=str(managed))
    reason = (
        "is in a database, which Spark here has no driver for; scan an export of it"
        if asset
        else "is no table of the catalogue"
    )
    raise InvalidInputError(f"Input {given.name}: {given.table[:120]} {reason}.", code="unknown_table")


def placed_output(workspace_id: UUID, output: Output) -> Output:
    """The output with the real path of its place.

    Raises:
        InvalidInputError: a place that pipelines may not use.
    """
    if output.table:
        return replace(output, path=str(managed_table(workspace_id, output.table)))
    return replace(output, path=place(output.path, f"the output of {output.step}"))


def managed_table(workspace_id: UUID, name: str) -> Path:
    """The folder of a table that pipelines write by name; there is no metastore."""
    safe = "".join(sign if sign.isalnum() or sign in "_.-" else "_" for sign in name).strip(".")[:120] or "table"
    return get_settings().path("pipelines", "tables", str(workspace_id), safe)


def place(path: str, what: str) -> str:
    """A path that pipelines may use: below the allowed roots on this machine, or in a store that Spark can reach.

    Raises:
        InvalidInputError: anywhere else, PurSight's own folder included.
    """
    if "\\" in path:
        # Hadoop takes it for the sign that the next letter is meant as it stands: another name for the same file.
        raise InvalidInputError(f"{what}: a path holds no backslash.")
    if path.startswith(REMOTE):
        return path
    if "://" in path and not path.startswith("file://"):
        raise InvalidInputError(f"{what}: only paths, file:// and {', '.join(REMOTE)} are read and written.")
    local = path.removeprefix("file://")
    if not local.startswith("/"):
        raise InvalidInputError(f"{what}: give the whole path, beginning with /.")
    settings = get_settings()
    found = check_path(local, allowed_roots=settings.file_roots)
    if found.is_relative_to(settings.home) and not found.is_relative_to(settings.path("pipelines", "tables")):
        raise InvalidInputError(f"{what}: PurSight's own folder is no place for data.")
    return str(found)


def linked_assets(session: Session, actor: Actor, workspace_id: UUID, definition: Definition) -> dict[str, UUID]:
    """Which assets inputs and outputs are, by table or path as the definition has them; only those that the actor may see."""
    found: dict[str, UUID] = {}
    for each in (*definition.inputs, *definition.outputs):
        asset = _asset_of_table(session, workspace_id, each.table) if each.table else None
        path = each.path or str(managed_table(workspace_id, each.table))
        asset = asset or _asset_at(session, workspace_id, path)
        if asset is not None and actor.decide(Permission.CATALOG_READ, access.asset_resource(asset)).allowed:
            found[each.table or each.path] = asset.id
    return found


def readable_by(session: Session, actor: Actor, assets: Sequence[UUID]) -> bool:
    """Whether the actor may read all of these assets."""
    seen = access.scoped(actor, select(Asset.id).where(col(Asset.id).in_(assets)), Asset)
    return len(set(session.exec(seen).all())) == len(set(assets))
