"""How classes, word lists and signals are called in front of people. Holds words, no decisions."""

from pursight_app.assistant.signals import Signal

LIST_PROOFS: dict[str, str] = {
    "first_name": "are known first names",
    "last_name": "are known family names",
    "city": "are known towns",
    "country": "are names of countries",
    "region": "are known states or regions",
    "first_name_word": "hold a known first name",
    "last_name_word": "hold a known family name",
    "city_word": "hold the name of a known town",
    "country_word": "hold the name of a country",
    "job_word": "hold a word for an occupation",
    "company_word": "hold a word or legal form of organisations",
    "street_word": "hold a word for a street",
    "medical_word": "hold a medical term",
    "drug_word": "name a drug or its strength",
    "currency_word": "hold a currency",
    "month_word": "hold the name of a month",
    "stop_word": "hold the small words of sentences",
    "title_word": "hold a title such as Dr or Mrs",
    "colour_word": "hold a colour",
    "unit_word": "hold a unit of measure",
    "all_words_names": "consist of known first and family names",
    "closed_race": "are words for ethnic groups",
    "closed_party": "are words for parties",
    "closed_marital": "are words for marital status",
    "closed_gender": "are words for gender",
}
"""Finishes the sentence "97% of the different values …" for a word list of assistant/lexicon.py."""
_SIGNALS: dict[str, str] = {
    "missing": "how many values are missing",
    "variety": "how many different values there are",
    "characters": "which characters the values consist of",
    "lengths": "how long the values are",
    "words": "how many words the values have",
    "case": "capital and small letters of the values",
    "form": "how alike the values are in form",
    "numbers": "whether the values are numbers",
    "range": "the range of the numbers",
    "spread": "how the numbers are spread",
    "digits": "digits and decimals of the numbers",
    "order": "order and repetition of the numbers",
    "years": "the years in the values",
    "patterns": "character patterns of the values",
    "header": "the words and letters of the header",
    "table": "the name of the table",
    "neighbours": "the neighbouring columns",
    "reviews": "what reviews in this workspace have taught",
}
_CLASSES: dict[str, str] = {
    "email": "e-mail address",
    "phone": "telephone number",
    "iban": "IBAN",
    "swift_bic": "BIC",
    "us_ssn": "US social security number",
    "uk_nino": "UK national insurance number",
    "de_tax_id": "German tax number",
    "fr_nir": "French social security number (NIR)",
    "in_aadhaar": "Aadhaar number",
    "br_cpf": "Brazilian CPF",
    "es_dni_nie": "Spanish DNI or NIE",
    "it_codice_fiscale": "Italian codice fiscale",
    "national_id_other": "national identity number",
    "tax_or_company_id": "tax or company number",
    "icd_code": "ICD code",
    "ip_address": "IP address",
    "mac_address": "MAC address",
    "url": "web address",
    "uuid": "UUID",
    "api_key": "API key",
    "jwt": "JWT",
    "credit_card": "card number",
    "free_text_pii": "text about people",
    "thing_name": "name of a thing",
    "state_region": "state or region",
    "race_ethnicity": "ethnic group",
    "salary_income": "salary or income",
}


def class_words(name: str) -> str:
    """A data class as people say it: `date_of_birth` gives "date of birth", `us_ssn` "US social security number"."""
    return _CLASSES.get(name, name.replace("_", " "))


def signal_words(signal: Signal) -> str:
    """What a signal is about, when nothing more is known of the column."""
    return _SIGNALS.get(signal.key, signal.key.replace("_", " "))


def share_words(share: float, proof: str) -> str:
    """Says "97% of the different values are known towns"; a share of 0 gives "none of the values are known towns"."""
    if share < 0.005:
        return f"none of the values {proof}" if share <= 0 else f"less than 1% of the different values {proof}"
    return f"{share:.0%} of the different values {proof}"
