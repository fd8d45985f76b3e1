"""Log-in over REST as it should be; tests/api/test_abuse_authentication.py has what it must withstand."""

from fastapi.testclient import TestClient

from tests.factories import PASSWORD, bearer_of, log_in, make_user


def test_the_right_password_opens_a_session(client: TestClient) -> None:
    user = make_user(password=PASSWORD)

    tokens = log_in(client, user.email.upper())

    me = client.get("/auth/me", headers=bearer_of(tokens))
    assert tokens["token_type"] == "bearer"
    assert me.json()["user"]["email"] == user.email


def test_the_browser_form_sets_an_http_only_cookie_and_goes_only_to_own_pages(client: TestClient) -> None:
    user = make_user(password=PASSWORD)
    form = {"email": user.email, "password": PASSWORD, "next": "//evil.example/x"}

    answer = client.post("/auth/browser-login", data=form, follow_redirects=False)

    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    assert "httponly" in answer.headers["set-cookie"].lower()
    client.cookies.clear()


def test_an_unknown_address_of_the_gateway_is_a_problem_document(client: TestClient) -> None:
    answer = client.get("/api/nothing/here")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "not_found"
