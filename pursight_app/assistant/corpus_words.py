"""Generated words, texts, names and hard negatives for corpus_values.py."""

import random
from collections.abc import Callable

from faker import Faker

from pursight_app.assistant.corpus_vocabulary import (
    ADJECTIVES,
    CATEGORY_SETS,
    CITIES,
    CONDITIONS,
    DRUGS,
    JOB_FIELDS,
    JOB_GRADES,
    JOB_ROLES,
    NOUNS,
    REGIONS,
    SUFFIXES,
    US_STATE_CODES,
    VERBS,
)

MakeValue = Callable[[], str]


def blend(choose: random.Random, first: str, second: str) -> str:
    """A name that no list knows: the beginning of one and the end of another."""
    if not first.isalpha() or not second.isalpha() or not first.isascii():
        return first
    cut = choose.randint(2, max(2, len(first) - 2))
    return (first[:cut] + second[len(second) // 2 :]).capitalize()


def last_first(choose: random.Random, fake: Faker) -> MakeValue:
    """Doe, Jane (A.)."""
    middle = choose.random() < 0.4
    return lambda: f"{fake.last_name()}, {fake.first_name()}" + (f" {choose.choice('ABCDEJKLMRST')}." if middle else "")


def initialled(choose: random.Random, fake: Faker) -> MakeValue:
    """J. Doe or Jane A. Doe."""
    if choose.random() < 0.4:
        return lambda: f"{fake.first_name()[:1]}. {fake.last_name()}"
    return lambda: f"{fake.first_name()} {choose.choice('ABCDEJKLMRST')}. {fake.last_name()}"


def family_and_given(choose: random.Random, fake: Faker) -> MakeValue:
    """Names with titles or nicknames now and then."""
    titles = ("", "", "Dr. ", "Mr. ", "Mrs. ", "Prof. ")
    return lambda: (
        f"{choose.choice(titles)}{fake.first_name()} {fake.last_name()}" + choose.choice(("", "", "", " Jr.", " III"))
    )


def two_given(choose: random.Random, fake: Faker) -> MakeValue:
    """Given names, some with a second one or an initial."""

    def make() -> str:
        roll = choose.random()
        if roll < 0.4:
            return str(fake.first_name())
        return f"{fake.first_name()} " + (str(fake.first_name()) if roll < 0.8 else f"{choose.choice('ABCDEFGHJKLM')}.")

    return make


def gender(choose: random.Random, _fake: Faker) -> MakeValue:
    """Pairs of words in other languages."""
    pair = choose.choice(
        (
            ("männlich", "weiblich"),
            ("homme", "femme"),
            ("hombre", "mujer"),
            ("H", "F"),
            ("Man", "Woman"),
            ("m", "w", "d"),
            ("1", "2"),
            ("Masculino", "Feminino"),
            ("maschio", "femmina"),
        )
    )
    return lambda: choose.choice(pair)


def handle(choose: random.Random, fake: Faker) -> MakeValue:
    """User names in one of the usual fashions."""
    form = choose.randint(0, 4)

    def make() -> str:
        first, last = str(fake.first_name()).lower(), str(fake.last_name()).lower().replace(" ", "")
        number = choose.randint(1, 2010)
        return (
            f"{first[:1]}{last}",
            f"{first}.{last}",
            f"{first}{number}",
            f"@{first}_{last}",
            f"{choose.choice(ADJECTIVES)}{choose.choice(NOUNS)}{number}",
        )[form].lower()

    return make


def cluster(low: float, high: float) -> Callable[[random.Random, Faker], MakeValue]:
    """Coordinates around one town."""

    def column(choose: random.Random, _fake: Faker) -> MakeValue:
        centre, places = choose.uniform(low, high), choose.choice((4, 5, 6, 7))
        return lambda: f"{centre + choose.gauss(0, 0.08):.{places}f}"

    return column


def point(choose: random.Random, _fake: Faker) -> MakeValue:
    """Pairs of coordinates."""
    form = choose.choice(
        ("{:.5f},{:.5f}", "({:.4f}, {:.4f})", "POINT({1:.6f} {0:.6f})", "{:.6f}, {:.6f}", "{:.4f};{:.4f}")
    )
    return lambda: form.format(choose.uniform(-60, 70), choose.uniform(-179, 179))


def money(choose: random.Random, _fake: Faker) -> MakeValue:
    """Amounts with a currency sign or grouping."""
    form = choose.choice(
        ("${:,.2f}", "€{:.2f}", "{:,.2f}", "{:.2f} EUR", "£{:,.0f}", "{:.2f} €", "${:.0f}M", "USD {:.2f}")
    )
    top = choose.choice((50, 900, 40_000))
    return lambda: form.format(choose.uniform(0.5, top))


def prices(choose: random.Random, _fake: Faker) -> MakeValue:
    """Shop prices: a few different ones."""
    known = [choose.randint(0, 80) + choose.choice((0.99, 0.95, 0.5, 0.49)) for _ in range(15)]
    return lambda: f"{choose.choice(known):.2f}"


def rounded(low: int, high: int) -> Callable[[random.Random, Faker], MakeValue]:
    """Pay in round sums."""

    def column(choose: random.Random, _fake: Faker) -> MakeValue:
        step = choose.choice((500, 1000, 5000))
        form = choose.choice(("{}", "{}", "${:,}", "{:,}", "{}.0"))
        return lambda: form.format(choose.randint(low // step, high // step) * step)

    return column


def city(choose: random.Random, _fake: Faker) -> MakeValue:
    """Real towns, of the world or of a short list."""
    known = choose.sample(CITIES, k=choose.choice((4, 20, len(CITIES))))
    return lambda: choose.choice(known)


def city_with_state(choose: random.Random, _fake: Faker) -> MakeValue:
    """Town and state in one value."""
    return lambda: f"{choose.choice(CITIES)}, {choose.choice(US_STATE_CODES)}"


def region(choose: random.Random, fake: Faker) -> MakeValue:
    """The language's states where Faker knows them, else states of the world."""
    for method in ("state", "province", "region", "department_name", "county", "prefecture", "administrative_unit"):
        if hasattr(fake, method) and choose.random() < 0.6:
            draw = getattr(fake, method)
            return lambda: str(draw())
    return lambda: choose.choice(REGIONS)


def job(choose: random.Random, _fake: Faker) -> MakeValue:
    """Job titles of grade, field and role, as companies write them."""

    def make() -> str:
        role = (
            f"{choose.choice(JOB_FIELDS)} {choose.choice(JOB_ROLES)}"
            if choose.random() < 0.7
            else choose.choice(JOB_ROLES)
        )
        return f"{choose.choice(JOB_GRADES)} {role}" if choose.random() < 0.4 else role

    return make


def company(choose: random.Random, fake: Faker) -> MakeValue:
    """Company names with and without legal form."""

    def make() -> str:
        stem = choose.choice((str(fake.last_name()), choose.choice(ADJECTIVES).title(), choose.choice(CITIES)))
        return f"{stem} {choose.choice(SUFFIXES)}"

    return make


def product(choose: random.Random, _fake: Faker) -> MakeValue:
    """Product names, some with a model number."""
    numbered = choose.choice((0.0, 0.5))

    def make() -> str:
        name = f"{choose.choice(ADJECTIVES).title()} {choose.choice(NOUNS).title()}"
        return f"{name} {choose.choice('XZTGP')}{choose.randint(1, 900)}" if choose.random() < numbered else name

    return make


def work_title(choose: random.Random, _fake: Faker) -> MakeValue:
    """Titles of books, films and songs."""
    forms = ("The {a} {n}", "{n} of {m}", "{a} {n}", "The {n} and the {m}", "{v} the {n}", "{n}", "A {a} {n}: Part {i}")
    return lambda: choose.choice(forms).format(
        a=choose.choice(ADJECTIVES).title(),
        n=choose.choice(NOUNS).title(),
        m=choose.choice(NOUNS).title(),
        v=choose.choice(VERBS).title(),
        i=choose.randint(1, 3),
    )


def place_name(choose: random.Random, _fake: Faker) -> MakeValue:
    """Airports, parks, mountains and other places that are no towns."""
    kinds = (
        "Airport",
        "International Airport",
        "Park",
        "Peak",
        "Stadium",
        "Bridge",
        "Station",
        "Museum",
        "Lake",
        "Field",
        "Mount",
    )
    return lambda: f"{choose.choice(CITIES)} {choose.choice(kinds)}"


def condition(choose: random.Random, _fake: Faker) -> MakeValue:
    """Diagnoses with side, degree or course."""
    before = ("", "", "Acute ", "Chronic ", "Severe ", "Mild ", "History of ")
    return lambda: (
        choose.choice(before)
        + choose.choice(CONDITIONS)
        + choose.choice(("", "", "", " of left knee", ", unspecified", " NOS", " (disorder)"))
    )


def drug(choose: random.Random, _fake: Faker) -> MakeValue:
    """Drugs with strength and form."""
    forms = ("", " tablet", " capsule", " MG Oral Tablet", " inj", " cream")
    return lambda: (
        f"{choose.choice(DRUGS)} {choose.choice((5, 10, 20, 40, 81, 100, 250, 500))}{choose.choice((' mg', 'mg', ' MG'))}{choose.choice(forms)}"
    )


def ip_port(choose: random.Random, fake: Faker) -> MakeValue:
    """Addresses with port or prefix length."""
    tail = choose.choice((":443", "/24", ":8080", ""))
    return lambda: str(fake.ipv4()) + tail


def url(choose: random.Random, fake: Faker) -> MakeValue:
    """Deep links of one site or of many."""
    site = str(fake.domain_name()) if choose.random() < 0.4 else ""
    head = choose.choice(("https://", "http://", "www.", "https://www."))
    return lambda: f"{head}{site or fake.domain_name()}/{choose.choice(NOUNS)}/{choose.randint(1, 99_999)}"


def weak_password(choose: random.Random, fake: Faker) -> MakeValue:
    """Passwords that people choose."""
    forms = ("{n}{i}", "{N}{i}!", "{f}{i}", "qwerty{i}", "{n}@{i}", "P@ssw0rd{i}", "{N}{a}{i}#", "letmein", "123456")
    return lambda: choose.choice(forms).format(
        n=choose.choice(NOUNS),
        N=choose.choice(NOUNS).title(),
        f=str(fake.first_name()).lower(),
        a=choose.choice(ADJECTIVES),
        i=choose.randint(1, 9999),
    )


def sentence(choose: random.Random, _fake: Faker) -> MakeValue:
    """Impersonal sentences."""
    forms = (
        "The {a} {n} arrived late and was {a2}.", "Please {v} the {n} before {i}.", "{a} {n}, works well", "No issues with the {n}; we {v} it again.",
        "Not {a} enough. Would not {v} it.", "Growing of {n} and {n2}", "How do I {v} a {n} with {i} {n2}?", "{v} {n}: see section {i}.",
    )  # fmt: skip
    longer = choose.choice((1, 1, 2, 4))
    return lambda: " ".join(
        choose.choice(forms).format(
            a=choose.choice(ADJECTIVES),
            a2=choose.choice(ADJECTIVES),
            n=choose.choice(NOUNS),
            n2=choose.choice(NOUNS),
            v=choose.choice(VERBS),
            i=choose.randint(2, 90),
        )
        for _ in range(longer)
    )


def note(choose: random.Random, fake: Faker) -> MakeValue:
    """Notes on customers with names, addresses, telephones."""
    share = choose.choice((1.0, 1.0, 0.6))

    def make() -> str:
        if choose.random() > share:
            return f"{choose.choice(VERBS).title()} the {choose.choice(NOUNS)} next week."
        forms = (
            f"{fake.name()} called from {fake.phone_number()} about the {choose.choice(NOUNS)}.",
            f"Sent the contract to {fake.email()}, waiting for an answer.",
            f"Customer {fake.first_name()} {fake.last_name()} moved to {fake.street_address()}.",
            f"Spoke to {fake.name()} ({fake.email()}), wants a refund to {fake.iban()}.",
            f"Met {fake.name()} at {fake.company()}. Follow up on {fake.phone_number()}.",
            f"Login from {fake.ipv4()} by {fake.user_name()} was refused.",
        )
        return choose.choice(forms).replace("\n", ", ")

    return make


def clinical(choose: random.Random, fake: Faker) -> MakeValue:
    """Notes on patients."""

    def make() -> str:
        forms = (
            f"Patient {fake.name()}, MRN {choose.randint(10**6, 10**7)}, seen for {choose.choice(CONDITIONS).lower()}.",
            f"{fake.name()} admitted with {choose.choice(CONDITIONS).lower()}; started {choose.choice(DRUGS)}.",
            f"Discharged {fake.name()}, born {fake.date_of_birth():%d/%m/%Y}. Call {fake.phone_number()}.",
        )
        return choose.choice(forms)

    return make


def category(choose: random.Random, _fake: Faker) -> MakeValue:
    """One of many small closed sets."""
    chosen = choose.choice(CATEGORY_SETS)
    return lambda: choose.choice(chosen)


def codes(choose: random.Random, _fake: Faker) -> MakeValue:
    """A dozen short codes without meaning."""
    size = choose.choice((1, 2, 3))
    known = ["".join(choose.choice("ABCDEFGHKLMNPRSTUVWX") for _ in range(size)) for _ in range(choose.randint(3, 14))]
    return lambda: choose.choice(known)


def version(choose: random.Random, _fake: Faker) -> MakeValue:
    """Version numbers of three or four parts, the latter of the form of an IP address."""
    parts, head = choose.choice((3, 4, 4)), choose.choice(("", "", "v"))
    return lambda: head + ".".join(str(choose.choice((0, 1, 2, 3, 5, 8, 11, 19))) for _ in range(parts))


def academic_year_code(choose: random.Random, _fake: Faker) -> MakeValue:
    """Four digits that are codes, not security codes, e.g. 1999 and 2000."""
    first = choose.randint(1990, 2015)
    return lambda: str(first + choose.randint(0, 4))


def duration(choose: random.Random, _fake: Faker) -> MakeValue:
    """Lengths of time in words of a letter."""
    form = choose.choice(("{}h {}m", "{}:{:02d}", "{} min", "{}m{}s"))
    return lambda: form.format(choose.randint(1, 12), choose.randint(0, 59))


def grouped(choose: random.Random, _fake: Faker) -> MakeValue:
    """Counts with thousands separators, as spreadsheets print them."""
    top, tail = choose.choice((9_000, 800_000, 50_000_000)), choose.choice(("", "", "  "))
    return lambda: f"{choose.randint(1, top):,}{tail}"


def county(choose: random.Random, _fake: Faker) -> MakeValue:
    """Counties, some with their state."""
    names = (
        "Colbert",
        "Escambia",
        "Randolph",
        "Dallas",
        "Renfrew",
        "Durham",
        "Hartley",
        "Marion",
        "Lake",
        "Polk",
        "Simcoe",
        "Clay",
    )
    tail = choose.choice((" County", "", ", {}", " County, {}"))
    return lambda: choose.choice(names) + tail.format(choose.choice(US_STATE_CODES))
