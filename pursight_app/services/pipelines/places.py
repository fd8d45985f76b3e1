"""Where runs write: beside the place first, then swapped in, so that a run that fails leaves nothing half-done to see."""

import shutil
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from uuid import UUID, uuid4

import structlog

from pursight_app.core.definitions import Definition, Output
from pursight_app.core.errors import InvalidInputError, SparkJobFailedError
from pursight_app.core.settings import get_settings
from pursight_app.services.pipelines.stores import open_store, unreadable

_MARK = ".pursight-"

log = structlog.get_logger()


def run_folder(run_id: UUID) -> Path:
    """Where a run's program keeps what it says."""
    folder = get_settings().path("pipelines", "runs", str(run_id))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def plan_folder(plan_id: UUID) -> Path:
    """The same for the trials of a plan."""
    folder = get_settings().path("pipelines", "plans", str(plan_id))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def side_paths(definition: Definition, run_id: UUID) -> tuple[str, ...]:
    """For each output a path on the same disk or store as its place; readers pass over names that begin with a dot."""
    return tuple(_beside(output.path, f"{run_id.hex}-{number}") for number, output in enumerate(definition.outputs))


def _beside(path: str, mark: str) -> str:
    parent, _, name = path.rstrip("/").rpartition("/")
    return f"{parent}/.{name}{_MARK}{mark}"


def require_apart(definition: Definition) -> None:
    """No output lies in an input or in another output, or holds one. Paths are real ones.

    Raises:
        InvalidInputError: one does.
    """
    outputs = [each.path for each in definition.outputs]
    for number, path in enumerate(outputs):
        if read := next((each for each in definition.inputs if overlap(path, each.path)), None):
            raise InvalidInputError(
                f"{path} is read by {read.name} and written by the same pipeline, or one of them lies in the other."
            )
        if any(overlap(path, other) for other in outputs[:number]):
            raise InvalidInputError(f"Two outputs go to the same place, or one lies in the other: {path}.")


def overlap(one: str, other: str) -> bool:
    """Whether two places are the same, or one lies below the other; names may hold wildcards."""
    pairs = zip(_parts(one), _parts(other), strict=False)
    return all(
        mine == yours or fnmatchcase(mine, yours) or fnmatchcase(yours, mine) or "{" in mine + yours
        for mine, yours in pairs
    )


def _parts(path: str) -> tuple[str, ...]:
    scheme, _, rest = path.rpartition("://")
    known = {"s3a": "s3", "file": ""}.get(scheme, scheme)
    return (known, *(part for part in rest.split("/") if part))


def exists(path: str) -> bool:
    """Whether something is in this place.

    Raises:
        SparkJobFailedError: the store does not say.
    """
    try:
        if "://" not in path:
            return Path(path).exists()
        filesystem, place = open_store(path)
        return bool(filesystem.exists(place))
    except (ImportError, *unreadable()) as error:
        raise SparkJobFailedError(
            f"It cannot be seen whether {path} exists ({type(error).__name__}). Check who may read the folder, or that this server holds keys to the store."
        ) from None


def swap_in(definition: Definition, sides: Sequence[str]) -> None:
    """Puts what was written beside into its place. Doing it twice is fine: what is not beside any more is in place.

    Raises:
        SparkJobFailedError: a place cannot be written; the outputs before it are in place, the others are not.
    """
    for output, side in zip(definition.outputs, sides, strict=True):
        try:
            _swap(output, side)
        except (ImportError, *unreadable()) as error:
            why = getattr(error, "strerror", None) or type(error).__name__
            raise SparkJobFailedError(
                f"The result was computed but {output.path} cannot be written: {why}. "
                "Check who owns the folder and whether the disk is full, then run it again."
            ) from None


def _swap(output: Output, side: str) -> None:
    if "://" in output.path:
        _swap_remote(output, side)
        return
    place, new = Path(output.path), Path(side)
    if not new.exists():
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    if output.mode == "append" and place.exists():
        for part in sorted(new.rglob("part-*")):
            target = place / part.relative_to(new)
            target.parent.mkdir(parents=True, exist_ok=True)
            part.rename(target)
        shutil.rmtree(new)
        return
    old = Path(_beside(output.path, f"old-{uuid4().hex}"))
    if place.exists():
        place.rename(old)
    new.rename(place)
    if old.is_dir():
        shutil.rmtree(old, ignore_errors=True)
    else:
        old.unlink(missing_ok=True)


def _swap_remote(output: Output, side: str) -> None:
    # Object stores have no rename; the window in which readers see a mix is that of the copy.
    filesystem, new = open_store(side)
    _, place = open_store(output.path)
    if not filesystem.exists(new):
        return
    if output.mode != "append" and filesystem.exists(place):
        filesystem.rm(place, recursive=True)
    filesystem.mv(new, place, recursive=True)


def clear_sides(sides: Sequence[str]) -> None:
    """Removes what was written beside and is not wanted."""
    for side in sides:
        if "://" not in side:
            shutil.rmtree(side, ignore_errors=True)
            continue
        try:
            filesystem, path = open_store(side)
            if filesystem.exists(path):
                filesystem.rm(path, recursive=True)
        except (ImportError, *unreadable()) as error:
            # Why the run ended is what counts; this must not hide it.
            log.warning("pipeline_run.side_not_cleared", path=side, error=type(error).__name__)
