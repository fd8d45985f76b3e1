"""Files that list persons with everything: mock data of generators, registers, dumps of customers."""

from pursight_app.assistant import corpus_third_machines as machines
from pursight_app.assistant import corpus_third_numbers as ids
from pursight_app.assistant import corpus_third_people as people
from pursight_app.assistant import corpus_third_places as places
from pursight_app.assistant.corpus_styles import Field, Theme

MOCK = (
    Theme(
        "mock_data",
        "MOCK_DATA;fake_customers;people-1000;dummy;contacts export;FakeNameGenerator;users_sample;sample_data;personen;pii_test",
        (
            Field("first_name", "first_name;GivenName;First Name|keresztnév;imię;이름;fname", people.first_names),
            Field("last_name", "last_name;Surname;Last Name|vezetéknév;성;prezime;lname", people.last_names),
            Field("email", "email;EmailAddress;Email;E-mail|e-pošta;mejl;почта;surel", people.mock_mails),
            Field(
                "phone",
                "phone;TelephoneNumber;Phone 1;Mobile;Fax|telefon;tlf;số điện thoại;nomor hp;전화번호",
                people.phones,
            ),
            Field("username", "Username;user_name;login;nickname|nick;felh név;nadimak", people.handles),
            Field(
                "password",
                "Password;password;pass;passwd|jelszó;passord;parola;lozinka;пароль;mật khẩu",
                machines.leaked_passwords,
                tells=False,
            ),
            Field("ip_address", "ip_address;IP;last ip|ip cím;ip adresa", machines.ips),
            Field("mac_address", "mac_address;MAC;device mac|mac cím;fizička adresa", machines.macs),
            Field(
                "credit_card",
                "credit_card;CCNumber;cc_num;card number|bankkártya;kortnummer;nr card;kartica",
                places.cards,
            ),
            Field(
                "credit_card",
                "CCNumber;credit card number;Card Number;cc number|kártyaszám;kredittkort nr",
                places.damaged_cards,
                tells=False,
            ),
            Field("iban", "IBAN;iban;account iban|bankszámla iban;cont iban", places.ibans),
            Field("swift_bic", "SWIFT;BIC;swift code;Swift Code|bic kód;cod swift", places.bics),
            Field(
                "bank_account",
                "bank account;Account Number;routing number;BBAN;sort_code|számlaszám;kontonr;kontonummer;broj računa;cont bancar",
                places.accounts,
                tells=False,
            ),
            Field("us_ssn", "ssn;NationalID SSN;SSN;social security|soc sec no;ss nbr", ids.ssns, tells=False),
            Field("uk_nino", "NINO;ni_number;National Insurance|ni;nat ins", ids.ninos),
            Field(
                "de_tax_id",
                "Steuer-ID;IdNr;tax id germany;Steueridentifikationsnummer|st id;steuer nr pers",
                ids.german_tax_ids,
                tells=False,
            ),
            Field("fr_nir", "NIR;numéro de sécurité sociale;nss;INSEE|num secu;n° ss", ids.nirs),
            Field("in_aadhaar", "Aadhaar;aadhaar_number;UIDAI;Aadhar No|adhaar;आधार", ids.aadhaars, tells=False),
            Field("br_cpf", "CPF;cpf;CPF do Titular;num_cpf|doc cpf;nr cpf", ids.cpfs),
            Field("es_dni_nie", "DNI;NIE;NIF;dni_nie|núm dni;doc identidad", ids.dnis),
            Field("it_codice_fiscale", "Codice Fiscale;CF;codice_fiscale|cod fisc;cf pers", ids.codici),
            Field(
                "passport_number",
                "Passport;passport_no;Passport Number|útlevél;pass nr;putovnica;여권번호;hộ chiếu",
                ids.passports,
                tells=False,
            ),
            Field(
                "drivers_license",
                "drivers_license;DL Number;Driver License|jogosítvány;førerkort;permis auto;vozačka;SIM",
                ids.licences,
                tells=False,
            ),
            Field(
                "national_id_other",
                "NationalID;national_id;ID card number;identity number|szig;fødselsnummer;CNP;OIB;КТП;주민등록번호;CCCD;KTP",
                ids.national_ids,
                tells=False,
            ),
            Field(
                "vehicle_id",
                "VIN;Vehicle;license_plate;car plate|alvázszám;rendszám;skilt;nr auto;tablica",
                machines.vehicles,
            ),
            Field("uuid", "guid;uuid;GUID;User Id|azon guid;unik id", machines.uuids),
            Field(
                "date_of_birth",
                "Birthday;dob;birth_date;Date of birth|szülinap;bursdag;ziua nașterii;생년월일;ngày sinh",
                people.births,
            ),
            Field("gender", "gender;Gender;Sex|nem;kjønn;성별", people.genders),
            Field(
                "street_address",
                "street_address;StreetAddress;Address;address line|utca;gate;strada;주소;alamat",
                places.streets,
            ),
            Field("geo_point", "GeoCoordinates;latlon;coordinates|koordináta;posisjon", places.points),
            Field("latitude", "Latitude;lat|szélesség;breddegrad", places.latitudes),
            Field("longitude", "Longitude;lng|hosszúság;lengdegrad", places.longitudes),
            Field("url", "domain;Website;avatar|weboldal;nettside", machines.urls),
        ),
    ),
    Theme(
        "registers",
        "beneficiaries;servidores_publicos;KYC dump;members register;leaked_customers;alumni;tax_payers;iscritti;censo;ügyfelek",
        (
            Field("person_name", "Nome;Name;beneficiary name;nombre completo;Nom|név;navn;nume;ime", people.names),
            Field("last_name", "Apellido;Cognome;Last name;Nom|nume fam;prez", people.last_names),
            Field("br_cpf", "CPF;CPF do servidor;cpf_beneficiario;Documento CPF|nr cpf", ids.cpfs),
            Field("es_dni_nie", "DNI;NIF;Documento DNI;dni titular|n dni", ids.dnis),
            Field("it_codice_fiscale", "Codice fiscale;CF;cod. fiscale;COD_FISC|cfisc", ids.codici),
            Field("fr_nir", "NIR;No sécurité sociale;numero secu;NIR assuré|secu", ids.nirs),
            Field(
                "de_tax_id", "Steuer-ID;IdNr.;Steuerliche Identifikationsnummer|stidnr", ids.german_tax_ids, tells=False
            ),
            Field("in_aadhaar", "Aadhaar No;aadhaar;UID Aadhaar|adhar nbr", ids.aadhaars, tells=False),
            Field("uk_nino", "NI Number;NINO;Nat. Ins. No|ni nbr", ids.ninos),
            Field(
                "passport_number",
                "Passport No.;passport;Travel doc no|pasoš;útlevélszám;паспорт",
                ids.passports,
                tells=False,
            ),
            Field(
                "national_id_other",
                "ID No;national identity no;Personal number;NIK|szem szám;personnr;ІПН",
                ids.national_ids,
                tells=False,
            ),
            Field(
                "date_of_birth", "Data de nascimento;DOB;Fecha nac;Data di nascita|szül idő;fødselsdag", people.births
            ),
            Field("gender", "Sexo;Gender;Sesso;Sexe|nem;spol", people.genders),
            Field("city", "Município;City;Comune;Ville|helység;grad", places.cities),
            Field("state_region", "UF;State;Provincia;County|megye;județ", places.regions, tells=False),
            Field("money_amount", "Valor;amount paid;Importo;Benefit amount|összeg;beløp", places.money),
            Field("medication", "vaccine;Vacina;medicine issued;treatment given|oltás;vaksine", ids.treatments),
            Field("password_hash", "password hash;senha_hash;pw_digest|jelszó kivonat", machines.hashes_of_passwords),
            Field("credit_card", "card number;cartão;tarjeta;N. carta|kártya;kort nr", places.cards),
            Field("email", "E-mail;email;correo electrónico;posta|levél;epost", people.mock_mails),
            Field("jwt", "session jwt;bearer token;jwt|tkn jwt", machines.jwts),
        ),
    ),
)
