"""Asks one peer for the classes of columns: `python peer_adapters.py NAME < columns.jsonl`, in the interpreter that has the peer.

Knows nothing of PurSight, because the peer's interpreter does not have it. Each peer is asked as its own documentation does,
with its own list of kinds; NAMED says which data class a kind is. None of them may load anything from the network, so
those parts of Presidio and DataHub that need a downloaded language model are off.
"""

import contextlib
import io
import json
import logging
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

Ask = Callable[[dict[str, Any]], str | None]
MOST_VALUES = 100
LEAST_SHARE, LEAST_SCORE = 0.5, 0.4
"""Share of the values in which a peer that looks at single values must see the same kind, and the score it must give."""
NAMED: dict[str, dict[str, str]] = {
    "presidio-analyzer": {
        "EMAIL_ADDRESS": "email", "PHONE_NUMBER": "phone", "CREDIT_CARD": "credit_card", "IBAN_CODE": "iban",
        "IP_ADDRESS": "ip_address", "MAC_ADDRESS": "mac_address", "URL": "url", "US_SSN": "us_ssn",
        "US_PASSPORT": "passport_number", "US_DRIVER_LICENSE": "drivers_license", "US_BANK_NUMBER": "bank_account",
        "US_ITIN": "tax_or_company_id", "UK_NINO": "uk_nino", "UK_NHS": "medical_record_number", "DATE_TIME": "date",
        "ES_NIF": "es_dni_nie", "IT_FISCAL_CODE": "it_codice_fiscale", "IN_AADHAAR": "in_aadhaar",
    },
    "acryl-datahub-classify": {
        "Email_Address": "email", "Gender": "gender", "Credit_Debit_Card_Number": "credit_card", "Phone_Number": "phone",
        "Street_Address": "street_address", "Full_Name": "person_name", "Age": "age", "IBAN": "iban",
        "US_Social_Security_Number": "us_ssn", "Vehicle_Identification_Number": "vehicle_id",
        "IP_Address_v4": "ip_address", "IP_Address_v6": "ip_address", "US_Driving_License_Number": "drivers_license",
        "Swift_Code": "swift_bic",
    },
    "piicatcher": {
        "PHONE": "phone", "EMAIL": "email", "CREDIT_CARD": "credit_card", "ADDRESS": "street_address",
        "PERSON": "person_name", "BIRTH_DATE": "date_of_birth", "GENDER": "gender", "NATIONALITY": "country",
        "SSN": "us_ssn", "USER_NAME": "username", "PASSWORD": "password",
    },
    "DataProfiler": {
        "ADDRESS": "street_address", "BAN": "bank_account", "CREDIT_CARD": "credit_card", "DATE": "date",
        "TIME": "timestamp", "DATETIME": "timestamp", "DRIVERS_LICENSE": "drivers_license", "EMAIL_ADDRESS": "email",
        "UUID": "uuid", "HASH_OR_KEY": "password_hash", "IPV4": "ip_address", "IPV6": "ip_address",
        "MAC_ADDRESS": "mac_address", "PERSON": "person_name", "PHONE_NUMBER": "phone", "SSN": "us_ssn", "URL": "url",
        "US_STATE": "state_region", "INTEGER": "quantity", "FLOAT": "quantity", "QUANTITY": "quantity",
        "ORDINAL": "quantity",
    },
    "csv-detective": {
        "email": "email", "tel_fr": "phone", "siren": "tax_or_company_id", "siret": "tax_or_company_id",
        "code_postal": "postal_code", "date": "date", "datetime_naive": "timestamp", "datetime_aware": "timestamp",
        "datetime_rfc822": "timestamp", "year": "year", "latitude_wgs": "latitude", "longitude_wgs": "longitude",
        "latlon_wgs": "geo_point", "lonlat_wgs": "geo_point", "url": "url", "uuid": "uuid", "username": "username",
        "iso_country_code_alpha2": "country", "iso_country_code_alpha3": "country", "pays": "country",
        "sexe": "gender", "bool": "boolean", "commune": "city", "region": "state_region", "departement": "state_region",
        "adresse": "street_address", "money": "money_amount", "percent": "percentage",
    },
}  # fmt: skip
"""Which data class a peer's kind is, by the peer's name in the package index."""


def _values(column: dict[str, Any]) -> list[str]:
    return [str(value) for value in column["values"] if value][:MOST_VALUES]


def _commonest(kinds_by_value: list[set[str]]) -> str | None:
    """The kind that is seen in most values, when it is seen in half of them."""
    counted = Counter(kind for kinds in kinds_by_value for kind in kinds)
    best = max(counted, key=counted.__getitem__, default=None)
    return best if best and counted[best] >= LEAST_SHARE * len(kinds_by_value) else None


def _presidio() -> Ask:
    analyzer: Any = import_module("presidio_analyzer")
    registry = analyzer.RecognizerRegistry()
    registry.load_predefined_recognizers(languages=["en"])
    patterns = [each for each in registry.recognizers if isinstance(each, analyzer.PatternRecognizer)]
    phones = [each for each in registry.recognizers if type(each).__name__ == "PhoneRecognizer"]

    def kinds(value: str) -> set[str]:
        found = [
            hit for each in (*patterns, *phones) for hit in each.analyze(value, each.supported_entities, None) or ()
        ]
        scores: dict[str, float] = {}
        for hit in found:
            scores[hit.entity_type] = max(hit.score, scores.get(hit.entity_type, 0.0))
        best = max(scores, key=scores.__getitem__, default=None)
        return {best} if best and scores[best] >= LEAST_SCORE else set()

    return lambda column: _commonest([kinds(value) for value in _values(column)])


def _datahub() -> Ask:
    spacy: Any = import_module("spacy")
    # It downloads a language model at import; an empty one lets everything else run.
    spacy.load = lambda *_args, **_options: spacy.blank("en")
    predictor: Any = import_module("datahub_classify.infotype_predictor")
    classes: Any = import_module("datahub_classify.helper_classes")
    config = import_module("datahub_classify.reference_input").input1

    def ask(column: dict[str, Any]) -> str | None:
        about = {"Name": column["column"], "Description": "", "Datatype": "str", "Dataset_Name": column["table"]}
        info = classes.ColumnInfo(classes.Metadata(about), _values(column))
        answer = predictor.predict_infotypes([info], 0.68, config, minimum_values_threshold=1)[0]
        proposals = answer.infotype_proposals or []
        return max(proposals, key=lambda found: found.confidence_level).infotype if proposals else None

    return ask


def _piicatcher() -> Ask:
    scanner: Any = import_module("piicatcher.scanner")
    names, texts = scanner.ColumnNameScanner(), scanner.RegexScanner()

    def ask(column: dict[str, Any]) -> str | None:
        seen = [{found.name for found in texts.scan(value)} for value in _values(column)]
        named = sorted(found.name for found in names.scan(column["column"]))
        return _commonest(seen) or (named[0] if named else None)

    return ask


def _dataprofiler() -> Ask:
    labeler = import_module("dataprofiler").DataLabeler(labeler_type="structured")
    pandas: Any = import_module("pandas")

    def ask(column: dict[str, Any]) -> str | None:
        values = _values(column)
        if not values:
            return None
        return _commonest([{str(label)} for label in labeler.predict(pandas.Series(values))["pred"]])

    return ask


def _csv_detective() -> Ask:
    routine = import_module("csv_detective").routine
    pandas: Any = import_module("pandas")
    folder = tempfile.mkdtemp(prefix="peer-")

    def ask(column: dict[str, Any]) -> str | None:
        path = Path(folder) / "column.csv"
        pandas.DataFrame({column["column"] or "c": _values(column), "row": range(len(_values(column)))}).to_csv(
            path, index=False
        )
        found = routine(str(path), save_results=False)["columns"]
        return next(iter(found.values()))["format"]

    return ask


STARTS: dict[str, Callable[[], Ask]] = {
    "presidio-analyzer": _presidio,
    "acryl-datahub-classify": _datahub,
    "piicatcher": _piicatcher,
    "DataProfiler": _dataprofiler,
    "csv-detective": _csv_detective,
}


def answer(name: str, columns: list[dict[str, Any]]) -> dict[str, Any]:
    """What the peer says of each column, and its seconds; or why it was skipped."""
    try:
        version, began = metadata.version(name), time.perf_counter()
        ask = STARTS[name]()
    except (ImportError, OSError, AttributeError) as error:
        return {"skipped": f"{type(error).__name__}: {error}"[:200]}
    started = time.perf_counter()
    kinds: list[str | None] = []
    failed = 0
    for column in columns:
        try:
            kinds.append(ask(column))
        except Exception:  # noqa: BLE001 -- a peer may trip over any column; what matters is that it is counted
            kinds.append(None)
            failed += 1
    return {
        "version": version,
        "start_s": started - began,
        "seconds": time.perf_counter() - started,
        "answers": [NAMED[name].get(kind or "") for kind in kinds],
        "kinds": Counter(kind for kind in kinds if kind and kind not in NAMED[name]),
        "classes": sorted(set(NAMED[name].values())),
        "failed": failed,
    }


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    lines = [json.loads(line) for line in sys.stdin]
    # Peers print what they like: only the answer may reach the bench.
    with contextlib.redirect_stdout(io.StringIO()):
        result = answer(sys.argv[1], lines)
    print(json.dumps(result))
