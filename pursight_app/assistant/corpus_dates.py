"""Generated dates and times in many ways of writing, for corpus_values.py."""

import datetime as dt
import random
from collections.abc import Callable

from faker import Faker

MakeValue = Callable[[], str]


def date_between(first: int, last: int) -> Callable[[random.Random, Faker], MakeValue]:
    """Dates of a range of years in one way of writing."""

    def column(choose: random.Random, _fake: Faker) -> MakeValue:
        form = choose.choice(_DATE_FORMS)
        start = dt.date(first, 1, 1).toordinal()
        days = dt.date(last, 12, 28).toordinal() - start

        def make() -> str:
            day = dt.date.fromordinal(start + choose.randrange(days))
            return form.format(d=day, y=f"{day.year % 100:02d}", n=day.month, k=day.day)

        return make

    return column


_DATE_FORMS = (
    "{d:%Y-%m-%d}", "{d:%Y-%m-%d}", "{d:%Y-%m-%d}", "{d:%d.%m.%Y}", "{d:%d/%m/%Y}", "{d:%m/%d/%Y}", "{n}/{k}/{d.year}", "{n}/{k}/{y}",
    "{d:%Y%m%d}", "{d:%B} {k}, {d.year}", "{d:%d-%b-%Y}", "{d:%d-%b-%y}", "{d:%Y-%m-%d}T00:00:00", "{d:%Y/%m/%d}", "{d:%d-%m-%Y}", "{d:%Y-%m}", "{d:%m%d%Y}",
)  # fmt: skip
_TIME_FORMS = (
    "{:%Y-%m-%d %H:%M:%S}", "{:%Y-%m-%dT%H:%M:%SZ}", "{:%Y-%m-%dT%H:%M:%S.%f}", "{:%d.%m.%Y %H:%M}", "{:%m/%d/%Y %H:%M}",
    "{:%Y-%m-%d %H:%M:%S+00:00}", "{:%m/%d/%Y %I:%M:%S %p}", "{:%Y/%m/%d %H:%M}",
)  # fmt: skip


def timestamp(first: int, last: int) -> Callable[[random.Random, Faker], MakeValue]:
    """Dates with a time of day."""

    def column(choose: random.Random, _fake: Faker) -> MakeValue:
        form = choose.choice(_TIME_FORMS)
        start = dt.datetime(first, 1, 1, tzinfo=dt.UTC)
        seconds = (last - first) * 31_000_000
        return lambda: form.format(start + dt.timedelta(seconds=choose.randrange(seconds)))

    return column


def epoch(choose: random.Random, _fake: Faker) -> MakeValue:
    """Seconds or milliseconds since 1970: ten or thirteen digits, like a telephone number."""
    factor, tail = choose.choice((1, 1, 1000)), choose.choice(("", "", ".{:06d}"))
    return lambda: str(choose.randint(1_300_000_000, 1_780_000_000) * factor) + tail.format(choose.randrange(10**6))


def clock(choose: random.Random, _fake: Faker) -> MakeValue:
    """Times of day without date."""
    form = choose.choice(("{:02d}:{:02d}", "{:02d}{:02d}", "{}:{:02d}:17", "{:02d}:{:02d}:00"))
    return lambda: form.format(choose.randint(0, 23), choose.randint(0, 59))
