"""PurSight's own PostgreSQL and Redis die in the middle of a scan and come back."""

import pytest

from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import ServiceUnavailableError
from pursight_app.models import DataSource
from tests.factories import Office, request_scan
from tests.faults.house import House, Shop, assert_whole, finished, hold_in_the_middle, run_of, wait_for_end

pytestmark = [pytest.mark.faults, pytest.mark.slow]


def test_a_scan_goes_through_a_restart_of_redis_and_the_next_one_starts(
    house: House, shop: Shop, office: Office
) -> None:
    source_id = shop.add_to(office)
    shop.lock("t20")
    run_id = request_scan(office, source_id)
    house.workers()
    hold_in_the_middle(shop)

    house.kill_redis()
    shop.unlock()
    run = wait_for_end(run_id)
    house.start_redis()
    next_run_id = request_scan(office, source_id)

    # No table waited for Redis: it carries progress and jobs, not results.
    assert run.fence == 1
    # RQ's own workers would wait up to a minute before they look for Redis again.
    wait_for_end(next_run_id, within_s=30)
    for each in (run_id, next_run_id):
        assert_whole(house.home, each, source_id, before={})


def test_a_scan_whose_results_had_no_database_goes_on_once_it_is_back(house: House, shop: Shop, office: Office) -> None:
    source_id = shop.add_to(office)
    shop.lock("t20")
    run_id = request_scan(office, source_id)
    pool = house.workers()
    hold_in_the_middle(shop)
    before = finished(run_id)
    said = len(pool.text)

    house.kill_postgres()
    try:
        shop.unlock()
        # The table is read and cannot be written; the job ends and says so.
        pool.wait_for("ServiceUnavailableError", after=said)
    finally:
        house.start_postgres()
    wait_for_end(run_id)

    assert run_of(run_id).fence == 2
    assert_whole(house.home, run_id, source_id, before=before)


def sleep_too_long_below_sqlalchemy() -> None:
    with unit_of_work() as session:
        connection = session.connection().connection.driver_connection
        assert connection is not None
        connection.execute("SET LOCAL statement_timeout = 10")
        connection.execute("SELECT pg_sleep(5)")


def test_an_error_of_the_drivers_own_cursor_counts_as_one_of_sqlalchemys(house: House) -> None:
    # Discovery copies through that cursor. Taken for a bug, a slow database would end the scan for good.
    with pytest.raises(ServiceUnavailableError):
        sleep_too_long_below_sqlalchemy()


def test_a_source_whose_credentials_no_key_opens_fails_at_once_and_says_why(
    house: House, shop: Shop, office: Office
) -> None:
    source_id = shop.add_to(office)
    with unit_of_work() as session:
        session.get_one(DataSource, source_id).secret = b"sealed with the key of another installation"

    house.workers()
    run = wait_for_end(request_scan(office, source_id))

    # As an outage, it would be tried until the run has lost eight workers.
    assert (run.status, run.fence) == ("failed", 1)
    assert "cannot be decrypted" in str(run.error)
