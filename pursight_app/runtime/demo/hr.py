"""Rows of schema `hr`: departments, staff, payroll, applicants and the unload of an old payroll system."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from pursight_app.runtime.demo.dice import (
    TODAY,
    UPPER,
    cents,
    day,
    digits,
    happens,
    letters,
    mixed_date,
    number,
    soiled,
)
from pursight_app.runtime.demo.numbers import ascii_letters, iban_and_bic
from pursight_app.runtime.demo.people import Person, make_people
from pursight_app.runtime.demo.world import STORE_COUNT, Row, TableData, World

_APPLICANT_COUNT = 500
_FORMER_COUNT = 700
_PAYROLL_MONTHS = 6
_DEPARTMENTS = (
    "Management",
    "Purchasing",
    "Logistics",
    "Store Operations North",
    "Store Operations South",
    "Online Shop",
    "Pharmacy",
    "Finance",
    "Human Resources",
    "IT Platform",
    "Data & Analytics",
    "Marketing",
    "Customer Service",
    "Legal",
    "Facility Management",
    "Quality",
)
_ORIGINS = ("Caucasian", "Asian", "Black", "Hispanic", "Arab", "Roma", "prefer not to say")
_NATIONS = ("German", "French", "Spanish", "Italian", "American", "Polish", "Turkish")
_LETTER = (
    "Dear Sir or Madam, my name is {name} and I am applying as {job}. I live at {address}. "
    "You can reach me under {phone} or {email}. I have worked in retail for {years} years."
)


def tables(world: World) -> Iterator[TableData]:
    """All tables of the schema."""
    yield TableData("hr", "departments", _departments(world))
    yield TableData("hr", "employees", _employees(world))
    yield TableData("hr", "payroll", _payroll(world))
    yield TableData("hr", "applicants", _applicants(world))
    yield TableData("hr", "pers_alt", _old_payroll(world))


def _departments(world: World) -> Iterator[Row]:
    rng = world.dice("hr.departments")
    for department_id, name in enumerate(_DEPARTMENTS, start=1):
        yield department_id, name, f"{4_000 + 10 * department_id}", rng.randrange(200_000, 9_000_000, 1_000)


def _salaries(world: World) -> list[int]:
    rng = world.dice("hr.salaries")
    return [int(max(24_000, min(180_000, rng.lognormvariate(10.65, 0.35)))) // 100 * 100 for _ in world.employees]


def _employees(world: World) -> Iterator[Row]:
    rng = world.dice("hr.employees")
    for employee_id, (person, salary) in enumerate(zip(world.employees, _salaries(world), strict=True), start=1):
        account_country = person.country if person.country != "US" else "DE"
        hired_on = day(rng, date(max(1998, person.birth_date.year + 18), 1, 1), date(2026, 9, 1))
        work_name = f"{ascii_letters(person.given_name)}.{ascii_letters(person.family_name)}".lower()
        yield (
            employee_id,
            f"P{employee_id:05d}",
            4 + employee_id % 2 if employee_id <= STORE_COUNT else rng.randint(1, len(_DEPARTMENTS)),
            None if employee_id <= 12 else rng.randint(1, min(employee_id - 1, 120)),
            person.given_name,
            person.family_name,
            f"{work_name}@nordlicht-handel.example.com",
            soiled(rng, person.phone, 0.15),
            person.birth_date,
            {"m": "male", "f": "female"}[person.gender],
            rng.choice(world.pools[person.country].jobs),
            salary,
            "EUR",
            rng.choice(world.texts[person.country]["marital"]),
            person.national_id(rng),
            iban_and_bic(rng, account_country)[0],
            _emergency_contact(world, rng, person),
            None if happens(rng, 0.3) else happens(rng, 0.22),
            hired_on,
            _leaving_day(rng, hired_on),
        )


def _emergency_contact(world: World, rng: Random, person: Person) -> str | None:
    pool = world.pools[person.country]
    relative = f"{rng.choice(pool.given_names[rng.choice('mf')])} {person.family_name}"
    return soiled(rng, f"{relative}, {rng.choice(pool.phones)}", 0.12)


def _leaving_day(rng: Random, hired_on: date) -> date | str | None:
    if happens(rng, 0.15):
        return min(hired_on + timedelta(days=rng.randrange(30, 3_000)), TODAY)
    # Two systems were merged: one wrote null for "still here", the other infinity.
    return "infinity" if happens(rng, 0.3) else None


def _payroll(world: World) -> Iterator[Row]:
    rng = world.dice("hr.payroll")
    payroll_id = 0
    for month in range(11 - _PAYROLL_MONTHS, 11):
        for employee_id, salary in enumerate(_salaries(world), start=1):
            payroll_id += 1
            gross = round(salary / 12, 2)
            tax = round(gross * rng.uniform(0.14, 0.36), 2)
            bonus = cents(rng, 100, 3_000) if happens(rng, 0.05) else None
            paid_on = date(TODAY.year, month, 27)
            yield payroll_id, employee_id, f"{paid_on:%Y-%m}", gross, tax, round(gross - tax, 2), bonus, paid_on


def _applicants(world: World) -> Iterator[Row]:
    rng = world.dice("hr.applicants")
    for applicant_id, person in enumerate(make_people(rng, world.pools, _APPLICANT_COUNT, oldest=60), start=1):
        age = TODAY.year - person.birth_date.year
        text = _LETTER.format(
            name=person.name,
            job=rng.choice(world.pools[person.country].jobs),
            address=person.address,
            phone=person.phone,
            email=person.email,
            years=rng.randint(1, 25),
        )
        yield (
            applicant_id,
            person.name,
            soiled(rng, person.email),
            soiled(rng, person.phone, 0.08),
            rng.choice(_NATIONS),
            soiled(rng, rng.choice("CFGHJK") + letters(rng, "CFGHJKLMNPRTVWXYZ0123456789", 8), 0.2),
            soiled(rng, rng.choice(_ORIGINS), 0.3),
            f"{age // 10 * 10}-{age // 10 * 10 + 9}",
            rng.choice(("{} EUR", "{}", "ca. {} €", "{} brutto")).format(rng.randrange(28_000, 95_000, 500)),
            text,
            mixed_date(rng, day(rng, date(2024, 1, 1))),
            rng.choice(("received", "interview", "offer", "rejected", "Rejected")),
        )


def _old_payroll(world: World) -> Iterator[Row]:
    rng = world.dice("hr.pers_alt")
    for person in make_people(rng, world.pools, _FORMER_COUNT, oldest=90):
        account_country = person.country if person.country != "US" else "DE"
        yield (
            number(rng, 6),
            person.family_name.upper(),
            person.given_name.upper(),
            f"{person.birth_date:%Y%m%d}",
            soiled(rng, iban_and_bic(rng, account_country)[0], 0.1),
            soiled(rng, person.phone, 0.2),
            soiled(rng, person.email, 0.4),
            f"{rng.randrange(18_000, 90_000)},00",
            rng.choice("JN"),
            rng.choice(UPPER) + digits(rng, 2),
            rng.choice((None, "", "Umzug", "Elternzeit", "Kur", f"Vertretung {number(rng, 4)}")),
            mixed_date(rng, day(rng, date(1991, 1, 1), date(2014, 12, 31))),
        )
