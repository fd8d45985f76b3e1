"""Rows of schema `health`: patients of the online pharmacy, diagnoses, medicines, prescriptions, laboratory values."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from random import Random

from pursight_app.runtime.demo.dice import UPPER, day, digits, happens, moment, pick, soiled
from pursight_app.runtime.demo.resources import read_rows
from pursight_app.runtime.demo.world import Row, TableData, World

_PATIENT_COUNT = 1_600
_DIAGNOSIS_COUNT = 2_600
_PRESCRIPTION_COUNT = 3_600
_RESULT_COUNT = 4_000
_BLOOD_GROUPS = {"A+": 0.36, "O+": 0.35, "B+": 0.09, "A-": 0.07, "O-": 0.06, "AB+": 0.04, "B-": 0.02, "AB-": 0.01}
_INSURERS = ("AOK Nordwest", "Techniker Krankenkasse", "Barmer", "CPAM", "Adeslas", "ASL Roma 1", "Blue Cross", "DAK")
_ALLERGIES = ("penicillin", "pollen", "lactose", "nuts", "none", "none known", "bee venom", "ibuprofen")
_DOSAGES = ("1-0-1", "1-0-0", "0-0-1", "1-1-1", "2 x daily after meals", "once a week", "as needed, at most 3 a day")
_ANALYTES = (
    ("2345-7", "Glucose", 95.0, 22.0, "mg/dL", "70-99"),
    ("2093-3", "Cholesterol", 190.0, 38.0, "mg/dL", "<200"),
    ("718-7", "Haemoglobin", 14.1, 1.5, "g/dL", "12.0-17.5"),
    ("2160-0", "Creatinine", 0.95, 0.25, "mg/dL", "0.6-1.3"),
    ("4548-4", "HbA1c", 5.8, 0.9, "%", "4.0-5.6"),
    ("3016-3", "TSH", 2.1, 1.1, "mIU/L", "0.4-4.0"),
)


def tables(world: World) -> Iterator[TableData]:
    """All tables of the schema."""
    yield TableData("health", "patients", _patients(world))
    yield TableData("health", "diagnoses", _diagnoses(world))
    yield TableData("health", "medications", _medications(world))
    yield TableData("health", "prescriptions", _prescriptions(world))
    yield TableData("health", "lab_results", _lab_results(world))


def _patients(world: World) -> Iterator[Row]:
    rng = world.dice("health.patients")
    members = rng.sample(range(1, len(world.customers) + 1), _PATIENT_COUNT)
    for patient_id, customer_id in enumerate(sorted(members), start=1):
        yield (
            patient_id,
            customer_id,
            f"MRN-{patient_id * 37 + 10_000_000}",
            rng.choice(UPPER) + digits(rng, 9),
            rng.choice(_INSURERS),
            pick(rng, _BLOOD_GROUPS) if happens(rng, 0.6) else None,
            int(rng.gauss(171, 10)),
            round(rng.gauss(76, 14), 1),
            _doctor(world, rng),
            soiled(rng, rng.choice(_ALLERGIES), 0.1),
            rng.choice(("N", "N", "N", "Y", "y", "no", "", None)),
            happens(rng, 0.97),
        )


def _doctor(world: World, rng: Random) -> str:
    pool = world.pools[rng.choice(("DE", "FR", "ES", "IT"))]
    return f"Dr. {rng.choice(pool.given_names[rng.choice('mf')])} {rng.choice(pool.family_names[:60])}"


def _diagnoses(world: World) -> Iterator[Row]:
    rng = world.dice("health.diagnoses")
    conditions = read_rows("conditions.csv")
    for diagnosis_id in range(1, _DIAGNOSIS_COUNT + 1):
        condition = rng.choice(conditions)
        yield (
            diagnosis_id,
            rng.randint(1, _PATIENT_COUNT),
            soiled(rng, condition["icd_code"], 0.02),
            condition["condition"],
            condition["is_chronic"] == "1",
            rng.choice(("mild", "moderate", "severe", None)),
            day(rng, date(2012, 1, 1)),
        )


@cache
def _assortment() -> tuple[Row, ...]:
    rows: list[Row] = []
    for medicine in read_rows("medications.csv"):
        for strength in medicine["strengths_mg"].split(";"):
            pzn = _pzn(len(rows))
            is_prescription_only = medicine["is_prescription_only"] == "1"
            identity = (len(rows) + 1, medicine["atc_code"], pzn, medicine["name"], medicine["form"])
            rows.append((*identity, int(strength), is_prescription_only))
    return tuple(rows)


def _pzn(index: int) -> str:
    # A Pharmazentralnummer has eight digits, the last one modulo 11; a remainder of 10 is never assigned.
    body = 1_200_000 + 137 * index
    while (check := sum(weight * int(digit) for weight, digit in enumerate(f"{body:07d}", start=1)) % 11) == 10:
        body += 1
    return f"{body:07d}{check}"


def _medications(_: World) -> Iterator[Row]:
    yield from _assortment()


def _prescriptions(world: World) -> Iterator[Row]:
    rng = world.dice("health.prescriptions")
    for prescription_id in range(1, _PRESCRIPTION_COUNT + 1):
        medicine = rng.choice(_assortment())
        prescribed_on = day(rng, date(2023, 1, 1))
        yield (
            prescription_id,
            rng.randint(1, _PATIENT_COUNT),
            medicine[0],
            soiled(rng, f"{medicine[3]} {medicine[5]} mg", 0.04),
            rng.choice(_DOSAGES),
            rng.randrange(4),
            _doctor(world, rng),
            _pharmacist_note(world, rng),
            prescribed_on,
            prescribed_on + timedelta(days=rng.choice((28, 90, 365))),
        )


def _pharmacist_note(world: World, rng: Random) -> str | None:
    if happens(rng, 0.8):
        return None
    person = rng.choice(world.customers)
    notes = ("Generic dispensed.", "Interaction checked, none found.", "Patient asked about side effects.", "-")
    return f"Collected by {person.name}, tel. {person.phone}" if happens(rng, 0.3) else rng.choice(notes)


def _lab_results(world: World) -> Iterator[Row]:
    rng = world.dice("health.lab_results")
    for result_id in range(1, _RESULT_COUNT + 1):
        loinc_code, analyte, mean, spread, unit, reference_range = rng.choice(_ANALYTES)
        value = round(abs(rng.gauss(mean, spread)), 2)
        # The analyser writes NaN for a spoilt sample and infinity for "above the measuring range".
        odd_value = rng.choice((float("nan"), float("inf"), float("-inf"), None, 0.0))
        yield (
            result_id,
            rng.randint(1, _PATIENT_COUNT),
            loinc_code,
            analyte,
            odd_value if happens(rng, 0.02) else value,
            unit,
            reference_range,
            _measured_at(rng),
        )


def _measured_at(rng: Random) -> str:
    if happens(rng, 0.99):
        return f"{moment(rng, date(2019, 1, 1)):%Y-%m-%d %H:%M:%S}"
    # Devices with an empty battery report their epoch; drivers without these dates in their range must cope.
    return rng.choice(
        ("1900-01-01", "1970-01-01", "-infinity", "infinity", "0001-01-01", "4713-01-01 BC", "9999-12-31")
    )
