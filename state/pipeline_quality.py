"""How right the predictions of gains have been."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from pursight_app.services.optimization import learning
from state import format as fmt
from state.base import as_id, event, run
from state.session import current_workspace


@dataclass
class OutcomeView:
    """A change: what was expected of it and what it brought, in percent from -100 to 100, for one line each."""

    what: str
    when: str
    expected: str
    measured: str
    is_inside: bool
    is_stated: bool
    low: float
    width: float
    at: float


class PipelineQualityState(rx.State):
    """Of the whole workspace."""

    is_loading: bool = True
    outcomes: list[OutcomeView] = []
    models: list[list[str]] = []
    lead: str = ""

    @event()
    async def load(self) -> None:
        """Loads outcomes and versions of the model."""
        workspace_id = await current_workspace(self)
        if workspace_id:
            home = as_id(workspace_id)
            found = await run(lambda session, actor: learning.model_quality(session, actor, home))
            self.outcomes = [_outcome(each) for each in found["outcomes"][:60]]
            self.models = [_model(each) for each in found["models"]]
            self.lead = (
                f"{found['inside']} of {found['stated']} outcomes lay inside the stated interval; 80 % are meant to."
                if found["stated"]
                else "No change of which something was expected has been tried yet."
            )
        self.is_loading = False


def _outcome(one: dict[str, Any]) -> OutcomeView:
    low, high, measured = one["expected_low"], one["expected_high"], one["measured_gain_ratio"]
    is_stated = low is not None and high is not None
    return OutcomeView(
        what=f"{one['key'].replace('_', ' ')} ({one['origin']})",
        when=one["at"][:16].replace("T", " "),
        expected=f"{100 * low:.0f} to {100 * high:.0f} %" if is_stated else "not known",
        measured=f"{100 * measured:.0f} %",
        is_inside=is_stated and low <= measured <= high,
        is_stated=is_stated,
        low=_at(low) if is_stated else 0,
        width=max(1.0, _at(high) - _at(low)) if is_stated else 0,
        at=_at(measured),
    )


def _at(ratio: float) -> float:
    """Where a gain lies on a line from -100 % to 100 %."""
    return round(50 + 50 * max(-1.0, min(1.0, ratio)), 1)


def _model(one: dict[str, Any]) -> list[str]:
    scores = one["scores"]
    held_back, before = scores.get("held_back"), scores.get("held_back_before")
    error = (
        f"{held_back['mean_error']:.2f}, {fmt.percent(held_back['inside'])} inside"
        f" (the one before {before['mean_error']:.2f}, {fmt.percent(before['inside'])})"
        if held_back and before
        else "not measured"
    )
    return [
        str(one["number"]),
        "in use" if one["is_champion"] else "not in use",
        fmt.count(one["examples"]),
        error,
        one["at"][:16].replace("T", " "),
    ]
