"""Values of company databases that are words: things, organisations, categories, sentences with and without persons."""

from pursight_app.assistant.corpus_second_machines import addresses_v4, serials
from pursight_app.assistant.corpus_second_people import full_names, mails, phones
from pursight_app.assistant.corpus_second_records import addresses, cards, ibans
from pursight_app.assistant.corpus_styles import Draw, Maker, altered, codes, faked, mixed, numbers, one_of, text, words

products = one_of(
    words(
        "Cordless Drill 18V;LED Panel 60x60;Office Chair Ergo Pro;USB-C Hub 7-in-1;Hex Bolt M8x40 A2;Trail Running Shoe;Wool Blanket Grey;"
        "Espresso Machine Barista;Noise-Cancelling Headphones;Water Filter Jug 2L;Standing Desk 140;Kids Rain Jacket;Gasket Kit DN50;"
        "Stainless Steel Bottle;Monitor Arm Dual;Safety Helmet EN397;Copy Paper A4 80g;Ballpoint Pen Blue;Yoga Mat 6mm;Garden Hose 25m;"
        "Bluetooth Speaker Mini;Hydraulic Pump HP-40;Bearing 6204-2RS;Ceramic Mug;Bamboo Toothbrush;Solar Lantern;Cable Tie 200mm (100 pcs)"
    ),
    words(
        "Basic Plan;Pro Monthly;Enterprise Annual;Starter;Team (up to 10 seats);Business Plus;Free Trial;Add-on: Extra Storage"
    ),
    words(
        "SCHRAUBE M6X20 VERZ.;DICHTRING 40MM;FLANSCH DN80 PN16;KUGELLAGER 6205;ROHR 21,3X2,6;MOTOR 1,5KW;KABEL NYM-J 3X1,5;FILTER HYDR."
    ),
    words(
        "Tarte au citron;Camembert 250 g;Baguette tradition;Gouda jong;Jamón ibérico;Prosecco DOC;Pierogi ruskie;Knäckebröd;Barbaresco 2016"
    ),
    words("Dark Mode;SSO Login;Export to CSV;Audit Trail;Slack Integration;Bulk Import;Two-Factor;Custom Domain"),
)
works = words(
    "The Silent Harbor;Winter in Lisbon;Clean Architecture;Der Zauberberg;L'Étranger;Cien años de soledad;Learning SQL;Dune;The Night Manager;"
    "Introduction to Algorithms;Il nome della rosa;Pan Tadeusz;Norwegian Wood;Effective Java;A Brief History of Time;The Great Alone"
)
projects = words(
    "Project Falcon;Website Relaunch;ERP Migration Phase 2;Lighthouse;Umzug Lager Süd;Refonte CRM;GDPR Readiness;Apollo;Data Lake MVP;Office Move 2024;Black Friday 2023;Spring Sale"
)
machines = words(
    "Pump 3;Kiln A;Conveyor North;Press 12;Chiller East;Mill 2;Robot Cell 7;Boiler House;Compressor C-401;Mischer 4;Fräse 2;Four à sole"
)
ships = words(
    "MV Ever Bright;Maersk Alva;MSC Fantasia;Aurora;Nordic Star;Stena Hollandica;Berge Everest;Queen of the Seas;HMM Hope;CMA CGM Rivoli"
)

companies = one_of(
    faked("company"),
    faked("company"),
    altered(faked("company"), str.upper),
    words(
        "Acme Corp.;Globex;Initech;Hooli;Müller & Söhne GmbH & Co. KG;Bäckerei Huber;SARL Dupont Frères;Construcciones Ortega S.L.;Rossi S.p.A.;Padaria Central Ltda;Van Dijk B.V.;Kowalski Sp. z o.o.;Nordisk Energi AB;Yıldız A.Ş.;株式会社山田製作所"
    ),
    words(
        "Siemens;Tesla;Ford;Ferrero;Deere;Johnson & Johnson;Ben & Jerry's;Marks & Spencer;Ernst & Young;Charles Schwab;Wells Fargo;Harley-Davidson;Hugo Boss;Calvin Klein"
    ),
)
departments_as_orgs = words(
    "St. Mary's Hospital;Charité Berlin;Hôpital Saint-Louis;Mayo Clinic;Kaiser Permanente;AOK Bayern;Blue Cross Blue Shield;Allianz;AXA;Aetna;Humana;Medicare;UnitedHealthcare;Techniker Krankenkasse;NO_INSURANCE CO"
)
carriers = words(
    "DHL Express;UPS;FedEx;DPD;GLS;Hermes;Chronopost;Correos;PostNord;InPost;Royal Mail;Vodafone;Orange;Deutsche Telekom;T-Mobile US;Telefónica;Lufthansa Cargo;KLM;Iberia"
)
banks = words(
    "Deutsche Bank AG;BNP Paribas;Banco Santander;UniCredit;ING Bank;Barclays;Wells Fargo Bank, N.A.;Sparkasse Köln;PKO BP;SEB;Itaú Unibanco;Crédit Agricole;Raiffeisenbank;First National Bank"
)
organizations = one_of(companies, companies, carriers, banks, departments_as_orgs)

statuses = codes(
    "active;inactive;suspended;closed",
    "OPEN;IN_PROGRESS;RESOLVED;CLOSED",
    "new;paid;shipped;delivered;returned;cancelled",
    "A;I;D",
    "draft;approved;rejected",
    "offen;bezahlt;storniert",
    "en cours;livré;annulé",
    "pendiente;enviado;entregado",
    "E0001;E0002;E0005",
    "P1;P2;P3;P4",
    "low;medium;high;critical",
)
kinds = codes(
    "B2B;B2C;B2G",
    "retail;wholesale;online",
    "ZOR;TA;RE;G2;L2",
    "SEPA;CARD;CASH;PAYPAL;INVOICE",
    "visa;mastercard;amex",
    "inpatient;outpatient;emergency;wellness",
    "AMB;IMP;EMER",
    "gold;silver;bronze",
    "HR;IT;Sales;Finance;Operations;Legal",
    "full-time;part-time;contract;temp",
    "petrol;diesel;electric;hybrid",
    "GET;POST;PUT;DELETE",
    "INFO;WARN;ERROR;DEBUG",
    "EA;KG;L;M;PCE;ST",
    "MON;TUE;WED;THU;FRI;SAT;SUN",
    "en;de;fr;es;it",
    "Europe/Berlin;America/New_York;Asia/Tokyo;UTC",
    "Chrome;Firefox;Safari;Edge",
    "S;M;L;XL;XXL",
    "red;blue;black;white;green",
    "EXW;FOB;CIF;DAP;DDP",
    "MILD;MODERATE;SEVERE",
    "A+;A-;B+;O+;O-;AB+",
    "PLACEBO;LOW DOSE;HIGH DOSE",
    "Q1;Q2;Q3;Q4",
    "monthly;yearly;one-off",
    "KFZ;Hausrat;Haftpflicht;Leben",
    "Electronics;Home & Garden;Sports;Toys;Fashion;Books",
    "application/json;text/html;image/png",
    "LTE;5G;3G",
    "mobile;landline;fax;pager",
    "shipping;billing",
)
code_numbers = codes("10;20;30;40;90", "0001;1000;2000;3000", "1;2;3;4;5", "200;301;404;500;503", "1;2;3", "0;1;2;9")
contact_kinds = codes(
    "home;work;mobile",
    "email;phone;post;none",
    "work;personal",
    "primary;secondary",
    "opted_in;opted_out;unknown",
    "valid;bounced;unverified",
)
quantities = one_of(
    numbers(0, 50),
    numbers(1, 1_000),
    numbers(0, 500_000),
    numbers(0, 40, decimals=(1, 2)),
    numbers(-20, 110, decimals=(1, 2)),
    numbers(0, 5_000, decimals=(3,)),
    numbers(0, 3),
)

_TICKETS = """
The invoice page shows a blank screen after I click on download.
We were charged twice for order {ref} this month.
Please move our plan to annual billing starting next quarter.
The parcel arrived but the box was damaged on one side.
Login works in the browser but not in the mobile app.
Could you tell me when item {thing} will be back in stock?
The export stops at {n} rows and then times out.
Thanks, that solved it, you can close this ticket.
Kunde meldet Störung an der Anlage, Techniker bestellt.
Lieferung unvollständig, {n} Stück fehlen, Nachlieferung zugesagt.
Le colis n'est jamais arrivé, merci de vérifier auprès du transporteur.
El pedido llegó tarde y faltaba una pieza.
Il prodotto non corrisponde alla descrizione, chiedo il reso.
O aplicativo fecha sozinho depois da atualização.
Customer asked for a refund because the size did not fit.
Meter reading differs from the last bill by {n} units.
Escalated to second level, waiting for logs.
Wi-Fi drops every evening around eight.
"""
_NOTES = """
Pt c/o intermittent chest discomfort for {n} days, no radiation.
Lungs clear bilaterally, no wheeze.
Continue current medication, follow up in two weeks.
Wound clean and dry, dressing changed.
Denies fever or chills, appetite good.
Plan: blood tests, repeat ECG in the morning.
Patient in gutem Allgemeinzustand, keine neuen Beschwerden.
Contrôle dans {n} jours si persistance des symptômes.
BP slightly raised today, advised on salt intake.
No known drug allergies.
Tolerated the procedure well, discharged home.
"""
_WORK = """
Fix null check in the importer when the file has no header.
Bump dependency and regenerate the lock file.
Add index on created_at, query took {n} ms before.
Refactor pricing rules; no change in behaviour.
Approved in Monday's meeting, budget line {n}.
Machine stopped by emergency button, restarted after inspection.
Good quality for the price, would buy {thing} again.
Colour is darker than in the picture but fine.
Durable cover made from recycled material, machine washable at {n} degrees.
Driver waited {n} minutes at the dock, gate was closed.
Vehicle hit the kerb while parking, front bumper scratched.
Water leak in the kitchen, ceiling of the flat below affected.
Goal of the quarter: reduce open items to {n}.
Valve replaced, pressure test passed, see protocol {ref}.
Arbeitet selbständig, Ziele erreicht, Schulung empfohlen.
"""
_PERSONAL = """
Spoke with {name}, call back on {phone} after five.
Customer {name} wants the invoice sent to {mail}.
Please change the contact to {name} ({mail}).
{name} called from {phone} about the delivery to {address}.
Hi team, this is {name}, my card {card} was declined.
Refund to {iban}, account holder {name}.
Blocked log-in for {mail} from {ip}.
Frau/Herr {name} bittet um Rückruf unter {phone}.
Rappeler {name} au {phone} avant midi.
Contactar con {name} en {mail}.
Seen by Dr. {name}, referred by {name}.
Witness {name} lives at {address}.
Deliver to {name}, {address}, ring twice.
Password reset requested by {mail}, confirmed by phone {phone}.
Session of {name} ended, client {ip}, agent Chrome.
Daughter {name} is emergency contact, {phone}.
"""
tickets, clinical_notes, work_notes = (
    text(lines, ref=serials, thing=products, n=numbers(2, 90)) for lines in (_TICKETS, _NOTES, _WORK)
)
plain_texts = one_of(tickets, clinical_notes, work_notes, mixed(tickets, work_notes))
personal_lines = text(
    _PERSONAL, name=full_names, phone=phones, mail=mails, address=addresses, card=cards, iban=ibans, ip=addresses_v4
)


def personal_texts(draw: Draw) -> Maker:
    """Sentences in which persons recur: in every value, or in some among others that name nobody."""
    personal, plain = personal_lines(draw), plain_texts(draw)
    share = draw.choose.choice((1.0, 0.9, 0.6, 0.4))
    return lambda: f"{plain()} {personal()}" if draw.choose.random() < share else plain()
