"""Tables of offices: staff, vendors, bookings, bank accounts, payments, as ERP, HR and core banking hold them."""

from pursight_app.assistant import corpus_second_machines as machines
from pursight_app.assistant import corpus_second_people as people
from pursight_app.assistant import corpus_second_records as records
from pursight_app.assistant import corpus_second_words as said
from pursight_app.assistant.corpus_styles import Field, Theme, moments, shapes

OFFICE = (
    Theme(
        "employees",
        "hr_employees;dim_employee;PA0002;mitarbeiter;salaries;empleados;pracownicy;src_workday__workers;medewerkers",
        (
            Field("br_cpf", "cpf;cpf number;documento cpf|nr cpf;doc federal", records.cpfs),
            Field("es_dni_nie", "dni;nie;nif|num dni;nif trabajador", records.dnis),
            Field("it_codice_fiscale", "codice fiscale;fiscal code|cod fisc;cf", records.codici),
            Field("in_aadhaar", "aadhaar;aadhaar no|aadhar;uidai nr", records.aadhaars, tells=False),
            Field(
                "identifier",
                "employee id;pernr;badge no;cost center;position id|PERNR;personalnummer;matricule;legajo",
                people.badge_numbers,
                tells=False,
            ),
            Field(
                "person_name",
                "employee name;name;manager;supervisor;display name|mitarbeiter;vorgesetzter;nom prenom;empleado;calisan",
                people.any_names,
            ),
            Field(
                "first_name",
                "first name;preferred name;legal first name|VORNA;rufname;prénom;nome proprio",
                people.first_names,
            ),
            Field(
                "last_name",
                "last name;maiden name;legal last name|NACHN;geburtsname;nom;apellido1;cognome",
                people.last_names,
            ),
            Field(
                "date_of_birth",
                "birthdate;date of birth;dob|GBDAT;geb datum;naissance;nacimiento;data ur;fodelsedatum",
                people.births,
            ),
            Field("gender", "gender;sex;gender code|GESCH;geschl;sexo;genre", people.gender_codes, tells=False),
            Field("gender", "gender;sex|geschlecht;sexe;sesso", people.genders),
            Field(
                "marital_status",
                "marital status;civil status|FAMST;familienstand;etat civil;situation familiale;estado civil;stato civile;stan cywilny;civilstånd;medeni hal",
                people.maritals,
            ),
            Field(
                "marital_status",
                "marital status;marital status code|FAMST;etat civil code;burgerlijke staat",
                people.marital_codes,
                tells=False,
            ),
            Field(
                "race_ethnicity",
                "ethnicity;race;eeo ethnic group;race desc|ethn grp;raça cor;origine ethnique",
                people.races,
            ),
            Field(
                "race_ethnicity", "race code;ethnicity code;ethnic grp|ethn cd;RACKY", people.race_codes, tells=False
            ),
            Field(
                "job_title",
                "job title;position title;role;job|stelle;PLSTX;fonction;puesto;stanowisko;görev",
                people.jobs,
            ),
            Field(
                "salary_income",
                "salary;annual salary;base pay;hourly rate;gross pay|gehalt;BETRG LOHN;salaire brut;sueldo;stipendio;wynagrodzenie;lön;maas;kyuyo",
                people.salaries,
            ),
            Field(
                "date",
                "hire date;termination date;contract start;effective date|eintrittsdatum;date embauche;fecha ingreso;BEGDA;ENDDA",
                machines.dates,
            ),
            Field("email", "work email;private email|dienstmail;correo empresa", people.any_mails),
            Field("phone", "office phone;mobile;emergency phone|diensthandy;tel bureau", people.any_phones),
            Field("us_ssn", "ssn;social security number;social sec no|soc sec;PERID", records.ssns, tells=False),
            Field("uk_nino", "nino;national insurance no;ni number|ni nr", records.ninos),
            Field(
                "de_tax_id",
                "steuer id;tax id de;idnr;steuerliche id|steuer idnr;stid;STEUERID",
                records.german_tax_ids,
                tells=False,
            ),
            Field("fr_nir", "nir;num secu;numero securite sociale;insee number|no ss;num insee", records.nirs),
            Field(
                "bank_account",
                "account number;bank account;sort code;routing no|BANKN;konto;num compte;cuenta;rekening",
                records.bank_accounts,
                tells=False,
            ),
            Field("iban", "iban;payroll iban;salary account|kontoverbindung;iban paie", records.ibans),
            Field(
                "category",
                "department;employment type;contract type;pay grade;shift|abteilung;service;departamento;dział",
                said.kinds,
            ),
            Field(
                "percentage",
                "fte;working time pct;bonus pct|beschäftigungsgrad;BSGRD;taux activité",
                machines.shares,
                tells=False,
            ),
            Field(
                "password",
                "initial password;temp password;default pwd|startkennwort;mdp initial;hasło startowe",
                machines.clear_passwords,
                tells=False,
            ),
            Field(
                "free_text_pii", "review comment;hr note;warning text|aktennotiz;observation rh", said.personal_texts
            ),
            Field("free_text", "goals;appraisal text;job description text|ziele;objectifs", said.work_notes),
        ),
    ),
    Theme(
        "vendors",
        "LFA1;dim_supplier;vendors;lieferanten;fournisseurs;proveedores;stg_netsuite__vendors;dostawcy",
        (
            Field(
                "identifier",
                "vendor id;supplier no;vendor account|LIFNR;lieferantennr;code fournisseur",
                machines.serials,
                tells=False,
            ),
            Field(
                "organization",
                "vendor name;supplier;company name;legal name|NAME1;firma;raison sociale;razón social;ragione sociale;leverantör;torihikisaki",
                said.organizations,
            ),
            Field(
                "tax_or_company_id",
                "vat number;tax number;company reg no;ein;registration number|STCEG;ust idnr;siren;nif empresa;partita iva;nip;kvk;org nr;cnpj",
                records.company_ids,
                tells=False,
            ),
            Field("iban", "iban;bank iban|iban nr", records.ibans),
            Field("swift_bic", "bic;swift;swift code;bank identifier|SWIFT;code bic", records.bics),
            Field(
                "bank_account",
                "bank account no;sort code;aba routing;bank key|BANKN;BANKL;blz;kontonummer;clabe",
                records.bank_accounts,
                tells=False,
            ),
            Field(
                "person_name",
                "contact person;buyer;contact|ansprechpartner;interlocuteur;contacto;referente",
                people.any_names,
            ),
            Field("email", "ap email;email;remittance email|SMTP ADDR;correo", people.any_mails),
            Field("phone", "phone;fax number;telephone 1|TELF1;TELFX;tel", people.any_phones),
            Field(
                "street_address",
                "address;street;registered office|STRAS;siège social;direccion;sede legale",
                records.addresses,
            ),
            Field("city", "city;location|ORT01;ville;localidad;località", records.cities),
            Field("postal_code", "postal code;zip|PSTLZ;cp", records.postcodes, tells=False),
            Field("country", "country;country key|LAND1;pays", records.countries),
            Field("currency_code", "order currency;currency|WAERS;devise", records.currencies),
            Field("url", "website;homepage;domain|web;site", machines.urls),
            Field("category", "payment terms;account group;industry;vendor class|ZTERM;KTOKK;branche", said.kinds),
            Field("boolean", "blocked;one time vendor;is approved|SPERR;LOEVM;gesperrt;actif", machines.flags),
            Field("quantity", "lead time days;employees;open items|lieferzeit;effectif", said.quantities, tells=False),
        ),
    ),
    Theme(
        "bookings",
        "gl_entries;BKPF;invoices;rechnungen;facturas;fct_invoice_lines;journal_items;faktury",
        (
            Field(
                "category",
                "status code;type code;plant group;rating;response class|statuskz;typ code;code statut",
                said.code_numbers,
                tells=False,
            ),
            Field(
                "identifier",
                "document no;invoice number;gl account;cost centre;profit center|BELNR;rechnungsnr;num facture;HKONT;KOSTL",
                machines.serials,
                tells=False,
            ),
            Field(
                "date",
                "posting date;invoice date;due date;value date|BUDAT;BLDAT;rechnungsdatum;date facture;vencimiento",
                machines.dates,
            ),
            Field(
                "money_amount",
                "amount;debit;credit;balance;net amount;tax|DMBTR;WRBTR;soll;haben;montant;saldo;kwota brutto",
                records.amounts,
            ),
            Field("currency_code", "currency;local currency|WAERS;HWAER;monnaie", records.currencies),
            Field("year", "fiscal year;year|GJAHR;jahr;exercice;ejercicio", machines.years),
            Field(
                "category", "document type;posting key;period;dunning level|BLART;BSCHL;belegart;journal", said.statuses
            ),
            Field("username", "entered by;user name;approved by login|USNAM;erfasser;saisi par", people.any_logins),
            Field(
                "organization", "company;debtor;customer name;payer|debitor;client facturé;pagador", said.organizations
            ),
            Field(
                "tax_or_company_id",
                "vat id;customer vat;tax id;company code reg|ust id;tva intracom;cif;vkn",
                records.company_ids,
                tells=False,
            ),
            Field("percentage", "tax rate;allocation pct|steuersatz;taux", machines.shares, tells=False),
            Field("free_text", "line text;memo;description|SGTXT;buchungstext;libellé", said.work_notes),
            Field("timestamp", "entered at;cpudt;changed on|CPUTM;AEDAT;erfasst am", machines.times),
            Field("boolean", "is reversed;paid;cleared|STBLG KZ;bezahlt;payé", machines.flags),
            Field("identifier", "phone;name;address|tel", shapes("VB##-#####", "K-####", "BP-@@-###"), tells=False),
        ),
    ),
    Theme(
        "bank_accounts",
        "accounts;core_account;konten;comptes;cuentas;src_temenos__account;mandates;dim_account",
        (
            Field("uk_nino", "nino;ni number;holder nino|nat ins no", records.ninos),
            Field("de_tax_id", "steuer id;tin de;holder tax id de|steuerid kunde", records.german_tax_ids, tells=False),
            Field(
                "passport_number", "passport no;holder passport|pass nr;no passeport", records.passports, tells=False
            ),
            Field("br_cpf", "cpf;cpf number;documento cpf|nr cpf;doc federal", records.cpfs),
            Field("es_dni_nie", "dni;nie;nif|num dni;nif trabajador", records.dnis),
            Field("it_codice_fiscale", "codice fiscale;fiscal code|cod fisc;cf", records.codici),
            Field("in_aadhaar", "aadhaar;aadhaar no|aadhar;uidai nr", records.aadhaars, tells=False),
            Field("iban", "iban;account iban;counterparty iban;debtor account|iban nr;ibanid", records.ibans),
            Field(
                "bank_account",
                "account number;account no;sort code;routing number;nuban;bsb|kontonr;num cuenta;BLZ;conta;rekeningnr;bban",
                records.bank_accounts,
                tells=False,
            ),
            Field("swift_bic", "bic;swift code;bank bic;agent bic|bic code;swift kod", records.bics),
            Field("organization", "bank name;bank;institution;beneficiary org|geldinstitut;banque;banco", said.banks),
            Field(
                "person_name",
                "account holder;beneficiary;joint holder;customer name|kontoinhaber;titulaire;titular;intestatario",
                people.any_names,
            ),
            Field("currency_code", "ccy;account currency;currency|währung;devise;divisa", records.currencies),
            Field(
                "money_amount",
                "balance;overdraft limit;available balance;principal|saldo;solde;kontostand;bakiye",
                records.amounts,
            ),
            Field(
                "percentage",
                "interest rate;apr;utilisation pct|zinssatz;taux;tipo interes",
                machines.shares,
                tells=False,
            ),
            Field(
                "credit_card",
                "card number;pan;card no;primary account number|kartennr;num carte;tarjeta;numero carta;kreditkort",
                records.cards,
            ),
            Field("category", "product type;account status;branch type;card network|kontoart;type compte", said.kinds),
            Field("date", "opened on;maturity date;closed on;expiry|eröffnet am;échéance", machines.dates),
            Field("timestamp", "last login;blocked at;last txn ts|letzte buchung", machines.times),
            Field("boolean", "is dormant;has overdraft;pep flag|gesperrt;gemeinschaftskonto", machines.flags),
            Field(
                "salary_income",
                "monthly income;declared income;annual income;income band|einkommen;revenus mensuels;ingresos;renda;dochód",
                people.salaries,
            ),
            Field(
                "tax_or_company_id",
                "company number;business tax id;ein|handelsregister;siret;nip firmy",
                records.company_ids,
                tells=False,
            ),
            Field(
                "identifier",
                "account id;customer ref;agreement no;credit card id;phone|vertragsnr;cif no",
                machines.serials,
                tells=False,
            ),
        ),
    ),
    Theme(
        "payments",
        "card_transactions;payments;umsaetze;fct_payment;transacciones;ledger;stg_stripe__charges;zahlungen",
        (
            Field(
                "country",
                "country numeric;iso country no;issuer country code|land nr;code pays num",
                records.country_numbers,
                tells=False,
            ),
            Field(
                "identifier",
                "txn id;charge id;auth code;trace no;arn;merchant id|transaktionsnr;num opération",
                machines.serials,
                tells=False,
            ),
            Field("credit_card", "card number;pan;card;cc number|karte;numéro de carte;tarjeta", records.cards),
            Field("iban", "debtor iban;creditor iban;counterparty|gegenkonto iban;iban bénéficiaire", records.ibans),
            Field("swift_bic", "creditor bic;bic|bic empfänger", records.bics),
            Field("money_amount", "amount;fee;net;chargeback amount|betrag;montant;importe;tutar", records.amounts),
            Field("currency_code", "currency;settlement ccy|währung;moneda", records.currencies),
            Field("timestamp", "created;captured at;booking time;ts|gebucht am;horodatage", machines.times),
            Field(
                "timestamp",
                "created;phone ts;event epoch|zeitstempel",
                moments(2015, 2025, "{epoch}", "{epoch}000"),
                tells=False,
            ),
            Field("organization", "merchant;merchant name;payee|händler;commerçant;comercio", said.organizations),
            Field("person_name", "cardholder;payer name;sender|karteninhaber;porteur;ordenante", people.any_names),
            Field("city", "merchant city;terminal location|ort;ville", records.cities),
            Field("country", "merchant country;issuer country|land;pays émetteur", records.countries),
            Field("category", "mcc group;entry mode;status;txn type|umsatzart;statut", said.statuses),
            Field(
                "identifier",
                "mcc;response code;terminal id|antwortcode",
                shapes("5###", "4###", "T#######"),
                tells=False,
            ),
            Field("boolean", "is 3ds;refunded;card present|storniert", machines.flags),
            Field(
                "free_text", "purpose;remittance info;statement text|verwendungszweck;libellé;concepto", said.work_notes
            ),
            Field(
                "free_text_pii", "remittance;message to payee;dispute text|verwendungszweck;motif", said.personal_texts
            ),
        ),
    ),
)
