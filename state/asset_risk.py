"""Combination risk of the asset in the URL: which few columns together single people out."""

from dataclasses import dataclass

import reflex as rx

from pursight_app.core.errors import PurSightError
from pursight_app.services import combination_risk
from pursight_app.services.combination_risk import (
    Coarsening,
    ColumnSet,
    CombinationRisk,
    Figures,
    LeftOut,
    NotMeasured,
    Variant,
)
from state import format as fmt
from state.base import as_id, event, run_outside

_WHY_NOT = {
    NotMeasured.NO_PERSON: "No column here can only be about a person, so there is nobody to single out.",
    NotMeasured.TOO_FEW_ROWS: "Fewer than ten rows were read; in so few everybody is unique and no share means anything.",
    NotMeasured.NO_QUASI_IDENTIFIER: "No column holds what somebody outside can know of a person beforehand.",
}
_LEFT_OUT = {
    LeftOut.NOT_NAMED: "no data class yet",
    LeftOut.SECRET: "a secret, which nobody knows beforehand",
    LeftOut.FREE_TEXT: "free text",
    LeftOut.LEARNED: "what an intruder would learn, not what they know",
    LeftOut.MEASURE: "a measurement that nobody outside knows exactly",
    LeftOut.REFERENCE: "refers to something else",
    LeftOut.CONSTANT: "the same in every row",
    LeftOut.UNKNOWN_OUTSIDE: "not known outside",
}
_COARSER = {
    Coarsening.YEAR: "only the year of {}",
    Coarsening.FIRST_3: "only the first three signs of {}",
    Coarsening.DECADE: "{} in steps of ten years",
    Coarsening.DEGREE: "{} in whole degrees",
}


@dataclass
class VariantView:
    """What would be left to single out if values were coarser; `share` in percent."""

    words: str
    share: int
    figure: str


@dataclass
class SetView:
    """A small set of columns; `share` is the part of the rows that is unique in it, in percent."""

    columns: str
    share: int
    figure: str
    whole: str
    smallest: str
    small: str
    variants: list[VariantView]


@dataclass
class NamedView:
    """A column and what is said of it."""

    column: str
    words: str


class AssetRiskState(rx.State):
    """Loads itself when its tab opens."""

    is_loading: bool = True
    problem: str = ""
    headline: str = ""
    why_not: str = ""
    about: str = ""
    is_outdated: bool = False
    is_high: bool = False
    sets: list[SetView] = []
    direct: list[NamedView] = []
    left_out: list[NamedView] = []

    @event()
    async def load(self) -> None:
        """Reads what is kept; measured anew when verdicts have changed."""
        self.is_loading, self.problem = True, ""
        asset_id = as_id(self.router.url.path.rstrip("/").rpartition("/")[2])
        try:
            found = await run_outside(lambda actor: combination_risk.get_risk(actor, asset_id))
        except PurSightError as error:
            self.problem = error.message
        else:
            self.is_outdated = found.is_outdated
            self._show(found.risk)
        self.is_loading = False

    def _show(self, risk: CombinationRisk | None) -> None:
        self.headline = self.why_not = self.about = ""
        self.sets, self.direct, self.left_out, self.is_high = [], [], [], False
        if risk is None:
            self.why_not = "Not measured yet. The next scan of this asset does it, if samples are kept or read."
            return
        if risk.reason is not None:
            self.why_not = _WHY_NOT[risk.reason]
        self.direct = [
            NamedView(each.column, f"{each.data_class}, unique in {fmt.percent(each.unique_ratio)} of the rows")
            for each in risk.direct_identifiers
        ]
        self.left_out = [NamedView(each.column, _LEFT_OUT[each.reason]) for each in risk.left_out]
        self.sets = [_set(each) for each in risk.sets]
        self.about = _about(risk)
        if risk.worst is not None:
            self.headline = _headline(risk.worst, risk)
            self.is_high = risk.worst.figures.known_ratio >= combination_risk.SINGLES_OUT


def _headline(worst: ColumnSet, risk: CombinationRisk) -> str:
    figures = worst.figures
    of = "sampled rows" if figures.whole else "rows"
    share = f"{fmt.percent(figures.unique_ratio)} of {fmt.count(risk.rows)} {of}"
    single = "singles" if len(worst.columns) == 1 else "together single"
    return f"{_names(worst.columns)} {single} out {share}."


def _about(risk: CombinationRisk) -> str:
    if not risk.tried:
        return ""
    cut = " There were more sets than could be tried." if risk.is_cut else ""
    return (
        f"{fmt.count(risk.tried)} sets of up to four of {len(risk.quasi_identifiers)} columns were tried on "
        f"{fmt.count(risk.rows)} of {fmt.count(risk.row_count)} rows, {fmt.ago(risk.measured_at)}. "
        f"Rows are counted, not people; an empty value counts as a value.{cut}"
    )


def _names(columns: tuple[str, ...]) -> str:
    return columns[0] if len(columns) == 1 else f"{', '.join(columns[:-1])} and {columns[-1]}"


def _set(each: ColumnSet) -> SetView:
    figures = each.figures
    return SetView(
        columns=_names(each.columns),
        share=round(100 * figures.unique_ratio),
        figure=_share(figures),
        whole=_whole(figures),
        smallest=f"smallest group: {fmt.count(figures.k)}" + (" row" if figures.k == 1 else " rows"),
        small=f"{fmt.percent(figures.small_ratio)} in groups below {combination_risk.SMALL_GROUP}",
        variants=[_variant(variant) for variant in each.variants],
    )


def _share(figures: Figures) -> str:
    share = fmt.percent(figures.unique_ratio)
    if figures.whole is None:
        return f"{share} unique"
    return f"{share} unique ({fmt.percent(figures.low)} to {fmt.percent(figures.high)})"


def _whole(figures: Figures) -> str:
    """What the sample says of the whole table."""
    if figures.whole is None:
        return "every row was read"
    low, high = fmt.percent(figures.whole.low), fmt.percent(figures.whole.high)
    if figures.whole.ratio is None:
        return f"in the whole table between {low} and {high}"
    return f"in the whole table about {fmt.percent(figures.whole.ratio)} ({low} to {high})"


def _variant(variant: Variant) -> VariantView:
    words = " and ".join(_COARSER[change.to].format(change.column) for change in variant.changes)
    share = variant.figures.unique_ratio
    return VariantView(
        words, round(100 * share), f"{fmt.percent(share)} unique, smallest group {fmt.count(variant.figures.k)}"
    )
