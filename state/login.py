"""What the log-in page shows after a failed try."""

import reflex as rx

from state.base import event


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
            self.problem = ""
