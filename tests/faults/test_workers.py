"""Workers that are killed, that meet, and that lose their queue: each scan is done, table by table, exactly once."""

import time
from uuid import UUID

import pytest
from rq import Queue

from pursight_app.core import queue
from pursight_app.core.db import unit_of_work
from pursight_app.models import DataSource, ScanRun
from pursight_app.services import scanning
from tests.factories import Office, request_scan
from tests.faults.house import (
    TABLES,
    House,
    Shop,
    assert_whole,
    finished,
    hold_in_the_middle,
    ledger_of,
    run_of,
    wait_for_end,
)
from tests.faults.processes import kill, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.slow]


def unsent_scan(office: Office, source_id: UUID) -> UUID:
    """What a web process leaves that is killed between its commit and the sending."""
    with unit_of_work() as session:
        source = session.get_one(DataSource, source_id)
        run = ScanRun(workspace_id=source.workspace_id, data_source_id=source_id)
        session.add(run)
    return run.id


def test_a_scan_whose_workers_were_killed_is_taken_over_within_30_seconds(
    house: House, shop: Shop, office: Office
) -> None:
    source_id = shop.add_to(office)
    shop.lock("t20")
    run_id = request_scan(office, source_id)
    # No other pool may take the scan; as long a lease as the product has unless it is told otherwise.
    house.end_workers()
    killed = house.start_workers(PURSIGHT_LEASE_S="15")
    hold_in_the_middle(shop)
    before = finished(run_id)
    assert sorted(before) == list(TABLES[:20])

    killed.kill()
    killed_at = time.monotonic()
    house.workers()
    wait_until(lambda: run_of(run_id).fence == 2, "another worker takes the scan over", within_s=30)
    assert time.monotonic() - killed_at <= 30
    shop.unlock()
    wait_for_end(run_id)

    assert_whole(house.home, run_id, source_id, before=before)


def test_a_scan_whose_process_was_killed_goes_on_from_the_last_finished_table(
    house: House, shop: Shop, office: Office
) -> None:
    source_id = shop.add_to(office)
    shop.lock("t20")
    run_id = request_scan(office, source_id)
    house.workers()
    hold_in_the_middle(shop)
    before = finished(run_id)
    assert sorted(before) == list(TABLES[:20])

    kill([wait_until(lambda: house.horse(f"scan-{run_id}"), "the scan has a process")])
    shop.unlock()
    wait_for_end(run_id)

    assert run_of(run_id).fence == 2
    assert_whole(house.home, run_id, source_id, before=before)


def test_one_of_two_workers_does_a_scan_that_was_sent_three_times(house: House, shop: Shop, office: Office) -> None:
    source_id = shop.add_to(office)
    pool = house.workers()
    refused = pool.text.count("scan_run.nothing_to_do")
    run_id = request_scan(office, source_id)
    for number in (1, 2):
        queue.send(queue.SCAN, str(run_id), job_id=f"again-{run_id}-{number}")

    wait_for_end(run_id)
    wait_until(
        lambda: pool.text.count("scan_run.nothing_to_do") == refused + 2, "the other two jobs find nothing to do"
    )

    # Each owner raises the fence.
    assert run_of(run_id).fence == 1
    assert_whole(house.home, run_id, source_id, before={})


def test_a_cancelled_scan_keeps_what_it_read_and_a_retry_reads_the_rest(
    house: House, shop: Shop, office: Office
) -> None:
    source_id = shop.add_to(office)
    shop.lock("t10")
    run_id = request_scan(office, source_id)
    house.workers()
    hold_in_the_middle(shop)

    with unit_of_work() as session:
        scanning.cancel_scan(session, office.steward, run_id)
    shop.unlock()
    run = wait_for_end(run_id)

    states = {table: state for table, (state, _) in ledger_of(run_id).items()}
    assert run.status == "cancelled"
    assert states == dict.fromkeys(TABLES[:11], "ok") | dict.fromkeys(TABLES[11:], "skipped")
    assert (run.done_count, run.summary["tables"]) == (40, 11)
    with unit_of_work() as session:
        again = scanning.retry_scan(session, office.steward, run_id)
    assert wait_for_end(again.id).status == "succeeded"
    assert tuple(sorted(ledger_of(again.id))) == TABLES[11:]


def test_a_scan_that_was_never_sent_is_done_once_even_after_the_sweep_was_killed(
    house: House, shop: Shop, office: Office
) -> None:
    source_id = shop.add_to(office)
    pool = house.workers()
    # The sweep, and with it RQ's two workers; the pool replaces them.
    wait_until(lambda: len(pool.family()) == 4, "the pool has started")
    kill(pool.family()[1:])
    refused = pool.text.count("scan_run.nothing_to_do")

    run_id = unsent_scan(office, source_id)
    wait_for_end(run_id, within_s=60)

    assert run_of(run_id).fence == 1
    assert_whole(house.home, run_id, source_id, before={})
    # Sent once: a second sending would be a second job, which finds nothing to do.
    assert pool.text.count("scan_run.nothing_to_do") == refused


def test_a_scan_whose_job_was_taken_by_a_worker_that_died_is_done(house: House, shop: Shop, office: Office) -> None:
    source_id = shop.add_to(office)
    house.end_workers()
    run_id = request_scan(office, source_id)
    # As a worker does that is killed before it begins: RQ calls the job "queued" for minutes, but no list holds it.
    taken = Queue(queue.QUEUE, connection=queue._connection(), serializer=queue.JSONSerializer).pop_job_id()
    assert str(run_id) in str(taken)

    house.workers()

    assert wait_for_end(run_id, within_s=60).status == "succeeded"


def test_waiting_and_running_scans_survive_an_emptied_redis(house: House, shop: Shop, office: Office) -> None:
    source_ids = [shop.add_to(office, f"Shop {number}") for number in range(3)]
    shop.lock("t05")
    run_ids = [request_scan(office, source_id) for source_id in source_ids]
    house.workers()
    hold_in_the_middle(shop, 2)

    queue._connection().flushall()
    shop.unlock()

    for run_id, source_id in zip(run_ids, source_ids, strict=True):
        wait_for_end(run_id, within_s=60)
        assert run_of(run_id).fence == 1
        assert_whole(house.home, run_id, source_id, before={})


def test_a_sources_death_in_mid_scan_is_told_and_a_retry_reads_the_rest(
    house: House, shop: Shop, office: Office
) -> None:
    source_id = shop.add_to(office)
    shop.lock("t10")
    run_id = request_scan(office, source_id)
    house.workers()
    hold_in_the_middle(shop)

    shop.die()
    try:
        run = wait_for_end(run_id)
    finally:
        shop.come_back()

    states = {table: state for table, (state, _) in ledger_of(run_id).items()}
    assert run.status == "partial"
    assert "stopped answering" in str(run.error)
    assert states == dict.fromkeys(TABLES[:10], "ok") | dict.fromkeys(TABLES[10:], "failed")
    with unit_of_work() as session:
        entries, total = scanning.list_entries(session, office.steward, run_id, state="failed")
        assert total == 30
        assert all("retry" in str(entry.reason) for entry in entries)
        again = scanning.retry_scan(session, office.steward, run_id)
    wait_for_end(again.id)
    assert tuple(sorted(ledger_of(again.id))) == TABLES[10:]
    assert_all_tables_read(house, source_id, run_id, again.id)


def assert_all_tables_read(house: House, source_id: UUID, *run_ids: UUID) -> None:
    read = [table for run_id in run_ids for table, (state, _) in ledger_of(run_id).items() if state == "ok"]
    assert sorted(read) == list(TABLES)
