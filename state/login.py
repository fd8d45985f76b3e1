"""What the log-in page shows after a failed try."""

import reflex as rx

from state.base import event

_SSO_PROBLEMS = {
    "sso-failed": "Your identity provider did not log you in. Try again there, or log in with your password.",
    "sso-no-access": "Nobody has given you access to PurSight. Ask an administrator to invite you or to let one of your "
    "groups in.",
    "sso-unavailable": "The identity provider does not answer as it should. Try again in a moment, or log in with your "
    "password.",
    "sso-disabled": "This way to log in has been switched off. Log in with your password or ask an administrator.",
    "sso-link": "There is an account with your e-mail address. Log in with your password and link the identity provider "
    "under Your account.",
}


class LoginState(rx.State):
    """Both vars come from the URL and are shown as text only; the target is checked again by the server."""

    problem: str = ""
    next_path: str = "/"

    @event("public")
    async def load(self) -> None:
        """Reads why the form came back."""
        query = self.router.url.query_parameters
        self.next_path = str(query.get("next", "/"))[:500]
        problem = str(query.get("problem", ""))
        if problem == "wrong":
            self.problem = "E-mail address or password is wrong."
        elif problem.startswith("wait-") and problem[5:].isdigit():
            self.problem = f"Too many failed tries. Try again in {problem[5:]} seconds."
        else:
            self.problem = _SSO_PROBLEMS.get(problem, "")
