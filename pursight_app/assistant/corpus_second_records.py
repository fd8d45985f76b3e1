"""Values of company databases about places, money, identity documents and health."""

import json

from stdnum.gb import nhs

from pursight_app.assistant import corpus_style_numbers as valid
from pursight_app.assistant.corpus_style_numbers import each
from pursight_app.assistant.corpus_styles import (
    Draw,
    Maker,
    altered,
    codes,
    faked,
    mixed,
    numbers,
    one_of,
    shapes,
    words,
)

addresses = one_of(
    faked("street_address"), faked("street_address"), faked("address"), altered(faked("street_address"), str.upper)
)
cities = one_of(faked("city"), faked("city"), altered(faked("city"), str.upper))
city_lines = words(
    "Austin, TX;Leeds, West Yorkshire;Lyon (69);München, Bayern;Sevilla, ES;Porto Alegre - RS;Utrecht;Kraków;Göteborg;İzmir"
)
states = codes(
    "CA;TX;NY;FL;IL;OH;GA;NC;MI;WA;OR;AZ;CO;MN;NV",
    "California;Texas;New York;Florida;Ohio;Georgia;Oregon;Washington;Utah",
    "Bayern;Hessen;Sachsen;Berlin;Hamburg;Nordrhein-Westfalen;Niedersachsen;Thüringen",
    "BY;HE;NW;BW;NI;SN;BE;HH;TH",
    "SP;RJ;MG;RS;PR;BA;PE;SC;GO",
    "Île-de-France;Occitanie;Bretagne;Normandie;Grand Est;PACA",
    "US-CA;US-TX;DE-BY;FR-IDF;GB-ENG",
    "Lombardia;Lazio;Veneto;Piemonte;Sicilia;Toscana",
    "MI;RM;TO;NA;FI;BO;GE",
    "mazowieckie;małopolskie;śląskie;pomorskie",
    "Maharashtra;Karnataka;Tamil Nadu;Delhi;Gujarat;Kerala",
    "Andalucía;Cataluña;Madrid;Galicia;Aragón",
    "東京都;大阪府;北海道;愛知県;福岡県",
    "Kent;Essex;Surrey;Devon;Norfolk;Cumbria",
    "Skåne län;Stockholms län;Uppsala län",
    "NSW;VIC;QLD;WA;TAS;ACT",
    "06;48;36;12;17;39;13",
)
countries = codes(
    "US;DE;FR;GB;ES;IT;NL;PL;BR;JP;IN;CH;AT;SE;TR",
    "USA;DEU;FRA;GBR;ESP;ITA;NLD;POL;BRA;JPN;IND",
    "Germany;France;Spain;Italy;Poland;Brazil;Japan",
    "Deutschland;Frankreich;Österreich;Schweiz;Polen;Italien",
    "United States;Canada;Mexico;United Kingdom;Ireland;Australia",
    "España;Francia;Alemania;Portugal;México;Argentina",
    "日本;中国;韓国;アメリカ;ドイツ",
    "Türkiye;Almanya;Fransa;Hollanda",
)
country_numbers = codes("840;276;250;826;724;380;528", "004;040;756;616;076;392")
postcodes = one_of(
    faked("postcode"),
    faked("postcode"),
    shapes(
        "#####",
        "%####",
        "#####-####",
        "%###",
        "%### @@",
        "##-###",
        "#####-###",
        "### ##",
        "###-####",
        "@## %@@",
        "@@# %@@",
        "D-#####",
    ),
)


def latitudes(draw: Draw) -> Maker:
    """Latitudes around one place or of the whole world."""
    middle, spread = draw.choose.choice(((51.2, 3.0), (40.7, 0.4), (-23.5, 1.0), (0.0, 60.0), (48.1, 0.1), (35.6, 6.0)))
    places = draw.choose.choice((4, 5, 6, 8, 13))
    return lambda: f"{middle + spread * draw.choose.uniform(-1, 1):.{places}f}"


def longitudes(draw: Draw) -> Maker:
    """Longitudes around one place or of the whole world."""
    middle, spread = draw.choose.choice(
        ((9.9, 3.0), (-74.0, 0.4), (-46.6, 1.0), (0.0, 170.0), (11.5, 0.1), (139.6, 6.0))
    )
    places = draw.choose.choice((4, 5, 6, 8, 13))
    return lambda: f"{middle + spread * draw.choose.uniform(-1, 1):.{places}f}"


def points(draw: Draw) -> Maker:
    """Both coordinates in one value."""
    north, east = latitudes(draw), longitudes(draw)
    habits = (
        lambda: f"{north()},{east()}",
        lambda: f"POINT({east()} {north()})",
        lambda: f"({north()}, {east()})",
        lambda: f"SRID=4326;POINT({east()} {north()})",
        lambda: json.dumps({"type": "Point", "coordinates": [float(east()), float(north())]}),
        lambda: f"{north()};{east()}",
        lambda: json.dumps({"lat": float(north()), "lng": float(east())}),
    )
    return draw.choose.choice(habits)


cards = each(valid.card, "", "", "#### #### #### ####", "####-####-####-####")
ibans = each(valid.iban, "", "", "#### #### #### #### #### ##", "#### #### #### #### ####")
bank_accounts = one_of(
    each(valid.routing_number),
    shapes("##-##-##"),
    shapes("########", "##########", "%########", "%###########"),
    shapes("########"),
    shapes(
        "####-#/#####-#",
        "%######-%",
        "#### #### ## ##########",
        "BSB ###-### ########",
        "###-###",
        "######-######/####",
    ),
)
bics = shapes(
    "@@@@DEFF",
    "DEUTDE@@###",
    "BNPAFR@@XXX",
    "@@@@GB2L",
    "@@@@US33",
    "@@@@IT##XXX",
    "@@@@CH!!",
    "@@@@NL2A",
    "@@@@ES@@XXX",
)
currencies = codes(
    "EUR;USD;GBP;CHF;PLN;SEK;JPY;BRL;TRY",
    "eur;usd;gbp",
    "978;840;826;756",
    "Euro;US Dollar;Pound Sterling;Swiss Franc",
    "€;$;£",
)
amounts = one_of(
    numbers(0, 5_000, decimals=(2,)),
    numbers(-900, 90_000, decimals=(2, 4)),
    numbers(1, 300, decimals=(2,)),
    numbers(99, 1_500_000),
    altered(
        numbers(1, 90_000, decimals=(2,)),
        lambda sum_: f"${float(sum_):,.2f}",
        lambda sum_: f"{sum_} EUR",
        lambda sum_: "€ " + sum_.replace(".", ","),
    ),
    altered(numbers(500, 900_000), lambda cents: f"{cents[:-1]}0"),
)
ssns = one_of(
    each(valid.us_ssn, "###-##-####", "", "### ## ####"), each(valid.us_ssn, "###-##-####"), shapes("999-##-####")
)
ninos = one_of(each(valid.uk_nino, "", "## ## ## ## #"), altered(each(valid.uk_nino), str.lower))
german_tax_ids = each(valid.de_tax_id, "", "## ### ### ###", "##/###/###/###")
nirs = each(valid.fr_nir, "", "# ## ## ## ### ### ##", "#############-##")
aadhaars = each(valid.in_aadhaar, "", "#### #### ####", "####-####-####")
cpfs = each(valid.br_cpf, "", "###.###.###-##", "###.###.###-##")
dnis = each(valid.es_dni, "", "########-#")
codici = one_of(each(valid.it_codice_fiscale), altered(each(valid.it_codice_fiscale), str.lower))
other_national_ids = one_of(
    each(valid.pesel_number),
    each(valid.personal_number_se),
    each(valid.resident_number_kr, "######-#######"),
    each(valid.resident_number_cn),
    each(valid.citizen_number_tr),
    each(valid.citizen_number_nl),
    each(valid.social_number_ca, "###-###-###", "### ### ###"),
    each(valid.identity_number_za),
    shapes("@@@@@####@", "S%######@", "@######(%)"),
    mixed(each(valid.pesel_number), each(valid.es_dni), each(valid.it_codice_fiscale), each(valid.citizen_number_nl)),
)
passports = shapes(
    "%########",
    "C%!!!!!!%",
    "##@@#####",
    "@@@######",
    "@@#######",
    "@########",
    "AA#######",
    "@#######",
    "%#########",
    "P<D<<C%!!!!!!!",
)
licences = shapes(
    "@#######",
    "@@@@@%#####@@%@@",
    "###########",
    "@###-####-####",
    "##-##-##-######",
    "@##########",
    "@!!!!!!!!##",
    "#########",
    "@@## ###########",
    "###-##-####-@",
)
company_ids = one_of(
    *(each(lambda draw, land=land: valid.company_number(draw, land)) for land in ("AU", "BR", "ES", "FR", "PL")),
    each(lambda draw: valid.company_number(draw, "US"), "##-#######"),
    *(each(lambda draw, land=land: valid.vat_number(draw, land)) for land in ("DE", "FR", "IT", "GB", "NL", "PL")),
    mixed(*(each(lambda draw, land=land: valid.vat_number(draw, land)) for land in ("DE", "FR", "IT", "GB", "NL"))),
    shapes("HRB %####", "%#######", "SC######"),
)

diagnosis_codes = one_of(
    words(
        "E11.9;I10;J45.909;F32.1;M54.5;K21.9;N39.0;Z00.00;S52.501A;C50.911;G43.909;R07.9;E78.5;J06.9;I25.10;O80;T78.40XA;H52.4;L20.9;B34.9"
    ),
    words("E119;I10;J45909;F321;M545;K219;N390;Z0000;S52501A;C50911;G43909;R079;E785;J069"),
    words("250.00;401.9;272.4;530.81;V70.0;E885.9;427.31;496;311;599.0;414.01"),
    mixed(shapes("@##.#", "@##"), words("A41.9;D64.9;I48.91;U07.1")),
    words("C34.1 G;M17.1 R;F33.1 G;I10.90 G;E11.90 G"),
)
record_numbers = one_of(
    shapes("MRN######", "MRN-########", "%######", "00######", "H#######", "P-##-#####", "########"),
    shapes("CDISC01-###-####", "01-701-1###", "ABC-123-##-###"),
    each(lambda draw: valid.completed(draw, "4#########", nhs.is_valid), "### ### ####", ""),
)
conditions = one_of(
    words(
        "Type 2 diabetes mellitus;Essential hypertension;Asthma, unspecified;Major depressive disorder;Low back pain;Acute bronchitis;"
        "Atrial fibrillation;Chronic kidney disease stage 3;Hyperlipidemia;Gastro-oesophageal reflux disease;Fracture of distal radius;"
        "Viral sinusitis (disorder);Anemia (disorder);Prediabetes;Normal pregnancy;Body mass index 30+ - obesity (finding);Otitis media;"
        "Streptococcal sore throat;Migraine without aura;Osteoarthritis of knee;COPD;Sepsis;Non-small cell lung cancer;Epilepsy;Eczema"
    ),
    words(
        "HEADACHE;NAUSEA;APPLICATION SITE PRURITUS;DIZZINESS;ERYTHEMA;DIARRHOEA;RASH;VOMITING;HYPERHIDROSIS;UPPER RESPIRATORY TRACT INFECTION;INSOMNIA;MYOCARDIAL INFARCTION"
    ),
    words(
        "Diabetes mellitus Typ 2;Arterielle Hypertonie;Vorhofflimmern;Depressive Episode;Bandscheibenvorfall;Asthma bronchiale;Herzinsuffizienz;Schilddrüsenunterfunktion"
    ),
    words("Hypertension artérielle;Diabète de type 2;Asthme;Lombalgie;Insuffisance cardiaque;Dépression;Angine"),
    words("hipertensión;diabetes;asma;fractura de fémur;neumonía;artritis reumatoide;migraña"),
)
drugs = one_of(
    words(
        "Metformin 500 mg tablet;Lisinopril 10 MG Oral Tablet;Atorvastatin 20 mg;Amoxicillin 250 MG / Clavulanate 125 MG Oral Tablet;Ibuprofen 400mg;"
        "Salbutamol inhaler 100 mcg;Insulin glargine 100 U/mL;Omeprazole 20 mg capsule;Levothyroxine 75 mcg;Sertraline 50 mg;Warfarin 5 mg;"
        "Acetaminophen 325 MG Oral Tablet;Simvastatin 40 mg;Amlodipine 5 mg;Enoxaparin 40 mg/0.4 mL;Ondansetron 4 mg;Prednisone 10 mg"
    ),
    words(
        "METFORMIN;ASPIRIN;XANOMELINE;PLACEBO;PARACETAMOL;HYDROCORTISONE;FUROSEMIDE;RAMIPRIL;BISOPROLOL;TAMOXIFEN;HEPARIN;MORPHINE"
    ),
    words(
        "Comirnaty;Spikevax;Vaxzevria;Influenza, seasonal, injectable;Hep B, adult;Tdap;MMR;Pneumococcal conjugate PCV 13;HPV quadrivalent;Td (adult)"
    ),
    words(
        "Ramipril 5mg;Pantoprazol 40mg;Metoprolol 47,5;Doliprane 1000;Enalapril;Losartana 50 mg;Dipirona;Tachipirina;Nolotil;Simvastatine"
    ),
)
