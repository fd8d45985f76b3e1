"""Running PurSight: up, worker, migrate, create-user."""

import os
import signal
import time
from pathlib import Path
from typing import Annotated

import typer

from pursight_app.core.settings import get_settings

SWEEP_INTERVAL_S = 3
# Only an upgrade makes verdicts old, and after one the workers start anew: this is for pools that outlive it elsewhere.
REFRESH_INTERVAL_S = 600
RESEND_INTERVAL_S = 60


def up(
    port: Annotated[int | None, typer.Option(help="Port of pages, REST and sockets.")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Also make a demo company, scanned.")] = False,
    workers: Annotated[int | None, typer.Option(help="How many scans run at a time.")] = None,
) -> None:
    """Starts everything and says where it is; Ctrl-C stops all of it."""
    for name, value in (("PURSIGHT_PORT", port), ("PURSIGHT_WORKERS", workers)):
        if value is not None:
            os.environ[name] = str(value)
    get_settings.cache_clear()
    from pursight_app.runtime.up import run_up

    raise typer.Exit(run_up(get_settings(), prepare=lambda: _prepare(demo=demo), say=_say))


def _say(text: str) -> None:
    print(text, flush=True)


def _prepare(*, demo: bool) -> None:
    from pursight_app.core.db import unit_of_work
    from pursight_app.runtime.migrations import migrate as run_migrations
    from pursight_app.services import installation, keys

    run_migrations()
    with unit_of_work() as session:
        keys.ensure_keys_fit(session)
    with unit_of_work() as session:
        first = installation.ensure_first_administrator(session)
    if first:
        _say(f"E-mail: {first.email}")
        _say(f"Password: {first.password or 'as set in PURSIGHT_ADMIN_PASSWORD'}")
    if demo:
        _prepare_demo()


def _prepare_demo() -> None:
    from pursight_app.core.db import database_url, unit_of_work
    from pursight_app.runtime.demo import create_demo_company
    from pursight_app.runtime.postgres import demo_database
    from pursight_app.services import installation, scanning

    _say("Making the demo company")
    address = demo_database(database_url())
    create_demo_company(address.url)
    with unit_of_work() as session:
        scan_run_id = installation.ensure_demo(session, address.config, address.secret)
    _prepare_demo_pipelines()
    if scan_run_id:
        _say("Scanning the demo company")
        # Done here and not by a worker, so that it is there when the page opens; the queued job then finds it done.
        scanning.run_scan(scan_run_id)


def _prepare_demo_pipelines() -> None:
    from pursight_app.core.db import unit_of_work
    from pursight_app.runtime.demo.lake import PIPELINES, write_lake
    from pursight_app.services import installation
    from pursight_app.services.pipelines.checks import managed_table

    with unit_of_work() as session:
        workspace_id = installation.demo_workspace_id(session)
    write_lake(managed_table(workspace_id, "demo_orders").parent)
    with unit_of_work() as session:
        installation.ensure_demo_pipelines(session, workspace_id, PIPELINES)


def worker(
    count: Annotated[int, typer.Option(help="How many scans this machine works on at a time.")] = 1,
) -> None:
    """Works off queued scans until it is stopped; start it on more machines to scale out."""
    # Loaded before anything forks: a child forked while a thread imports waits for that thread's lock for ever. Each job
    # is a fork, so without the model's libraries here every scan would begin with seconds of imports and its own 80 MB.
    import skops.io  # noqa: F401  loaded for its effect

    import jobs.models
    import jobs.pipelines
    import jobs.scans  # noqa: F401  loaded for its effect
    from pursight_app.core import queue
    from pursight_app.core.db import engine, unit_of_work
    from pursight_app.core.logging import configure_logging
    from pursight_app.services import keys

    configure_logging()
    with unit_of_work() as session:
        keys.ensure_keys_fit(session)
    # The pool forks; a child must not find a connection that its parent has used.
    engine().dispose()
    queue.worker_pool(count, beside=_sweep).start(logging_level="WARNING")


def _sweep() -> None:
    """Every few seconds sends what got lost; outages of our own servers pass."""
    import structlog

    from pursight_app.core.errors import PurSightError
    from pursight_app.core.redis import RedisError
    from pursight_app.services.collaboration import sweep_expired_invitations
    from pursight_app.services.data_classes import sweep_rescores
    from pursight_app.services.learning import refresh_outdated, sweep_models
    from pursight_app.services.optimization import sweep_deployments, sweep_plans
    from pursight_app.services.pipelines import sweep_open_lineage, sweep_runs
    from pursight_app.services.scanning import sweep_scans

    # The pool's own handlers, which a replaced sweep inherits, would stop the workers and leave this process alive.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    log, pool, refreshed_at, told_at = structlog.get_logger(), os.getppid(), float("-inf"), time.monotonic()
    # A killed pool cannot end its sweep; then the next pool on this machine has its own.
    while os.getppid() == pool:
        time.sleep(SWEEP_INTERVAL_S)
        try:
            sweep_scans()
            sweep_models()
            sweep_rescores()
            sweep_expired_invitations()
            sweep_runs()
            sweep_plans()
            sweep_deployments()
            if time.monotonic() - refreshed_at >= REFRESH_INTERVAL_S:
                refresh_outdated()
                refreshed_at = time.monotonic()
            if time.monotonic() - told_at >= RESEND_INTERVAL_S:
                told_at = time.monotonic()
                sweep_open_lineage()
        except (PurSightError, RedisError) as error:
            log.warning("sweep.skipped", error=type(error).__name__)


def migrate() -> None:
    """Brings the database to the newest version."""
    from pursight_app.runtime.migrations import migrate as run_migrations

    run_migrations()


def create_user(
    email: Annotated[str, typer.Argument(help="E-mail address to log in with.")],
    name: Annotated[str, typer.Option(help="Name that others see.")] = "",
    administrator: Annotated[bool, typer.Option("--administrator", help="May do everything.")] = False,
    password_file: Annotated[Path | None, typer.Option(help="File with the password; asked for otherwise.")] = None,
) -> None:
    """Adds an account."""
    from pursight_app.core.db import unit_of_work
    from pursight_app.services import users

    password = (
        password_file.read_text().strip()
        if password_file
        else typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    )
    with unit_of_work() as session:
        user = users.create_user(
            session, None, email=email, name=name, password=password, is_administrator=administrator
        )
    print(f"{user.email} can log in now.")
