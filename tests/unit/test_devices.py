"""What a session's user agent is called on the page of one's account."""

import pytest

from state.account import device_words

CHROMIUM = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROMIUM} Safari/537.36 Edg/131.0.0.0", "Edge on Windows"),
        (f"Mozilla/5.0 (X11; Linux x86_64) {CHROMIUM} Safari/537.36", "Chrome on Linux"),
        (f"Mozilla/5.0 (Linux; Android 14; Pixel 8) {CHROMIUM} Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox on Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1",
            "Safari on iPhone",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1",
            "Safari on macOS",
        ),
        ("python-httpx/0.28.1", "Program (python-httpx)"),
        ("curl/8.5.0", "Program (curl)"),
        ("", "Unknown device"),
        ("<script>", "Unknown device"),
    ],
)
def test_a_device_is_called_what_people_call_it(user_agent: str, words: str) -> None:
    assert device_words(user_agent) == words
