"""Log-in, sessions and tokens (F1.1-15). The session in Redis decides; a token only names it."""

from pursight_app.services.auth.actors import actor_of_bearer, actor_of_session, renewed
from pursight_app.services.auth.log_in import authenticate, change_password, confirm_password
from pursight_app.services.auth.passwords import (
    HASH_SLOTS,
    MAX_WAITING,
    PASSWORD_MAX,
    PASSWORD_MIN,
    check_password,
    hash_password,
    set_password,
    verify_password,
)
from pursight_app.services.auth.sessions import (
    REFRESH_SETTLES_S,
    Tokens,
    end_one_session,
    end_other_sessions,
    end_session,
    end_sessions_of,
    list_sessions,
    mark_stepped_up,
    refresh_session,
    session_id_of,
    start_session,
    was_reused,
)
from pursight_app.services.auth.throttle import forget_tries, throttle, throttle_in_loop

__all__ = [
    "HASH_SLOTS",
    "MAX_WAITING",
    "PASSWORD_MAX",
    "PASSWORD_MIN",
    "REFRESH_SETTLES_S",
    "Tokens",
    "actor_of_bearer",
    "actor_of_session",
    "authenticate",
    "change_password",
    "check_password",
    "confirm_password",
    "end_one_session",
    "end_other_sessions",
    "end_session",
    "end_sessions_of",
    "forget_tries",
    "hash_password",
    "list_sessions",
    "mark_stepped_up",
    "refresh_session",
    "renewed",
    "session_id_of",
    "set_password",
    "start_session",
    "throttle",
    "throttle_in_loop",
    "verify_password",
    "was_reused",
]
