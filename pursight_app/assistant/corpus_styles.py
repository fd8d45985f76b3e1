"""What the generators of labelled columns share: one source of chance, tables of fields that belong together, headers.

What the columns hold stands in `corpus_second*` (company databases) and `corpus_third*` (published files).
"""

import random
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

from faker import Faker

from pursight_app.assistant.corpus import LabelledColumn

_DIGITS, _UPPER, _LOWER = "0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"
_PLACES = {
    "#": _DIGITS,
    "%": "123456789",
    "@": _UPPER,
    "?": _LOWER,
    "^": "0123456789ABCDEF",
    "~": "0123456789abcdef",
    "!": _DIGITS + _UPPER,
    "*": _DIGITS + _UPPER + _LOWER,
}
_SPEAKING = frozenset(
    [
        "person_name",
        "username",
        "job_title",
        "email",
        "street_address",
        "city",
        "country",
        "geo_point",
        "credit_card",
        "iban",
        "swift_bic",
        "uk_nino",
        "br_cpf",
        "es_dni_nie",
        "it_codice_fiscale",
        "medical_condition",
        "medication",
        "ip_address",
        "mac_address",
        "url",
        "uuid",
        "api_key",
        "jwt",
        "password_hash",
        "thing_name",
        "organization",
        "free_text",
        "free_text_pii",
        "boolean",
        "timestamp",
        "date",
        "year",
        "category",
    ]
)


@dataclass(frozen=True, slots=True)
class Draw:
    """What the values of one table are drawn from."""

    choose: random.Random
    fake: Faker

    def faked(self, method: str) -> str:
        """A value of Faker's, on one line."""
        return str(getattr(self.fake, method)()).replace("\n", ", ")

    def shaped(self, shape: str) -> str:
        """`shape` with `#` digits, `%` 1-9, `@` `?` letters, `^` `~` hexadecimal, `!` `*` letters or digits."""
        return "".join(self.choose.choice(_PLACES[mark]) if mark in _PLACES else mark for mark in shape)

    def moment(self, first: int, last: int) -> datetime:
        """A second in the years `first` to `last`, both included."""
        start = datetime(first, 1, 1, tzinfo=UTC)
        days = (last - first + 1) * 365 - 1
        return start + timedelta(days=self.choose.randrange(days), seconds=self.choose.randrange(86_400))


Maker = Callable[[], str]
Style = Callable[[Draw], Maker]  # called once per column (chooses its habits), the maker once per value


@dataclass(frozen=True, slots=True)
class Field:
    """A column that a theme may have.

    `headers` are words, separated by `;`, then after `|` abbreviations and foreign words that still say the same.
    `tells` is whether the values alone give the class away: only then may a header be replaced by one that says nothing.
    """

    label: str
    headers: str
    style: Style
    tells: bool | None = None

    @property
    def is_told_by_values(self) -> bool:
        """Whether the header may be dropped."""
        return self.label in _SPEAKING if self.tells is None else self.tells

    def names(self) -> tuple[list[str], list[str]]:
        """The plain headers and the renamed ones."""
        plain, _, renamed = self.headers.partition("|")
        return plain.split(";"), [name for name in renamed.split(";") if name]


@dataclass(frozen=True, slots=True)
class Theme:
    """Fields that stand in one table, and names of such tables, separated by `;`."""

    name: str
    tables: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Family:
    """A generator: its themes, its locales and its habits of writing headers and missing values."""

    name: str
    themes: tuple[Theme, ...]
    locales: tuple[str, ...]
    casings: tuple[Callable[[str], str], ...]
    silent_headers: tuple[str, ...]
    missing: tuple[str | None, ...]
    finish: Callable[[random.Random, list[str | None]], list[str | None]]


def assemble(family: Family, *, tables: int, seed: int) -> list[LabelledColumn]:
    """The columns of `tables` tables of 4 to 15 columns and 8 to 200 rows; the same seed gives the same columns.

    Classes that are rare so far are preferred, so that each of them occurs often enough.
    """
    choose = random.Random(f"{family.name} {seed}")  # noqa: S311 -- training data, nothing secret
    fakers = {locale: repeatable(Faker(locale)) for locale in family.locales}
    counts: Counter[str] = Counter()
    columns: list[LabelledColumn] = []
    deck: list[Theme] = []
    for _ in range(tables):
        deck = deck or choose.sample(family.themes, len(family.themes))
        fake = fakers[choose.choice(family.locales)]
        fake.seed_instance(choose.randrange(2**32))
        made = _table(family, deck.pop(), Draw(choose, fake), counts)
        counts.update(column.label for column in made)
        columns.extend(made)
    return columns


def repeatable(fake: Faker) -> Faker:
    """`fake` with its towns in order: Faker 40 takes the Italian ones out of a set, whose order changes by process."""
    for provider in cast("list[object]", fake.get_providers()):
        towns = getattr(provider, "cities", None)
        if isinstance(towns, list):
            vars(provider)["cities"] = sorted(cast("list[str]", towns))
    return fake


def _table(family: Family, theme: Theme, draw: Draw, counts: Counter[str]) -> list[LabelledColumn]:
    choose = draw.choose
    table = choose.choice(theme.tables.split(";"))
    casing = choose.choice(family.casings)
    headers: dict[str, Field] = {}
    for position, field in enumerate(_chosen_fields(choose, theme.fields, counts)):
        headers.setdefault(_header(family, choose, field, casing=casing, position=position), field)
    rows = choose.choice((choose.randint(8, 40), choose.randint(20, 100), choose.randint(80, 200)))
    return [
        LabelledColumn(
            table=table,
            column=header,
            values=tuple(family.finish(choose, _values(family, field, draw, rows))),
            table_columns=tuple(headers),
            label=field.label,
            source=f"{family.name}/{theme.name}",
        )
        for header, field in headers.items()
    ]


def _chosen_fields(choose: random.Random, fields: Sequence[Field], counts: Counter[str]) -> list[Field]:
    # Weighted sampling without replacement: Efraimidis and Spirakis, Information Processing Letters 97 (2006).
    size = min(len(fields), round(choose.triangular(4, 15, 5)))
    keys = [choose.random() ** (1 + counts[field.label]) ** 1.5 for field in fields]
    ranked = sorted(range(len(fields)), key=lambda index: -keys[index])
    return [fields[index] for index in sorted(ranked[:size])]


def _header(family: Family, choose: random.Random, field: Field, *, casing: Callable[[str], str], position: int) -> str:
    plain, renamed = field.names()
    if choose.random() < 0.75:
        return casing(choose.choice(plain))
    if field.is_told_by_values and choose.random() < 0.45:
        return choose.choice(family.silent_headers).format(position + 1)
    if renamed and choose.random() < 0.7:
        return casing(choose.choice(renamed))
    return casing(abbreviated(choose.choice(plain)))


def abbreviated(header: str) -> str:
    """`header` with the vowels of long words left out (`customer name`: `cstmr name`)."""
    return " ".join(
        word[0] + re.sub("[aeiouAEIOU]", "", word[1:]) if len(word) > 4 else word for word in header.split()
    )


def _values(family: Family, field: Field, draw: Draw, rows: int) -> list[str | None]:
    choose = draw.choose
    make = field.style(draw)
    if choose.random() < 0.2:
        pool = [make() for _ in range(choose.randint(3, max(4, rows // 3)))]
        made = [choose.choice(pool) for _ in range(rows)]
    else:
        made = [make() for _ in range(rows)]
    share = choose.choices((0.0, choose.uniform(0.01, 0.1), choose.uniform(0.1, 0.5), 0.7), (55, 25, 16, 4))[0]
    missing = choose.choice(family.missing)
    values: list[str | None] = [missing if choose.random() < share else value for value in made]
    # A column without any value tells nobody anything; some flags are a blank or a cross.
    values[choose.randrange(rows)] = next((value for value in made if value.strip()), "X")
    return values


def words(text: str, separator: str = ";") -> Style:
    """Values of a list, some of them far more often than others, as in life."""
    pool = [word for word in text.split(separator) if word]

    def style(draw: Draw) -> Maker:
        order = draw.choose.sample(pool, len(pool))
        steepness = draw.choose.choice((0.3, 0.6, 1.0))
        weights = [(1 + rank) ** -steepness for rank in range(len(order))]
        return lambda: draw.choose.choices(order, weights)[0]

    return style


def codes(*lists: str) -> Style:
    """One of several lists of few codes per column, separated by `;`."""
    return one_of(*(words(text) for text in lists))


def one_of(*styles: Style) -> Style:
    """One of `styles` for the whole column."""
    return lambda draw: draw.choose.choice(styles)(draw)


def mixed(*styles: Style) -> Style:
    """Each value in one of `styles`."""

    def style(draw: Draw) -> Maker:
        makers = [each(draw) for each in styles]

        def make() -> str:
            return draw.choose.choice(makers)()

        return make

    return style


def faked(*methods: str) -> Style:
    """One of Faker's methods for the whole column."""

    def style(draw: Draw) -> Maker:
        method = draw.choose.choice(methods)
        return lambda: draw.faked(method)

    return style


def shapes(*patterns: str) -> Style:
    """One of the patterns of `Draw.shaped` for the whole column."""

    def style(draw: Draw) -> Maker:
        pattern = draw.choose.choice(patterns)
        return lambda: draw.shaped(pattern)

    return style


def sequence(*prefixes: str, step: int = 1) -> Style:
    """Numbers that count up from anywhere, with or without a prefix."""

    def style(draw: Draw) -> Maker:
        prefix = draw.choose.choice(prefixes or ("",))
        state = [draw.choose.choice((0, 1, 100, 1000, 10_000, 1_000_000, draw.choose.randrange(10**7)))]

        def make() -> str:
            state[0] += draw.choose.randint(1, step)
            return f"{prefix}{state[0]}"

        return make

    return style


def numbers(low: float, high: float, *, decimals: Sequence[int] = (0,), unit: str = "") -> Style:
    """Numbers of a range, even or with a long tail; the number of decimals is the column's."""

    def style(draw: Draw) -> Maker:
        places = draw.choose.choice(decimals)
        exponent = draw.choose.choice((1, 1, 2, 3))
        return lambda: f"{low + (high - low) * draw.choose.random() ** exponent:.{places}f}{unit}"

    return style


def moments(first: int, last: int, *formats: str) -> Style:
    """Dates or times of the years `first` to `last` in one of the formats of strftime (`{epoch}` for seconds)."""

    def style(draw: Draw) -> Maker:
        chosen = draw.choose.choice(formats)

        def make() -> str:
            moment = draw.moment(first, last)
            return moment.strftime(chosen).replace("{epoch}", str(int(moment.timestamp())))

        return make

    return style


def text(sentences: str, **slots: Style) -> Style:
    """One to four sentences (one a line) with their `{slots}` filled."""
    lines = [line.strip() for line in sentences.strip().splitlines()]

    def style(draw: Draw) -> Maker:
        makers = {name: slot(draw) for name, slot in slots.items()}
        most = draw.choose.randint(1, 4)

        def make() -> str:
            said = draw.choose.sample(lines, draw.choose.randint(1, most))
            return " ".join(re.sub(r"\{(\w+)\}", lambda slot: makers[slot[1]](), line) for line in said)

        return make

    return style


def altered(style: Style, *changes: Callable[[str], str]) -> Style:
    """`style` with one of `changes` applied to all values of the column."""

    def changed(draw: Draw) -> Maker:
        make, change = style(draw), draw.choose.choice(changes)
        return lambda: change(make())

    return changed


def ascii_only(value: str) -> str:
    """`value` without accents, letters of other scripts left out."""
    return unicodedata.normalize("NFKD", value).encode("ascii", "ignore").decode()
