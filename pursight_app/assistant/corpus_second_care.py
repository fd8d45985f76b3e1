"""Tables about people in care: patients, cases, insured persons, identity checks, voters."""

from pursight_app.assistant import corpus_second_machines as machines
from pursight_app.assistant import corpus_second_people as people
from pursight_app.assistant import corpus_second_records as records
from pursight_app.assistant import corpus_second_words as said
from pursight_app.assistant import corpus_style_numbers as valid
from pursight_app.assistant.corpus_style_numbers import each
from pursight_app.assistant.corpus_styles import Field, Theme, moments, shapes, words

_births = moments(1925, 2021, "%Y-%m-%d", "%Y-%m-%d", "%Y%m%d", "%d/%m/%Y", "%Y-%m-%d 00:00:00")
_concepts = words("38341003;44054006;195967001;73211009;233604007;36971009;10509002;444814009;162864005;59621000")

CARE = (
    Theme(
        "patients",
        "patients;fhir_patient;omop_person;DM;patienten;dim_patient;mpi_person;pacientes",
        (
            Field("national_id_other", "pesel;nr pesel;citizen pesel|psl", each(valid.pesel_number), tells=False),
            Field(
                "national_id_other",
                "personnummer;person nr;swedish id|persnr",
                each(valid.personal_number_se),
                tells=False,
            ),
            Field(
                "national_id_other",
                "bsn;burgerservicenummer;citizen service no|bsn nr",
                each(valid.citizen_number_nl),
                tells=False,
            ),
            Field(
                "medical_record_number",
                "mrn;medical record no;chart no;patient id;hospital number;usubjid;subjid;nhs number|patientennr;PATNR;nip patient;nº historia;SUBJID",
                records.record_numbers,
                tells=False,
            ),
            Field("first_name", "given;first name;middle name|vorname;prenom;nombre", people.first_names),
            Field("last_name", "family;last name;maiden|nachname;nom naissance;apellidos", people.last_names),
            Field(
                "person_name",
                "patient name;next of kin;attending physician;guardian;gp name|patient;medecin;hausarzt;medico",
                people.any_names,
            ),
            Field(
                "date_of_birth", "birthdate;birth date;dob;brthdtc|geb dat;date naissance;GEBDATUM;fecha nac", _births
            ),
            Field("gender", "gender;sex;gender concept id;administrative gender|geschlecht;SEX;sexe", people.genders),
            Field("gender", "gender concept id;sex code|gndr cd;geschl kz", people.gender_codes, tells=False),
            Field("race_ethnicity", "race;ethnicity;us core race|RACE;ETHNIC;ethnie", people.races),
            Field("race_ethnicity", "race concept id;race cd;ethnicity code|rce cd", people.race_codes, tells=False),
            Field(
                "marital_status",
                "marital;marital status;maritalstatus code|familienstand;situation fam;MARISTAT",
                people.maritals,
            ),
            Field("marital_status", "marital;marital status cd|mar stat;famst", people.marital_codes, tells=False),
            Field("us_ssn", "ssn;patient ssn;social security no|soc sec nbr", records.ssns, tells=False),
            Field("fr_nir", "nir;ins;matricule ins;num secu|no assuré;insee", records.nirs),
            Field(
                "national_id_other",
                "national id;citizen id;identity no;personal number|identitätsnr;nro identidad",
                records.other_national_ids,
                tells=False,
            ),
            Field(
                "in_aadhaar", "aadhaar;aadhaar no;uid number;abha aadhaar|aadhar;uidai", records.aadhaars, tells=False
            ),
            Field(
                "drivers_license",
                "drivers;drivers license;dl number|führerschein;dl no;permis",
                records.licences,
                tells=False,
            ),
            Field("passport_number", "passport;passport no|reisepass;pasaporte", records.passports, tells=False),
            Field("age", "age;age at admission;age years;age group|AGE;alter;edad", people.ages),
            Field(
                "organization",
                "insurer;payer;managing organization;hospital|kostenträger;krankenkasse;mutuelle",
                said.departments_as_orgs,
            ),
            Field("street_address", "address;home address;line|anschrift;domicile", records.addresses),
            Field("date", "death date;registration date;enrolled on;rfstdtc|sterbedatum;date décès", machines.dates),
            Field("boolean", "deceased;smoker;multiple birth;consent|raucher;décédé", machines.flags),
            Field("category", "blood group;language;arm;insurance class|blutgruppe;ARMCD", said.kinds),
        ),
    ),
    Theme(
        "encounters",
        "encounters;condition_occurrence;AE;diagnoses;claims_lines;fhir_condition;aufenthalte;episodios",
        (
            Field("uuid", "encounter id;id;encounter uuid|fall uuid", machines.uuids),
            Field(
                "medical_record_number",
                "patient mrn;subject id;patient no;usubjid;chart number|pat nr;SUBJ",
                records.record_numbers,
                tells=False,
            ),
            Field(
                "icd_code",
                "icd10;diagnosis code;dx1;primary dx;condition source value;icd9 code|diagnoseschlüssel;ICD;DIAG;code cim;cie10;cid10",
                records.diagnosis_codes,
                tells=True,
            ),
            Field(
                "medical_condition",
                "diagnosis;condition;reason description;aeterm;cause of death;chief complaint;problem|diagnose;AEDECOD;motif;diagnóstico;rozpoznanie;hastalık",
                records.conditions,
            ),
            Field(
                "medication",
                "drug;medication;treatment;extrt;vaccine;prescribed|medikament;CMTRT;wirkstoff;médicament;fármaco;lek;ilaç",
                records.drugs,
            ),
            Field("identifier", "snomed;concept id;code;procedure code|snomed ct", _concepts, tells=False),
            Field("person_name", "provider name;attending;nurse|arzt;médecin traitant;enfermera", people.any_names),
            Field("organization", "facility;provider org;payer name|klinik;hôpital;hospital", said.departments_as_orgs),
            Field("timestamp", "admitted at;start;discharge dttm;recorded|aufnahme zeit;date entrée", machines.times),
            Field("date", "visit date;onset date;aestdtc;service date|behandlungsdatum;fecha ingreso", machines.dates),
            Field(
                "quantity",
                "length of stay;systolic bp;dose;hba1c;weight kg;heart rate|verweildauer;AVAL;poids",
                said.quantities,
                tells=False,
            ),
            Field(
                "category",
                "encounter class;severity;ward;visit type;discharge disposition|AESEV;fallart;service",
                said.kinds,
            ),
            Field("boolean", "serious;is readmission;fasting|AESER;notfall", machines.flags),
            Field(
                "free_text", "clinical note;findings;care plan text|befund;compte rendu;evolución", said.clinical_notes
            ),
            Field(
                "free_text_pii",
                "progress note;discharge letter;nurse note|arztbrief;courrier;informe alta",
                said.personal_texts,
            ),
            Field("money_amount", "total claim cost;base cost;payer coverage|kosten;DRG erlös", records.amounts),
        ),
    ),
    Theme(
        "policies",
        "policies;claims;schadenfaelle;vehicles;fleet;sinistres;polizas;fct_claim",
        (
            Field("br_cpf", "cpf;cpf number;documento cpf|nr cpf;doc federal", records.cpfs),
            Field("es_dni_nie", "dni;nie;nif|num dni;nif trabajador", records.dnis),
            Field("it_codice_fiscale", "codice fiscale;fiscal code|cod fisc;cf", records.codici),
            Field("in_aadhaar", "aadhaar;aadhaar no|aadhar;uidai nr", records.aadhaars, tells=False),
            Field(
                "identifier",
                "policy no;claim number;contract ref;broker id|vertragsnr;schadennr;num contrat",
                machines.serials,
                tells=False,
            ),
            Field(
                "vehicle_id",
                "vin;chassis no;license plate;registration;reg no;plate|fahrgestellnr;FIN;kennzeichen;immatriculation;matricula;targa;kenteken;nr rej;plaka",
                machines.vehicles,
            ),
            Field(
                "drivers_license",
                "driver licence;dl number;licence no|führerschein;permis;rijbewijsnr",
                records.licences,
                tells=False,
            ),
            Field(
                "person_name",
                "policyholder;driver;insured;claimant;adjuster|versicherungsnehmer;fahrer;assuré;tomador",
                people.any_names,
            ),
            Field("date_of_birth", "insured dob;driver birth date|geb datum fahrer;date naiss", people.births),
            Field("age", "driver age;insured age|alter fahrer;âge", people.ages),
            Field("thing_name", "vehicle model;vessel;asset insured|modell;navire", said.ships),
            Field(
                "organization", "insurer;repair shop;broker;lessor|werkstatt;courtier;aseguradora", said.organizations
            ),
            Field(
                "money_amount",
                "premium;sum insured;reserve;paid amount;deductible|prämie;beitrag;prime;franchise",
                records.amounts,
            ),
            Field("date", "loss date;inception;renewal date|schadentag;effet;vencimiento", machines.dates),
            Field("category", "line of business;fuel;claim status;coverage|sparte;garantie", said.kinds),
            Field(
                "quantity",
                "mileage;power kw;seats;no claims years|laufleistung;kilometrage",
                said.quantities,
                tells=False,
            ),
            Field("year", "model year;year built;first registration year|baujahr;mod yr", machines.years),
            Field("medical_condition", "injury;cause of death;disability reason|verletzung;lésion", records.conditions),
            Field("icd_code", "injury icd;icd code|icd schl", records.diagnosis_codes, tells=True),
            Field("medication", "current medication;treatment|medikation;traitement", records.drugs),
            Field("free_text", "loss description;circumstances|hergang;circonstances", said.work_notes),
            Field("free_text_pii", "adjuster note;witness statement|zeugenaussage;témoignage", said.personal_texts),
            Field("geo_point", "loss location;gps|unfallort gps", records.points),
        ),
    ),
    Theme(
        "identity_checks",
        "kyc_documents;identity_checks;onboarding;dim_party;ausweise;pieces_identite;aml_subjects;beneficial_owners",
        (
            Field("national_id_other", "pesel;nr pesel;citizen pesel|psl", each(valid.pesel_number), tells=False),
            Field(
                "national_id_other",
                "personnummer;person nr;swedish id|persnr",
                each(valid.personal_number_se),
                tells=False,
            ),
            Field(
                "national_id_other",
                "bsn;burgerservicenummer;citizen service no|bsn nr",
                each(valid.citizen_number_nl),
                tells=False,
            ),
            Field(
                "national_id_other", "tckn;tc kimlik no;turkish id|kimlik", each(valid.citizen_number_tr), tells=False
            ),
            Field(
                "national_id_other",
                "sin;social insurance number;sin number|soc ins nbr",
                each(valid.social_number_ca, "###-###-###", ""),
                tells=False,
            ),
            Field(
                "national_id_other",
                "sa id number;id number;rsa id|id nmbr",
                each(valid.identity_number_za),
                tells=False,
            ),
            Field(
                "national_id_other",
                "pan number;pan india;permanent account number|pan crd",
                shapes("@@@P@####@"),
                tells=False,
            ),
            Field(
                "national_id_other",
                "resident registration number;rrn;jumin no|resident nr",
                each(valid.resident_number_kr, "######-#######"),
                tells=False,
            ),
            Field(
                "person_name", "full name;name on document;beneficial owner|name;nom complet;titular", people.any_names
            ),
            Field("date_of_birth", "dob;birth date|geburtstag;né le;nacimiento;doğum", people.births),
            Field(
                "passport_number",
                "passport no;passport number;travel document;document number passport|passnr;reisepassnr;no passeport;pasaporte;passaporte;paszport;pas nr",
                records.passports,
                tells=False,
            ),
            Field(
                "drivers_license",
                "driver license;driving licence no;dl number;license no|fuehrerschein nr;permis conduire;carnet conducir;cnh;patente;prawo jazdy;rijbewijs",
                records.licences,
                tells=False,
            ),
            Field("us_ssn", "ssn;tax ssn;us ssn|social sec nbr;ssn nbr", records.ssns, tells=False),
            Field("uk_nino", "nino;national insurance number|ni no;ni num", records.ninos),
            Field(
                "de_tax_id", "steuer id;german tin;tin de;idnr|steuerid;idnr de", records.german_tax_ids, tells=False
            ),
            Field("fr_nir", "nir;secu;french social no|no secu;insee nir", records.nirs),
            Field("in_aadhaar", "aadhaar;aadhaar number;uid|aadhar no;adhr nbr", records.aadhaars, tells=False),
            Field("br_cpf", "cpf;cpf number;cpf cliente|nr cpf;doc cpf", records.cpfs),
            Field("es_dni_nie", "dni;nie;nif;dni nie|nif titular;num dni", records.dnis),
            Field("it_codice_fiscale", "codice fiscale;cf;fiscal code|cod fisc;c f", records.codici),
            Field(
                "national_id_other",
                "national id;personal id no;id number;citizen no|id nr;osobní číslo;nin",
                records.other_national_ids,
                tells=False,
            ),
            Field(
                "tax_or_company_id",
                "company number;vat;ein;registration no;lei reg|ust id;siren;cnpj;p iva",
                records.company_ids,
                tells=False,
            ),
            Field(
                "country",
                "nationality;issuing country;tax residence|staatsangehörigkeit;nationalité;ciudadania",
                records.countries,
            ),
            Field("category", "document type;risk class;check result|dokumentart;résultat", said.statuses),
            Field("boolean", "pep;sanction hit;passport;email verified|bestanden", machines.flags),
            Field(
                "salary_income",
                "annual income;declared salary;income|jahreseinkommen;revenu;renta anual",
                people.salaries,
            ),
            Field(
                "political_affiliation", "party;pep party;political party|partei;parti;partido;partia", people.parties
            ),
        ),
    ),
    Theme(
        "voters",
        "donors;voter_contacts;crm_members;constituents;mitglieder;miembros;survey_panel;canvass",
        (
            Field(
                "identifier",
                "census tract;tract;block group|zählbezirk",
                shapes("######", "####.##", "#####"),
                tells=False,
            ),
            Field("person_name", "name;donor name;member|mitglied;donateur;socio", people.any_names),
            Field(
                "political_affiliation",
                "party;party affiliation;registered party;political leaning;vote intent|partei;parti;partido;partij;parti politik;partito",
                people.parties,
            ),
            Field(
                "political_affiliation",
                "party cd;party code;party reg|prty cd;partei kz",
                people.party_codes,
                tells=False,
            ),
            Field("race_ethnicity", "race;ethnicity;modelled ethnicity|herkunft;ethnie;etnia", people.races),
            Field("race_ethnicity", "race cd;ethnic code;race|rc cd", people.race_codes, tells=False),
            Field(
                "marital_status", "marital status;marital cd|fam stand;estado civil", people.marital_codes, tells=False
            ),
            Field("gender", "gender;sex|geschl;sexo", people.genders),
            Field("age", "age;age band|alter;tranche age;faixa etaria", people.ages),
            Field(
                "salary_income",
                "household income;income band;hh income|haushaltseinkommen;revenu foyer;renda familiar",
                people.salaries,
            ),
            Field("street_address", "address;residence address|adresse;domicilio", records.addresses),
            Field("state_region", "state;precinct state;district region|land;region", records.states, tells=False),
            Field("postal_code", "zip;zip5|plz;cp", records.postcodes, tells=False),
            Field("email", "email|correo;mail privat", people.any_mails),
            Field("phone", "phone;cell;landline|handy;telefono", people.any_phones),
            Field("money_amount", "donation;last gift amount;total pledged|spende;don;donativo", records.amounts),
            Field("date", "last gift date;joined;registered on|beitritt;adhésion", machines.dates),
            Field("boolean", "volunteer;voted 2020;email|helfer;a voté", machines.flags),
            Field("identifier", "voter file id;donor id;precinct|mitgliedsnr", machines.serials, tells=False),
        ),
    ),
)
