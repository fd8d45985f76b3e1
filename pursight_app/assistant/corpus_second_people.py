"""Values about persons as company databases hold them: names, contacts, demographics, pay."""

import hashlib

import phonenumbers

from pursight_app.assistant.corpus_styles import (
    Draw,
    Maker,
    altered,
    ascii_only,
    codes,
    faked,
    mixed,
    moments,
    numbers,
    one_of,
    shapes,
    words,
)

_MAIL_HOSTS = [
    "gmail.com",
    "yahoo.com",
    "hotmail.com",
    "outlook.com",
    "web.de",
    "gmx.net",
    "orange.fr",
    "libero.it",
    "wp.pl",
    "icloud.com",
    "proton.me",
    "acme-industrial.com",
    "northwind.example",
    "contoso.com",
    "kontor-nord.de",
    "bricorama.fr",
    "talleresruiz.es",
    "uni-graz.at",
]
_HANDLE_WORDS = [
    "pixel",
    "ninja",
    "moon",
    "rider",
    "cat",
    "dev",
    "data",
    "sunny",
    "blue",
    "storm",
    "fox",
    "ice",
    "max",
    "lady",
    "king",
    "punk",
    "zero",
    "chef",
]
_PHONE_LANDS = ("US", "GB", "DE", "FR", "ES", "IT", "BR", "NL", "PL", "SE", "TR", "JP", "IN", "CH", "AU", "PT")
_FORMATS = phonenumbers.PhoneNumberFormat


def full_names(draw: Draw) -> Maker:
    """Whole names in one of the orders that forms and directories use."""

    def usual() -> str:
        return f"{draw.faked('first_name')} {draw.faked('last_name')}"

    orders = (
        usual,
        usual,
        lambda: draw.faked("name"),
        lambda: f"{draw.faked('last_name')}, {draw.faked('first_name')}",
        lambda: " ".join((draw.faked("last_name").upper(), draw.faked("first_name"))),
        lambda: f"{draw.faked('last_name')}, {draw.faked('first_name')} {draw.shaped('@')}.",
        lambda: f"{draw.faked('first_name')[0]}. {draw.faked('last_name')}",
        lambda: ascii_only(usual()) or "Ann Doe",
        lambda: f"{draw.faked('first_name')} {draw.shaped('@')}. {draw.faked('last_name')}",
    )
    return draw.choose.choice(orders)


first_names = one_of(
    faked("first_name"),
    faked("first_name_female", "first_name_male"),
    altered(faked("first_name"), str.upper, str.lower),
)
last_names = one_of(faked("last_name"), faked("last_name"), altered(faked("last_name"), str.upper, str.title))


def logins(draw: Draw) -> Maker:
    """Log-in names as directories and shops make them."""

    def parts() -> tuple[str, str]:
        first = ascii_only(draw.faked("first_name")).lower().replace(" ", "") or "kim"
        last = ascii_only(draw.faked("last_name")).lower().replace(" ", "").replace("'", "") or "lee"
        return first, last

    def initial() -> str:
        first, last = parts()
        return first[0] + last

    habits = (
        initial,
        lambda: ".".join(parts()),
        lambda: "_".join(parts()) + draw.shaped("##"),
        lambda: (parts()[1][:5] + parts()[0][0]).upper() + draw.shaped("##"),
        lambda: draw.choose.choice(_HANDLE_WORDS) + draw.choose.choice(_HANDLE_WORDS).title() + draw.shaped("###"),
        lambda: f"CORP\\{initial()}",
        lambda: f"@{draw.choose.choice(_HANDLE_WORDS)}_{parts()[0]}",
        lambda: parts()[0] + draw.shaped("19##"),
    )
    return draw.choose.choice(habits)


def mails(draw: Draw) -> Maker:
    """E-mail addresses of private persons or of one firm."""
    own = draw.choose.choice(_MAIL_HOSTS)
    is_firm, is_loud = draw.choose.random() < 0.4, draw.choose.random() < 0.1

    def make() -> str:
        first = ascii_only(draw.faked("first_name")).lower().replace(" ", "") or "info"
        last = ascii_only(draw.faked("last_name")).lower().replace(" ", "-").replace("'", "") or "sales"
        local = draw.choose.choice(
            (f"{first}.{last}", first[0] + last, f"{first}{draw.shaped('##')}", f"{last}_{first}")
        )
        mail = f"{local}@{own if is_firm else draw.choose.choice(_MAIL_HOSTS)}"
        return mail.upper() if is_loud else mail

    return make


def role_mails(draw: Draw) -> Maker:
    """Addresses of departments, some with a display name."""
    boxes = [
        "info",
        "sales",
        "billing",
        "no-reply",
        "support",
        "hr",
        "invoices",
        "kontakt",
        "ventas",
        "service",
        "orders",
        "admin",
    ]
    domains = [draw.faked("domain_name") for _ in range(25)]
    return lambda: f"{draw.choose.choice(boxes)}@{draw.choose.choice(domains)}"


def phones(draw: Draw) -> Maker:
    """Valid numbers of one country, or of many with the country code, in one of the usual spellings."""
    land = draw.choose.choice((*_PHONE_LANDS, None))
    form = draw.choose.choice(
        (_FORMATS.E164, _FORMATS.INTERNATIONAL, _FORMATS.NATIONAL, _FORMATS.RFC3966, None, "plain")
    )
    if land is None and form in {_FORMATS.NATIONAL, "plain", None}:
        form = _FORMATS.E164

    def make() -> str:
        chosen = land or draw.choose.choice(_PHONE_LANDS)
        kind = draw.choose.choice((phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE))
        example = phonenumbers.example_number_for_type(chosen, kind)
        if example is None:
            return "+1 202 555 0142"
        digits = str(example.national_number)
        example.national_number = int(digits[:3] + draw.shaped("#" * (len(digits) - 3)))
        if form == "plain":
            return str(example.national_number)
        if form is None:
            return phonenumbers.format_number(example, _FORMATS.NATIONAL).replace(" ", "").replace("-", "")
        return phonenumbers.format_number(example, form)

    return make


def extensions(draw: Draw) -> Maker:
    """American and German spellings with an extension."""
    pattern = draw.choose.choice(
        ("(%##) 555-#### x###", "%##.%##.####", "0%## / %#####-##", "00%# %## ######", "%##-%##-####")
    )
    return lambda: draw.shaped(pattern)


births = moments(
    1938,
    2006,
    "%Y-%m-%d",
    "%Y-%m-%d",
    "%d.%m.%Y",
    "%m/%d/%Y",
    "%d/%m/%Y",
    "%Y%m%d",
    "%Y-%m-%dT00:00:00Z",
    "%Y-%m-%d 00:00:00",
)
ages = one_of(
    numbers(18, 90),
    numbers(0, 100),
    numbers(19, 66),
    words("18-24;25-34;35-44;45-54;55-64;65+"),
    numbers(20, 80, decimals=(1,)),
)
genders = codes(
    "M;F",
    "m;w;d",
    "male;female",
    "male;female;other;unknown",
    "Male;Female",
    "H;F",
    "Masculino;Feminino",
    "V;M",
    "K;M",
    "MALE;FEMALE;NON_BINARY;PREFER_NOT_TO_SAY",
    "maschio;femmina",
    "Erkek;Kadın",
    "F;M;X",
    "Man;Kvinna",
)
gender_codes = codes("1;2", "0;1;2;9", "8507;8532")

_JOBS = (
    "Account Executive;Senior Buyer;Warehouse Operative;Forklift Driver;HR Business Partner;Payroll Clerk;DevOps Engineer;"
    "Chief Financial Officer;Sales Director EMEA;Staff Nurse;Ward Sister;Consultant Cardiologist;Key Account Manager;"
    "Office Manager;Data Engineer II;QA Lead;Technical Writer;Store Manager;Assistant Store Manager;Barista;Line Cook;"
    "Field Technician;Junior Controller;Sachbearbeiter Einkauf;Geschäftsführer;Teamleiter Logistik;Comptable;"
    "Chargé d'affaires;Directeur commercial;Jefe de ventas;Administrativo;Ingeniero de planta;Impiegato;Magazziniere;"
    "Analista de sistemas;Gerente de Projetos;Księgowa;Specjalista ds. zakupów;Ekonomiassistent;Undersköterska;"
    "Satış Müdürü;営業担当;エンジニア;Verkoopmedewerker;Projectleider;Physiotherapist;Paralegal;Compliance Officer;"
    "VP Engineering;Head of Growth;Scrum Master;Welder;CNC Operator;Bus Driver;Receptionist;Intern"
)
jobs = one_of(words(_JOBS), faked("job"), altered(words(_JOBS), str.upper))
races = codes(
    "White;Black or African American;Asian;American Indian or Alaska Native;Native Hawaiian or Other Pacific Islander;Two or more races",
    "Hispanic or Latino;Not Hispanic or Latino;Declined",
    "Caucasian;African American;Hispanic;Asian;Native American;Other",
    "White British;White Irish;Indian;Pakistani;Bangladeshi;Caribbean;African;Mixed White and Asian;Chinese;Any other ethnic group",
    "branca;preta;parda;amarela;indígena",
    "WHITE;BLACK;ASIAN;HISPANIC;UNKNOWN",
    "2106-3;2054-5;2028-9;1002-5;2076-8;2131-1",
)
race_codes = codes("W;B;A;H;O", "1;2;3;4;5;9", "8515;8516;8527;8557")
parties = codes(
    "Democratic;Republican;Independent;Libertarian;Green",
    "Labour;Conservative;Liberal Democrats;SNP;Plaid Cymru;Reform UK",
    "CDU;SPD;Bündnis 90/Die Grünen;FDP;Die Linke;AfD;CSU",
    "PSOE;PP;VOX;Sumar;ERC;Junts",
    "PiS;KO;Lewica;PSL;Konfederacja",
    "Renaissance;RN;LFI;LR;PS;EELV",
    "DEM;REP;IND;NPA",
    "PT;PL;MDB;PSDB;PSOL;União Brasil",
    "VVD;PvdA;D66;CDA;PVV;GroenLinks",
    "registered democrat;registered republican;unaffiliated",
    "left;centre-left;centre;centre-right;right",
)
party_codes = codes("D;R;I", "R;D;L;G;U", "SD;S;M;C;V;KD;MP;L")
maritals = codes(
    "Single;Married;Divorced;Widowed",
    "SINGLE;MARRIED;DIVORCED;WIDOWED;SEPARATED;CIVIL_PARTNERSHIP",
    "ledig;verheiratet;geschieden;verwitwet",
    "célibataire;marié;divorcé;veuf;pacsé",
    "soltero;casado;divorciado;viudo",
    "Never Married;Married;Annulled;Legally Separated",
    "celibe;nubile;coniugato;vedovo",
    "kawaler;panna;żonaty;zamężna;rozwiedziony",
    "ogift;gift;skild;sambo",
    "Evli;Bekar;Dul",
    "未婚;既婚",
)
marital_codes = codes("S;M;D;W", "M;S;D;W;U;T;L", "0;1;2;3;4", "LED;VH;GES;VW")
salaries = one_of(
    numbers(24_000, 180_000, decimals=(0, 2)),
    numbers(1_400, 9_500, decimals=(0, 2)),
    numbers(11, 68, decimals=(2,)),
    numbers(30_000, 220_000, unit=" EUR"),
    words("<25k;25k-50k;50k-75k;75k-100k;100k-150k;>150k"),
    altered(numbers(30_000, 150_000), lambda pay: f"${int(pay):,}"),
    altered(numbers(200_000, 2_500_000), lambda pay: pay[:-3] + "000"),
)


def id_like_names(draw: Draw) -> Maker:
    """Names of employees with their number behind, as reports print them."""
    return lambda: f"{draw.faked('last_name')}, {draw.faked('first_name')} ({draw.shaped('E#####')})"


def pseudonyms(draw: Draw) -> Maker:
    """Handles that a system gave out."""
    shape = draw.choose.choice(("user_######", "player####", "guest-~~~~~~"))
    return lambda: draw.shaped(shape)


def name_hashes(draw: Draw) -> Maker:
    """Digests that stand where a name or an address was: identifiers, not persons."""
    digest = draw.choose.choice((hashlib.md5, hashlib.sha1, hashlib.sha256))
    return lambda: digest(draw.faked("name").encode(), usedforsecurity=False).hexdigest()


any_logins = one_of(logins, logins, logins, pseudonyms)
any_phones = one_of(phones, phones, phones, extensions)
any_mails = one_of(mails, mails, mails, role_mails)
any_names = one_of(full_names, full_names, full_names, id_like_names, mixed(full_names, full_names))
badge_numbers = shapes("######", "E####", "PN-#####", "00######")
