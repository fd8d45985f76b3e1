"""Files of offices, portals and science: permits, crimes, schools, species, weather, flights, logs, dumps."""

from pursight_app.assistant import corpus_third_machines as machines
from pursight_app.assistant import corpus_third_numbers as ids
from pursight_app.assistant import corpus_third_people as people
from pursight_app.assistant import corpus_third_places as places
from pursight_app.assistant import corpus_third_words as said
from pursight_app.assistant.corpus_styles import Field, Theme, numbers

PUBLIC = (
    Theme(
        "licences",
        "Business_Licenses;Restaurant Inspections;building_permits;charities;vendors list;Firmenregister;cégjegyzék;contracts",
        (
            Field(
                "identifier",
                "LICENSE ID;permit no;CAMIS;Application Number;account number|eng szám;sak nr;nr dosar",
                said.refs,
                tells=False,
            ),
            Field(
                "organization",
                "DBA;Business Name;LEGAL NAME;Supplier;Grantee|cégnév;firma;navn på virksomhet;denumire",
                said.firms,
            ),
            Field(
                "tax_or_company_id",
                "ABN;EIN;Company Number;VAT No;UID;Org No;CIK|adószám;orgnr;CUI;OIB firme;SIREN",
                ids.company_ids,
                tells=False,
            ),
            Field(
                "street_address",
                "ADDRESS;Street Address;site address;Location Address|cím;gateadresse;adresa;地址",
                places.streets,
            ),
            Field("city", "CITY;BORO;Town;suburb|település;kommune;localitate;huyện", places.cities),
            Field("state_region", "STATE;county;Province;ward region|megye;fylke;județ", places.regions, tells=False),
            Field(
                "postal_code", "ZIP CODE;ZIPCODE;Postcode;PLZ|ir szám;postnr;cod poștal", places.postcodes, tells=False
            ),
            Field("phone", "PHONE;Telephone;Contact Phone|telefonszám;tlf;tel fix", people.phones),
            Field("person_name", "Owner;applicant;Contact Name;inspector|tulajdonos;eier;proprietar", people.names),
            Field(
                "category", "LICENSE STATUS;Inspection Type;GRADE;critical flag;cuisine|állapot;kategori", said.labels
            ),
            Field("identifier", "census tract;Tract;geoid;block|tömb;krets", said.tracts, tells=False),
            Field(
                "date",
                "ISSUE DATE;inspection date;Expiration Date;release date|kiadás dátuma;utløp;data eliberării",
                machines.recent_days,
            ),
            Field("money_amount", "Fee;contract value;Award Amount;estimated cost|díj;beløp;sumă", places.money),
            Field("latitude", "LATITUDE;lat;lat_dd;Y|szél;breddegr", places.latitudes),
            Field("longitude", "LONGITUDE;long;lon_dd;X|hossz;lengdegr", places.longitudes),
            Field("geo_point", "LOCATION;Location 1;the_geom;georeference|koord;posisjon", places.points),
            Field("free_text", "VIOLATION DESCRIPTION;comments;Description|leírás;merknad", said.reports),
            Field("url", "Website;link;URL|honlap;nettsted", machines.urls),
        ),
    ),
    Theme(
        "incidents",
        "Crimes_2001_to_present;311 Requests;police_killings;collisions;fire incidents;parking tickets;stops;unfaelle",
        (
            Field("identifier", "Case Number;ID;Unique Key;Incident #;beat|ügyszám;saksnr", said.refs, tells=False),
            Field(
                "timestamp", "Date;created date;CRASH TIME;reported at;Time|időpont;tidspunkt;ora", machines.instants
            ),
            Field("date", "CRASH DATE;date;stop_date|dátum;dato;datum", machines.recent_days),
            Field("street_address", "Block;Address;ON STREET NAME;location|helyszín;sted;adresa", places.streets),
            Field("person_name", "Victim's name;officer;complainant;driver name|áldozat;offer;șofer", people.names),
            Field("age", "Victim's age;subject_age;driver age;age|életkor;alder", people.ages),
            Field("gender", "Victim's gender;subject_sex;sex|nem;kj", people.genders),
            Field("race_ethnicity", "Victim's race;subject_race;race;Perceived Race|etnikum;rasă", people.races),
            Field("race_ethnicity", "race;driver_race_raw;raceethnicity code|rc;rs", people.race_codes, tells=False),
            Field(
                "category", "Primary Type;complaint type;weapon;FBI group;Agency code|típus;type hendelse", said.labels
            ),
            Field("boolean", "Arrest;Domestic;body camera;injured|letartóztatás;skadet", machines.flags),
            Field("organization", "Agency Name;agency;responsible department|szerv;etat;agenție", said.agencies),
            Field("free_text", "Descriptor;summary;narrative|összefoglaló;sammendrag", said.reports),
            Field(
                "free_text_pii", "Narrative;statement;resolution description|vallomás;forklaring", said.personal_remarks
            ),
            Field(
                "vehicle_id",
                "Plate ID;VIN;vehicle plate;Registration|rendszám;bilskilt;nr înmatriculare",
                machines.vehicles,
            ),
            Field(
                "drivers_license", "Driver License No;licence number;DL|vez eng;førerkortnr", ids.licences, tells=False
            ),
            Field("latitude", "Latitude;lat;Y Coord|szf;bredde", places.latitudes),
            Field("longitude", "Longitude;lng;X Coord|hf;lengde", places.longitudes),
            Field("geo_point", "Location;(lat, long);point|hely;punkt", places.points),
            Field("year", "Year;YEAR|év;år", machines.years),
            Field("country", "country;Country/Region|ország;țară", places.countries),
        ),
    ),
    Theme(
        "institutions",
        "schools;colleges;hospitals;universities;Hospital General Information;airports;museums;iskolák;skoler",
        (
            Field(
                "organization",
                "School Name;Hospital Name;institution;INSTNM;University|iskola;sykehus;universitate;학교",
                said.organizations,
            ),
            Field(
                "identifier",
                "UNITID;Provider ID;dbn;IATA;school code;phone code|om azon;skolekode",
                said.refs,
                tells=False,
            ),
            Field("street_address", "ADDRESS;street;Address 1|utca;gate", places.streets),
            Field("city", "CITY;city;municipality|település;kommune", places.cities),
            Field("state_region", "STABBR;State;Canton;region|kanton;megye;fylke", places.regions, tells=False),
            Field("state_region", "ST_FIPS;state code;region no;DEP|fylkenr;dép", places.region_codes, tells=False),
            Field("country", "Country;iso_country;nation|ország;zemlja;negara", places.countries),
            Field("postal_code", "ZIP;ZIP Code;postal|irsz;postnummer", places.postcodes, tells=False),
            Field("phone", "Phone Number;TEL;principal_phone_number;Fax|telefon;tlf", people.phones),
            Field("email", "contact email;Email;school_email|e-mail cím;epost", people.mock_mails),
            Field("person_name", "Principal;principal_name;Director;Head|igazgató;rektor;director", people.names),
            Field("url", "INSTURL;website;home_link|honlap;nettside", machines.urls),
            Field("percentage", "ADM_RATE;graduation rate;% female;SAT pct|arány;andel", machines.shares, tells=False),
            Field("money_amount", "Tuition;TUITFTE;cost of attendance;Room.Board|tandíj;skolepenger", places.money),
            Field("quantity", "enrollment;beds;elevation_ft;Books;Expend|létszám;senger", said.counts),
            Field("latitude", "LATITUDE;latitude_deg;lat|szél;bredde", places.latitudes),
            Field("longitude", "LONGITUDE;longitude_deg;lon|hossz;lengde", places.longitudes),
            Field("thing_name", "park;landmark;collection;exhibit|park név;samling", said.sights),
            Field("year", "school year;academic year;founded;established|tanév;skoleår;an școlar", machines.years),
            Field("category", "Type;CONTROL;Ownership;Rating|típus;eierform", said.labels),
        ),
    ),
    Theme(
        "science",
        "iris;penguins;Street Tree Census;earthquakes;storms;msleep;diamonds;ufo_sightings;weather;species_obs;mtcars;planets",
        (
            Field("thing_name", "species;Species;spc_common;name;model;genus|faj;art;specie;vrsta;種", said.species),
            Field("thing_name", "name;title;model;car;planet;mineral;address name|név;navn;denumire", said.goods),
            Field("thing_name", "storm;hurricane;name of storm|vihar;storm navn", said.storms, tells=False),
            Field(
                "quantity",
                "Sepal.Length;mpg;wind;depth;mag;carat;bodywt;tree_dbh;temp;pressure|hossz;vekt;høyde;dubina",
                said.counts,
            ),
            Field(
                "quantity",
                "age;tree age;age of rock;stand age|kora;alder trær",
                numbers(0, 900, decimals=(0, 1)),
                tells=False,
            ),
            Field("category", "island;cut;color;clarity;vore;health;treatment|szín;farge;zdravlje", said.labels),
            Field("category", "cyl;gear;carb;plot;block|hengerek;felt", said.label_numbers, tells=False),
            Field("identifier", "tree_id;obs;id;rownames;station;sample|minta;prøve", said.refs, tells=False),
            Field("latitude", "lat;Lat;decimalLatitude;latitude|szél;breddegrad;vĩ độ", places.latitudes),
            Field("longitude", "long;Long;decimalLongitude;lon|hossz;lengdegrad;kinh độ", places.longitudes),
            Field("geo_point", "coordinates;Lat/Long;location;coords|koordináták;koordinater", places.points),
            Field("timestamp", "time;datetime;observed_on;UTC|idő;tid;ura", machines.instants),
            Field("date", "date;Date;collected;planted;date documented|dátum;dato;datum", machines.days),
            Field("year", "year;Year;yr|év;år;godina;năm", machines.years),
            Field(
                "percentage",
                "humidity;cloud cover;% moisture;canopy pct|páratart;fuktighet",
                machines.shares,
                tells=False,
            ),
            Field("free_text", "comments;remarks;description|megjegyzés;merknad", said.reports),
            Field("city", "place;nearest city;city|hely;sted;locul", places.cities),
            Field("state_region", "state;State;province;borough region|megye;delstat", places.regions, tells=False),
            Field("country", "country;Entity;Country Code|ország;land", places.countries),
            Field("person_name", "collector;observer;recorded by;discoverer|gyűjtő;samler;legator", people.names),
            Field("boolean", "root_stone;vs;observed;captive|igaz;sett", machines.flags),
        ),
    ),
    Theme(
        "works",
        "movies;netflix_titles;books;songs;beer_reviews;cereal;online_retail;games;reviews;könyvek;bøker;apps",
        (
            Field(
                "thing_name",
                "title;Title;movie;track_name;beer;Description;mfr model;name|cím;tittel;titlu;naslov;제목",
                said.things,
            ),
            Field(
                "person_name", "director;artist;Author;author;cast;developer|szerző;forfatter;autor;감독", people.names
            ),
            Field(
                "username",
                "user;reviewer;profileName;screen_name;review_profilename|felhasználó;bruker;người dùng",
                people.handles,
            ),
            Field("organization", "publisher;studio;mfr;brand;brewery;label|kiadó;forlag;editura", said.firms),
            Field("free_text", "review;text;Review Text;summary;plot|kritika;omtale;recenzie", said.reviews),
            Field("free_text_pii", "text;tweet;body;letter|szöveg;brev", said.personal_remarks),
            Field("category", "genre;rating;Type;style;language;address|műfaj;sjanger;gen", said.labels),
            Field("category", "stars;score;overall;Rating|pont;karakter", said.label_numbers, tells=False),
            Field(
                "quantity", "runtime;pages;votes;calories;Quantity;duration_ms;number|oldal;sider;pagini", said.counts
            ),
            Field("percentage", "abv;tomatometer;discount %;popularity pct|alk;rabatt", machines.shares, tells=False),
            Field("money_amount", "budget;gross;Price;UnitPrice;list price|ár;pris;preț;cijena", places.money),
            Field(
                "currency_code", "currency;Currency;price currency|pénznem;valuta;monedă;mata uang", places.currencies
            ),
            Field(
                "date", "release_date;date_added;Published;InvoiceDate|megjelenés;utgitt;data lansării", machines.days
            ),
            Field("year", "release_year;Year;published|év;utgivelsesår", machines.years),
            Field("country", "country;Country|ország;land", places.countries),
            Field("identifier", "isbn;imdb_id;StockCode;InvoiceNo;asin|cikkszám;varenr", said.refs, tells=False),
            Field(
                "identifier", "version;Current Ver;ip version;release|verzió;versjon", said.version_numbers, tells=False
            ),
            Field("url", "url;poster;link;homepage|hivatkozás;lenke", machines.urls),
            Field("boolean", "adult;Bestseller;verified;email|ajánlott;anbefalt", machines.flags),
        ),
    ),
    Theme(
        "economics",
        "gapminder;world_bank;stocks;exchange_rates;housing;fortune500;budget;airbnb;inflation;trade;bank-full;loans",
        (
            Field(
                "country", "Country Name;country;Country Code;LOCATION|ország;land;țara;negara;국가", places.countries
            ),
            Field("year", "Year;TIME;year;Period|év;år;anul", machines.years),
            Field("quantity", "pop;Population;volume;bedrooms;lifeExp;nights|népesség;folketall", said.counts),
            Field(
                "percentage",
                "inflation;unemployment;change;growth %;tax|infláció;vekst;stopa",
                machines.shares,
                tells=False,
            ),
            Field(
                "money_amount",
                "gdpPercap;Close;price;revenue;balance;loan_amnt;SalePrice|ár;lukkekurs;preț",
                places.money,
            ),
            Field(
                "currency_code", "Currency;currency;currency code;CUR|pénznem;valuta;waluta;devize", places.currencies
            ),
            Field("organization", "company;Company;bank;host firm;employer|cég;selskap;companie", said.firms),
            Field("identifier", "Symbol;ticker;SecID;Ticker Symbol|jelkód;tikker", said.tickers, tells=False),
            Field("swift_bic", "BIC;SWIFT Code;swift|bic kód;cod bic", places.bics),
            Field("iban", "IBAN;beneficiary iban;donation account|számla iban;kontonr iban", places.ibans),
            Field(
                "bank_account",
                "bank account;account;Routing;RSSD account no|bankszámla;bankkonto;račun",
                places.accounts,
                tells=False,
            ),
            Field(
                "salary_income",
                "applicant income;annual_inc;income;Median household income|jöved;årsinntekt;venituri",
                people.pays,
            ),
            Field("job_title", "job;emp_title;occupation|állás;stilling", people.roles),
            Field("marital_status", "marital;marital_status;Married|mstat;csal áll", people.maritals),
            Field("age", "age;applicant age;person_age|kor;ald", people.ages),
            Field("boolean", "default;housing;loan;superhost;phone|hitel;lån", machines.flags),
            Field("category", "contact;poutcome;room_type;grade;Sector|szektor;bransje", said.labels),
            Field("person_name", "host_name;CEO;chairman|vezérig;daglig leder", people.names),
            Field("date", "Date;last_review;issue_d|dátum;dato", machines.recent_days),
            Field(
                "tax_or_company_id",
                "EIN;cnpj;CIK;company registration number|adósz;org nr;cui",
                ids.company_ids,
                tells=False,
            ),
            Field("postal_code", "zipcode;zip_code;Postcode|irányítószám;postnummer", places.postcodes, tells=False),
        ),
    ),
    Theme(
        "logs",
        "weblog;honeypot;access;attacks;tweets;github_events;network_traffic;sessions;iot_dataset;clickstream",
        (
            Field("ip_address", "IP;ip;src;Source IP;host;host address|ip cím;klient ip", machines.ips),
            Field("mac_address", "mac;MAC Address;wlan.sa;eth.src|hw;mac cím", machines.macs),
            Field("timestamp", "Time;timestamp;date;ts;created_at|idő;tid;vreme", machines.instants),
            Field("url", "URL;request;referrer;domain;Host|hiv;nettadresse", machines.urls),
            Field("uuid", "uid;session;event_id;uuid|munkamenet;økt id", machines.uuids),
            Field("username", "user;username;actor;login attempt;account|felh;bruker", people.handles),
            Field(
                "password",
                "password;passwd;attempted password;pass|jelszó;passord;parolă",
                machines.leaked_passwords,
                tells=False,
            ),
            Field(
                "password_hash",
                "hash;password_hash;pw hash;passwd|jelszó hash;kryptert passord",
                machines.hashes_of_passwords,
            ),
            Field("api_key", "token;api_key;key;secret;credential|kulcs;nøkkel;cheie api", machines.keys),
            Field(
                "api_key",
                "api_key;access_token;secret_key;APIKEY|api kulcs;nøkkel hemmelig",
                machines.opaque_keys,
                tells=False,
            ),
            Field("jwt", "jwt;authorization;id_token;token|azonosító token;tilgangstoken", machines.jwts),
            Field("category", "method;protocol;status;label;level;device type|kategória;nivå", said.labels),
            Field("quantity", "bytes;size;duration;port;retweets|méret;størrelse", said.counts),
            Field("identifier", "id;status_id;commit;flow;phone id|azonosító;løpenr", said.refs, tells=False),
            Field(
                "identifier", "version;browser version;kernel;ip ver|verzió;versjon", said.version_numbers, tells=False
            ),
            Field("country", "country;geo country;cc|ország;land", places.countries),
            Field("free_text_pii", "message;tweet;body;text|üzenet;melding", said.personal_remarks),
            Field("free_text", "message;commit message;alert;text|szöveg;tekst", said.remarks),
            Field("geo_point", "geoip.location;coordinates;geo|hely;posisjon", places.points),
            Field("boolean", "is_attack;verified;anomaly|támadás;angrep", machines.flags),
        ),
    ),
)
