"""Seeded chance and the dirt of real tables: odd blanks, stray spaces, mixed date formats. No data of any domain."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random

# The company's last day. It is fixed, because a date taken from the clock would make every run differ.
TODAY = date(2026, 11, 22)

DIGITS = "0123456789"
UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ALPHANUMERIC = UPPER + UPPER.lower() + DIGITS
HEX = "0123456789abcdef"

_BLANKS: tuple[str | None, ...] = (None, None, "", "N/A", "-", "n/a", "unbekannt")
_DATE_FORMATS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d %b %Y", "%Y%m%d", "%d.%m.%y")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def make_dice(seed: int, name: str) -> Random:
    """One stream of chance per purpose, so that a change in one table leaves the others as they were."""
    return Random(f"{seed}:{name}")  # noqa: S311  # demo data must repeat; nothing here protects anything


def letters(rng: Random, alphabet: str, length: int) -> str:
    """`length` characters out of `alphabet`."""
    return "".join(rng.choices(alphabet, k=length))


def digits(rng: Random, length: int) -> str:
    """`length` decimal digits; the first may be zero."""
    return f"{rng.randrange(10**length):0{length}d}"


def number(rng: Random, length: int) -> str:
    """`length` decimal digits; the first is not zero."""
    return str(rng.randrange(10 ** (length - 1), 10**length))


def cents(rng: Random, low: float, high: float) -> float:
    """An amount between `low` and `high`, rounded to two places."""
    return round(rng.uniform(low, high), 2)


def day(rng: Random, first: date, last: date = TODAY) -> date:
    """A day from `first` to `last`, both included."""
    return first + timedelta(days=rng.randrange((last - first).days + 1))


def moment(rng: Random, first: date, last: date = TODAY) -> datetime:
    """A second between the start of `first` and the start of `last`, in UTC."""
    start = datetime(first.year, first.month, first.day, tzinfo=UTC)
    return start + timedelta(seconds=rng.randrange((last - first).days * 86_400))


def not_later(value: datetime) -> datetime:
    """The moment, or the end of the company's last day when it lies after that."""
    return min(value, datetime(TODAY.year, TODAY.month, TODAY.day, 23, 59, 59, tzinfo=UTC))


def happens(rng: Random, ratio: float) -> bool:
    """True in `ratio` (0-1) of the calls."""
    return rng.random() < ratio


def soiled(rng: Random, value: str, ratio: float = 0.03) -> str | None:
    """The value, or in `ratio` of the calls what a careless person would have left in its place."""
    if rng.random() >= ratio:
        return value
    smudges = (value + " ", " " + value, value.upper(), value.lower())
    return rng.choice(_BLANKS) if rng.random() < 0.6 else rng.choice(smudges)


def mixed_date(rng: Random, value: date, *, odd_ratio: float = 0.3) -> str:
    """The day as German text, in `odd_ratio` of the calls in another country's format."""
    if rng.random() >= odd_ratio:
        return value.strftime("%d.%m.%Y")
    text_format = rng.choice(_DATE_FORMATS)
    # %b follows the locale of the process, which would break "same seed, same data" between machines.
    return value.strftime(text_format.replace("%b", _MONTHS[value.month - 1]))


def mac_address(rng: Random) -> str:
    """An EUI-48 address with colons."""
    return ":".join(f"{byte:02x}" for byte in rng.randbytes(6))


def ip_address(rng: Random, *, v6_ratio: float = 0.08) -> str:
    """An IPv4 address, or an IPv6 one out of the range for documentation (RFC 3849)."""
    if rng.random() < v6_ratio:
        return "2001:db8:" + ":".join(f"{rng.randrange(0x1000, 0x10000):x}" for _ in range(6))
    return f"{rng.randrange(11, 224)}.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(1, 255)}"


def version(rng: Random) -> str:
    """A software version such as `2.10.3`."""
    return f"{rng.randrange(1, 5)}.{rng.randrange(15)}.{rng.randrange(12)}"


def colour(rng: Random) -> str:
    """A hexadecimal colour such as `#1a2b3c`."""
    return "#" + letters(rng, HEX, 6)


def pick(rng: Random, weights: dict[str, float]) -> str:
    """One key, as often as its weight says."""
    return rng.choices(tuple(weights), tuple(weights.values()))[0]


def sentences(rng: Random, pool: Sequence[str], most: int) -> str:
    """One to `most` different sentences."""
    return " ".join(rng.sample(list(pool), rng.randint(1, most)))
