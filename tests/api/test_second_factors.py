"""Authenticator apps and recovery codes."""

import time
from concurrent.futures import ThreadPoolExecutor

import pyotp
import pytest
from sqlmodel import select

from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import ConflictError, InvalidInputError, RateLimitedError
from pursight_app.models import AuditEvent, RecoveryCode, UserAccount
from pursight_app.services import second_factors
from tests.factories import actor_of, make_user

pytestmark = pytest.mark.usefixtures("services")


def enrol(user: UserAccount) -> tuple[pyotp.TOTP, list[str]]:
    """Sets up an app with the code of the step before, so that the current one is still unused."""
    actor = actor_of(user)
    with unit_of_work() as session:
        secret = second_factors.begin_totp(session, actor).secret
    totp = pyotp.TOTP(secret)
    with unit_of_work() as session:
        codes = second_factors.confirm_totp(session, actor, code_of(totp, -1))
    return totp, codes


def code_of(totp: pyotp.TOTP, step: int = 0) -> str:
    return totp.at(int(time.time()) + step * 30)


def wrong_code(totp: pyotp.TOTP) -> str:
    near = {code_of(totp, step) for step in range(-3, 4)}
    return next(code for code in ("000000", "111111", "222222", "333333") if code not in near)


def verify(user: UserAccount, code: str) -> str | None:
    with unit_of_work() as session:
        return second_factors.verify_code(session, session.get_one(UserAccount, user.id), code)


def audited(user: UserAccount) -> list[tuple[str, str]]:
    with unit_of_work() as session:
        events = session.exec(
            select(AuditEvent).where(AuditEvent.subject_id == str(user.id)).order_by(AuditEvent.position)
        ).all()
    return [(event.action, event.result) for event in events]


def test_an_app_counts_only_once_a_code_of_it_was_seen() -> None:
    user = make_user()
    actor = actor_of(user)
    with unit_of_work() as session:
        enrolment = second_factors.begin_totp(session, actor)
    with unit_of_work() as session:
        assert not second_factors.has_second_factor(session, session.get_one(UserAccount, user.id))
    with pytest.raises(InvalidInputError, match="not right"), unit_of_work() as session:
        second_factors.confirm_totp(session, actor, wrong_code(pyotp.TOTP(enrolment.secret)))

    with unit_of_work() as session:
        codes = second_factors.confirm_totp(session, actor, code_of(pyotp.TOTP(enrolment.secret)))

    assert "otpauth://totp/PurSight:" in enrolment.uri
    assert enrolment.qr_svg.startswith("<svg")
    assert len(set(codes)) == second_factors.RECOVERY_CODES
    with unit_of_work() as session:
        assert second_factors.has_second_factor(session, session.get_one(UserAccount, user.id))
        with pytest.raises(ConflictError):
            second_factors.begin_totp(session, actor)
    assert audited(user) == [("second_factor.enable", "ok")]


def test_the_secret_of_an_app_is_encrypted_at_rest() -> None:
    user = make_user()
    with unit_of_work() as session:
        secret = second_factors.begin_totp(session, actor_of(user)).secret
    with unit_of_work() as session:
        stored = session.get_one(UserAccount, user.id).totp_secret

    assert stored is not None
    assert secret.encode() not in stored


def test_au_18_a_code_works_once() -> None:
    user = make_user()
    totp, _ = enrol(user)
    code = code_of(totp)

    assert verify(user, code) == "otp"
    assert verify(user, code) is None
    assert audited(user)[-1] == ("second_factor.use", "denied")


def test_au_18_the_code_that_confirmed_the_app_does_not_log_in() -> None:
    user = make_user()
    totp, _ = enrol(user)

    assert verify(user, code_of(totp, -1)) is None


def test_au_18_two_uses_at_the_same_moment_give_one_success() -> None:
    user = make_user()
    totp, recovery = enrol(user)

    for code in (code_of(totp), recovery[0]):
        with ThreadPoolExecutor(3) as pool:
            outcomes = list(pool.map(lambda _, code=code: verify(user, code), range(3)))
        assert len([outcome for outcome in outcomes if outcome]) == 1


def test_au_18_an_older_code_is_dead_once_a_newer_one_was_used() -> None:
    user = make_user()
    totp, _ = enrol(user)
    assert verify(user, code_of(totp, 1)) == "otp"

    assert verify(user, code_of(totp)) is None


@pytest.mark.parametrize("code", ["", "12345", "1234567", "١٢٣٤٥٦", "abcdef", "x" * 5_000])
def test_what_is_no_code_is_refused(code: str) -> None:
    user = make_user()
    enrol(user)

    assert verify(user, code) is None


def test_au_19_six_wrong_codes_are_throttled_and_say_when_to_try_again() -> None:
    user = make_user()
    totp, recovery = enrol(user)
    for _ in range(second_factors.TRIES):
        assert verify(user, wrong_code(totp)) is None

    for code in (code_of(totp), recovery[0]):
        with pytest.raises(RateLimitedError) as refused:
            verify(user, code)
        assert 0 < refused.value.retry_after_s <= second_factors.TRIES_WINDOW_S


def test_a_right_code_starts_the_count_anew() -> None:
    user = make_user()
    totp, recovery = enrol(user)
    for code in (*[wrong_code(totp)] * 5, recovery[0], *[wrong_code(totp)] * 5):
        verify(user, code)

    assert verify(user, code_of(totp)) == "otp"


def test_au_20_a_recovery_code_works_once_and_is_hashed_at_rest() -> None:
    user = make_user()
    _, codes = enrol(user)
    with unit_of_work() as session:
        stored = session.exec(select(RecoveryCode.code_hash).where(RecoveryCode.user_id == user.id)).all()

    assert verify(user, codes[0].upper()) == "recovery"
    assert verify(user, codes[0]) is None
    assert verify(user, codes[1].replace("-", " ")) == "recovery"
    assert ("recovery_code.use", "ok") in audited(user)
    assert not [code for code in codes if code in stored or code.replace("-", "") in stored]


def test_au_20_a_recovery_code_of_another_person_is_refused() -> None:
    user, other = make_user(), make_user()
    enrol(user)
    _, codes = enrol(other)

    assert verify(user, codes[0]) is None


def test_new_recovery_codes_kill_the_old_ones() -> None:
    user = make_user()
    _, old = enrol(user)
    with unit_of_work() as session:
        fresh = second_factors.create_recovery_codes(session, actor_of(user))

    assert verify(user, old[0]) is None
    assert verify(user, fresh[0]) == "recovery"


def test_removing_the_app_takes_the_recovery_codes_with_it() -> None:
    user = make_user()
    _, codes = enrol(user)
    with unit_of_work() as session:
        second_factors.disable_totp(session, actor_of(user))

    assert verify(user, codes[0]) is None
    with unit_of_work() as session:
        status = second_factors.get_status(session, actor_of(user))
    assert (status.has_totp, status.recovery_codes_left) == (False, 0)
    assert ("second_factor.disable", "ok") in audited(user)


def test_recovery_codes_take_a_second_factor() -> None:
    with pytest.raises(ConflictError), unit_of_work() as session:
        second_factors.create_recovery_codes(session, actor_of(make_user()))
