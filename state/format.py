"""How figures and moments read: thin spaces in thousands, relative times, estimates with their error."""

from datetime import datetime

from pursight_app.core.clock import now

THIN_SPACE = "\u202f"


def count(number: float | None, *, otherwise: str = "not measured") -> str:
    """12 345 with a thin space; `otherwise` for None, never a 0 that nobody measured."""
    return otherwise if number is None else f"{int(number):,}".replace(",", THIN_SPACE)


def estimate(number: int | None, error: int | None, *, otherwise: str = "not scanned yet") -> str:
    """A count, with ≈ and its error when it was sampled."""
    if number is None or not error:
        return count(number, otherwise=otherwise)
    return f"≈ {count(number)} ± {count(error)}"


def percent(ratio: float | None) -> str:
    """97 %, or one digit more below one percent."""
    if ratio is None:
        return "not measured"
    share = ratio * 100
    return f"{share:.1f}{THIN_SPACE}%" if 0 < share < 1 else f"{share:.0f}{THIN_SPACE}%"


def ago(moment: datetime | None, *, otherwise: str = "never") -> str:
    """`5 minutes ago`; days beyond a month as a date."""
    if moment is None:
        return otherwise
    seconds = (now() - moment).total_seconds()
    if seconds < 45:
        return "just now"
    for limit, unit, name in ((3600, 60, "minute"), (86400, 3600, "hour"), (30 * 86400, 86400, "day")):
        if seconds < limit:
            number = max(1, round(seconds / unit))
            return f"{number} {name}{'s' if number > 1 else ''} ago"
    return f"{moment:%-d %b %Y}"


def exact(moment: datetime | None) -> str:
    """The moment itself, for a tooltip."""
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment else ""


def duration(seconds: float | None) -> str:
    """1.2 s, 3 min 4 s."""
    if seconds is None:
        return ""
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60)} s"


def size(number: int | None) -> str:
    """1.5 MB."""
    if number is None:
        return ""
    amount = float(number)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"
