"""Files about persons: passengers, staff lists, surveys, voters, athletes, trial subjects."""

from pursight_app.assistant import corpus_third_machines as machines
from pursight_app.assistant import corpus_third_numbers as ids
from pursight_app.assistant import corpus_third_people as people
from pursight_app.assistant import corpus_third_places as places
from pursight_app.assistant import corpus_third_words as said
from pursight_app.assistant.corpus_styles import Field, Theme, numbers

PERSONS = (
    Theme(
        "passengers",
        "titanic;passengers;Passenger List 1912;manifest;ship_arrivals;train;test;registro_pasajeros",
        (
            Field("identifier", "PassengerId;row;ticket;voyage no;family id|nr;ID;tkt", said.refs, tells=False),
            Field("person_name", "name;passenger name;Name;full name|nm;Név;Имя;pax name", people.names),
            Field("first_name", "given names;forename;first|Keresztnév;prenume;fornavn", people.first_names),
            Field("last_name", "surname;family;last|Vezetéknév;nume;etternavn;prezime", people.last_names),
            Field("gender", "Sex;gender;sex|spol;nem;kjønn;jk;пол", people.genders),
            Field("gender", "sex;male;gender code|sx;gendr", people.gender_codes, tells=False),
            Field("age", "Age;age;age at embarkation;years old|starost;kor;alder;umur;vozrast", people.ages),
            Field("date_of_birth", "born;date of birth;birthdate|dob;roj;születési dátum;fødselsdato", people.births),
            Field("date", "died;death date;departure;Date|umrl;halál dátuma;dod", machines.days),
            Field("job_title", "occupation;job;profession|zanimanje;foglalkozás;yrke;occ", people.roles),
            Field("country", "nationality;country of origin;citizenship|ország;земља;negara", places.countries),
            Field("city", "embarked at;home town;boarded;Hometown|mesto;város;kota", places.cities),
            Field("category", "Pclass;class;boat;cabin class;Embarked|osztály;klasa", said.labels),
            Field("category", "pclass;deck no;class code|kls", said.label_numbers, tells=False),
            Field("boolean", "Survived;survived;alive;adult male|túlélte;overlevd", machines.flags),
            Field("money_amount", "Fare;fare;ticket price|viteldíj;cena karte", places.money),
            Field("quantity", "SibSp;Parch;children;luggage|db;antall", said.counts),
            Field("thing_name", "ship;vessel name;boat|hajó;skip;brod", said.things),
        ),
    ),
    Theme(
        "public_pay",
        "Employee Salaries 2019;Current_Employee_Names_Salaries;payroll_2021;prof_salaries;Wages;gehaltsliste;baseball_salaries",
        (
            Field("person_name", "Name;Employee Name;full_name;player|nm;navn;név;emp nm", people.names),
            Field("first_name", "First Name;first|fname;fornavn;prénom", people.first_names),
            Field("last_name", "Last Name;last|lname;etternavn;nom de famille", people.last_names),
            Field("job_title", "Job Titles;title;position title;Title;rank|munkakör;stilling;poste", people.roles),
            Field(
                "organization", "Department;Agency;team;school;Employer|szervezet;etat;instituție", said.organizations
            ),
            Field(
                "salary_income",
                "Annual Salary;salary;Base Salary;total pay;Hourly Rate;wage;TotalPayBenefits|sal;fizetés;lønn;salariu;plaća;wg;연봉;gaji;зарплата",
                people.pays,
            ),
            Field("category", "Full or Part-Time;Salary or Hourly;grade;status;rank|st;besorolás", said.labels),
            Field("gender", "Gender;sex|gndr;nem;kjonn", people.genders),
            Field("race_ethnicity", "Ethnicity;race;Race/Ethnicity|eth;rasa", people.races),
            Field("race_ethnicity", "race;Race Code;ethnic|rc;eth cd", people.race_codes, tells=False),
            Field("year", "Year;Fiscal Year;yrs;season|év;år;anul;tahun", machines.years),
            Field("date", "Hire Date;start date;as of|belépés;ansatt dato", machines.recent_days),
            Field(
                "quantity",
                "years of service;yrs.service;Typical Hours;absences|hrs;szolg évek",
                numbers(0, 45, decimals=(0, 1)),
                tells=False,
            ),
            Field("age", "age;Age|kor;alder", people.ages),
            Field(
                "marital_status",
                "marital;MaritalDesc;Marital Status|mstat;családi állapot;sivilstatus;stare civilă",
                people.maritals,
            ),
            Field("state_region", "State;region;county|megye;fylke;județ;st", places.regions, tells=False),
            Field("free_text_pii", "Notes;reason;Comments|megjegyzés", said.personal_remarks),
            Field(
                "national_id_other",
                "National ID;TFN;SIN;personal code|CNP;OIB;AHV Nr;NIK;adóazonosító",
                ids.national_ids,
                tells=False,
            ),
        ),
    ),
    Theme(
        "surveys",
        "survey;gss_2018;adult.data;census_income;responses;nhanes;anes;Umfrage;fragebogen;Mroz;wage1;affairs",
        (
            Field("identifier", "id;caseid;respondent;SEQN;rownames|lfd nr;azon;obs", said.refs, tells=False),
            Field(
                "age", "age;AGE;RIDAGEYR;age group;Which age group are you in?|ag;kor;alder;возраст;나이", people.ages
            ),
            Field("gender", "sex;gender;What is your gender?;SEX|gndr;nem;пол;성별;kjønn", people.genders),
            Field("gender", "sex;RIAGENDR;female;gender;SEX|sx;gend;kj", people.gender_codes, tells=False),
            Field(
                "marital_status",
                "marital;marital-status;MARSTAT;What is your marital status?|mstat;mrtl;családi;marit;семейное положение",
                people.maritals,
            ),
            Field(
                "marital_status",
                "marital;MARITAL;married;marst;marital status|mstat;DMDMARTL",
                people.marital_codes,
                tells=False,
            ),
            Field("race_ethnicity", "race;RACE;ethnicity;ethnic group;RIDRETH1|eth;suku;etnie;dân tộc", people.races),
            Field("race_ethnicity", "race;RACE;hisp;RACED|rc;rac1p", people.race_codes, tells=False),
            Field(
                "political_affiliation",
                "party;partyid;polviews;political views;vote2016|pid;párt;parti;partei;partid",
                people.parties,
            ),
            Field(
                "political_affiliation", "partyid;pid7;party id;V161158x|pid3;prtyid", people.party_codes, tells=False
            ),
            Field(
                "salary_income",
                "income;hhincome;wage;household income;INDHHIN2;rincome|inc;jövedelem;inntekt;venit;pendapatan",
                people.pays,
            ),
            Field(
                "job_title",
                "occupation;occ;job;What is your current occupation?|foglalkozás;yrke;ocupația;pekerjaan",
                people.roles,
            ),
            Field("category", "education;religion;region;workclass;smoker;Q5|isk;utdanning;educ", said.labels),
            Field("category", "educ;degree;Q7;happy;health code|edu;q12 1", said.label_numbers, tells=False),
            Field("boolean", "married;homeowner;voted;Do you smoke?;email|tulajdonos;røyker", machines.flags),
            Field("country", "native-country;country;birthplace|orsz;land;țara", places.countries),
            Field(
                "state_region", "state;region;county;fips state|st;tartomány;fylke", places.region_codes, tells=False
            ),
            Field("postal_code", "zip;ZIP Code;postcode;Your ZIP|irsz;postnr;plz", places.postcodes, tells=False),
            Field("quantity", "hours-per-week;children;weight;height;bmi;years married|hrs;gyerekek;vekt", said.counts),
            Field("free_text", "comments;Any other feedback?;open end|megj;kommentar", said.remarks),
            Field(
                "medical_condition",
                "diagnosis;condition;illness;chronic disease|betegség;sykdom;penyakit",
                ids.illnesses,
            ),
            Field("email", "Email;email address;Enter your email|E-Mail;электронная почта;이메일", people.mock_mails),
            Field("timestamp", "Timestamp;start time;submitted|időbélyeg;tidspunkt", machines.instants),
        ),
    ),
    Theme(
        "voters",
        "voter_roll;ncvoter;candidates;Congress;house_results;election_2020;presidents;MPs;képviselők;poll_members",
        (
            Field(
                "person_name",
                "candidate;name;president;member;Candidate Name|cand nm;jelölt;kandidat;nume candidat",
                people.names,
            ),
            Field("first_name", "first_name;First|fnm;prenume", people.first_names),
            Field("last_name", "last_name;Last;maiden name|lnm;nume", people.last_names),
            Field(
                "political_affiliation",
                "party;Party;party_detailed;affiliation;party_lean|párt;parti;partid;stranka;Partei;партія;đảng",
                people.parties,
            ),
            Field(
                "political_affiliation", "party;party_cd;pty;party code|prty;pol party", people.party_codes, tells=False
            ),
            Field("race_ethnicity", "race_code;ethnic_code;race|rc cd;eth cd", people.race_codes, tells=False),
            Field("gender", "sex_code;gender;gender_code|sx;nem", people.genders),
            Field("date_of_birth", "birthday;born;birth_date;dob|szül;fødd;data nașterii", people.births),
            Field(
                "date_of_birth",
                "birth_year;yob;year of birth;born in|szül év;fødselsår;roj leto;GebJahr",
                people.birth_years,
                tells=False,
            ),
            Field("age", "birth_age;age;age at inauguration|kor;alder;vârsta", people.ages),
            Field("street_address", "res_street_address;mail_addr1;residence|lakcím;adresse;adresa", places.streets),
            Field("city", "res_city_desc;city;hometown|város;by;oraș", places.cities),
            Field(
                "state_region",
                "state;state_po;district;constituency county|st;megye;kanton",
                places.regions,
                tells=False,
            ),
            Field("postal_code", "zip_code;mail_zipcode;Postcode|irsz;npa", places.postcodes, tells=False),
            Field("phone", "full_phone_number;phone;office phone|tel;telefonszám;număr telefon", people.phones),
            Field("date", "registr_dt;election date;term start|dátum;valgdato", machines.days),
            Field("year", "year;Year;term;elected|év;år;ciclu", machines.years),
            Field("percentage", "vote share;pct;turnout|szav arány;oppslutning;udio", machines.shares, tells=False),
            Field(
                "quantity",
                "votes;candidatevotes;seats;age of candidate votes|szavazat;stemmer",
                said.counts,
                tells=False,
            ),
            Field("username", "twitter;Twitter handle;instagram|tw;felhasználó", people.handles),
            Field("url", "url;website;wikipedia|link;honlap", machines.urls),
            Field(
                "drivers_license", "drivers_lic no;driver license;DL|drvrs lic;vezetői eng", ids.licences, tells=False
            ),
        ),
    ),
    Theme(
        "athletes",
        "athlete_events;Batting;NBA players;fifa19;roster;olympics;Spieler;actors;oscars;nobel;cast",
        (
            Field(
                "person_name",
                "Name;player;athlete;actor;laureate;coach;Player Name|játékos;spiller;jucător;igrač;選手",
                people.names,
            ),
            Field("first_name", "nameFirst;First;given|fn;keresztnév", people.first_names),
            Field("last_name", "nameLast;Last;surname|ln;vezetéknév", people.last_names),
            Field("gender", "Sex;gender;category gender|nem;spol", people.genders),
            Field("age", "Age;age;age at win|kor;godine", people.ages),
            Field(
                "date_of_birth",
                "Born;birthDate;DOB;date of birth|szül dátum;datum rođenja;rojstvo;Geb Datum",
                people.births,
            ),
            Field("date_of_birth", "birthYear;born;Year of Birth|szül év;godište", people.birth_years, tells=False),
            Field("date", "debut;finalGame;ceremony date;date|bemutatkozás;debi", machines.days),
            Field("city", "birthCity;born in;host city|szülőhely;mjesto", places.cities),
            Field("country", "NOC;Nationality;country;Team country|nemzet;država;quốc gia", places.countries),
            Field("organization", "Team;club;college;franchise;School|csapat;klub;echipa;lag", said.organizations),
            Field("category", "Position;pos;Medal;sport;season;bats|poszt;pozicija", said.labels),
            Field("quantity", "goals;HR;games;Height;weight;minutes;Overall|gól;mål;pts", said.counts),
            Field("percentage", "FG%;win pct;save pct|győz arány;ft pct", machines.shares, tells=False),
            Field("salary_income", "salary;Wage;annual earnings|sal;fizetés;plata", people.pays),
            Field("money_amount", "Value;Release Clause;transfer fee;prize|érték;premie", places.money),
            Field("thing_name", "Event;movie;film;song;title|mű;film cím;pjesma", said.things),
            Field("identifier", "playerID;ID;tconst;jersey number|azonosító;drakt nr", said.refs, tells=False),
            Field("year", "Year;yearID;Season|év;sezona", machines.years),
            Field("job_title", "role;occupation;known for profession|szerep;zanimanje", people.roles),
        ),
    ),
    Theme(
        "trial_subjects",
        "clinical_trial;pbc;patients_study;leukemia;diabetic_data;lung;cohort;GBSG2;vaers;studie_teilnehmer",
        (
            Field(
                "medical_record_number",
                "patient id;subject;MRN;patient_nbr;chart;SUBJECT_ID;hospital no|betegazon;pasient id;pid;foaie obs",
                ids.subjects,
                tells=False,
            ),
            Field("age", "age;age at diagnosis;AGE_YRS;agegrp|kor;alder;vârstă;tuổi", people.ages),
            Field("gender", "sex;gender;SEX|nem;kjønn", people.genders),
            Field("gender", "sex;gender;male|sx;gdr", people.gender_codes, tells=False),
            Field("race_ethnicity", "race;ethnicity;raceGroup|eth;suku bangsa", people.races),
            Field("marital_status", "marital;marital status;mstatus|mstat;családi áll", people.maritals),
            Field(
                "medication",
                "treatment;trt;rx;drug;VAX_MANU;drug name;OTHER_MEDS|gyógyszer;legemiddel;medicament;lijek;thuốc;лекарство",
                ids.treatments,
            ),
            Field(
                "medical_condition",
                "diagnosis;disease;cause_of_death;SYMPTOM1;condition;histology;adverse event|diagnózis;sykdom;boala;bolest;диагноз;진단명",
                ids.illnesses,
            ),
            Field(
                "icd_code",
                "ICD10;diag_1;icd9;ICD-10 code;underlying cause code|bno;icd kód;cod diag;ICD",
                ids.icd_codes,
                tells=False,
            ),
            Field("identifier", "SNOMED;snomed code;concept|sct;ATC", said.snomed, tells=False),
            Field("date_of_birth", "DOB;birth date;date of birth|szül;fdato;data nașt", people.births),
            Field(
                "date",
                "admission date;VAX_DATE;date of death;onset|felvétel;innlagt;data internării",
                machines.recent_days,
            ),
            Field("quantity", "time;bili;albumin;days;platelets;num_medications|nap;dager;trig", said.counts),
            Field("boolean", "status;censored;diabetes;readmitted;DIED|elhunyt;død", machines.flags),
            Field("category", "stage;arm;group;center;tumour grade|stádium;fase", said.labels),
            Field("category", "stage;grade;ecog;arm code|st;ph.ecog", said.label_numbers, tells=False),
            Field("free_text", "SYMPTOM_TEXT;note;history|leírás;notat", said.reports),
            Field("free_text_pii", "note;narrative;letter;HISTORY|zárójelentés;epikrise", said.personal_remarks),
            Field("organization", "hospital;site;sponsor;Provider|kórház;sykehus;spital", said.organizations),
            Field("person_name", "patient;physician;Doctor;investigator|orvos;lege;medic", people.names),
            Field("us_ssn", "SSN;ssn|soc sec;ss num", ids.ssns, tells=False),
        ),
    ),
)
