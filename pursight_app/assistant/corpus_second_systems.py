"""Tables of software services, networks and machines."""

from pursight_app.assistant import corpus_second_machines as machines
from pursight_app.assistant import corpus_second_people as people
from pursight_app.assistant import corpus_second_records as records
from pursight_app.assistant import corpus_second_words as said
from pursight_app.assistant.corpus_styles import Field, Theme, numbers

SYSTEMS = (
    Theme(
        "app_users",
        "users;auth_user;accounts_user;app_users;benutzer;usuarios;stg_app__users;identity",
        (
            Field(
                "api_key",
                "api key;secret key;access token;client secret|api schlüssel;clé api;jeton api",
                machines.opaque_keys,
                tells=False,
            ),
            Field("quantity", "age;account age;email count;phone count|kontoalter", numbers(0, 4_000), tells=False),
            Field("uuid", "id;user uuid;tenant id;external id|benutzer uuid", machines.uuids),
            Field("identifier", "id;user id;account id;tenant|nutzer id", machines.serials, tells=False),
            Field(
                "username",
                "username;login;handle;screen name;created by;owner|benutzer;pseudo;usuario;kullanıcı adı;brukernavn",
                people.any_logins,
            ),
            Field("email", "email;backup email;billing email|mail;eposta", people.any_mails),
            Field(
                "password_hash",
                "password;password hash;encrypted password;pwd digest|kennwort;hashed pw;contraseña hash",
                machines.hashed_passwords,
            ),
            Field(
                "password",
                "password;plain password;legacy pwd;wifi password;pin text|passwort;mot de passe;contraseña;hasło;senha;şifre",
                machines.clear_passwords,
                tells=False,
            ),
            Field(
                "api_key",
                "api key;access token;secret key;refresh token;client secret;webhook secret|api schlüssel;clé api;jeton;token",
                machines.api_keys,
            ),
            Field("jwt", "id token;jwt;access token;session token;bearer|auth tok;zugangstoken", machines.tokens),
            Field("ip_address", "last login ip;signup ip;current sign in ip|letzte ip;adresse ip", machines.ips),
            Field("url", "avatar url;website;callback url;domain|bild url;site web", machines.urls),
            Field(
                "timestamp",
                "created at;last login;confirmed at;deleted at|angelegt;créé le;creado en;oluşturma",
                machines.times,
            ),
            Field("boolean", "is active;is staff;mfa enabled;email;phone verified|aktiv;admin kz", machines.flags),
            Field("category", "role;plan;locale;auth provider;time zone|rolle;rôle;perfil", said.kinds),
            Field("quantity", "login count;seats;failed attempts|anmeldungen", said.quantities, tells=False),
            Field("thing_name", "plan name;feature;workspace plan|tarif;offre", said.products),
            Field("phone", "phone;sms number;recovery phone|handynr;portable", people.any_phones),
            Field("identifier", "email hash;name hash;phone sha256|mail md5", people.name_hashes, tells=False),
        ),
    ),
    Theme(
        "integrations",
        "integrations;oauth_apps;secrets;webhooks;service_accounts;ci_variables;config;connectors",
        (
            Field(
                "api_key",
                "api key;secret key;access token;client secret|api schlüssel;clé api;jeton api",
                machines.opaque_keys,
                tells=False,
            ),
            Field("boolean", "zip;compress;name visible;password set|zippen", machines.flags),
            Field("thing_name", "project;integration name;app title|projekt;nom projet", said.projects),
            Field(
                "api_key",
                "token;api key;secret;value;access key;client secret;credential|schlüssel;clé;clave;geheim",
                machines.api_keys,
            ),
            Field("jwt", "jwt;token;assertion;service token|jeton;tkn", machines.tokens),
            Field("password", "password;db password;smtp pass|pw;kennwort;mdp", machines.clear_passwords, tells=False),
            Field("password_hash", "htpasswd;basic auth hash;password hash|pw hash", machines.hashed_passwords),
            Field("url", "endpoint;base url;webhook url;host|ziel url;serveur", machines.urls),
            Field("username", "created by;service user;db user|angelegt von;auteur", people.any_logins),
            Field("uuid", "app id;client id;key id|app guid", machines.uuids),
            Field("timestamp", "expires at;rotated at;last used|läuft ab", machines.times),
            Field("identifier", "version;api version;build|ver", machines.versions, tells=False),
            Field("identifier", "commit;checksum;sha;etag|prüfsumme", machines.digests, tells=False),
            Field("boolean", "enabled;is secret;masked|aktiv", machines.flags),
            Field("category", "environment;auth type;scope;provider|umgebung", said.kinds),
            Field("free_text", "commit message;description;purpose|beschreibung", said.work_notes),
        ),
    ),
    Theme(
        "network",
        "access_log;cdr;netflow;devices;dhcp_leases;ger_aete;radius;wifi_clients",
        (
            Field(
                "category",
                "status code;type code;plant group;rating;response class|statuskz;typ code;code statut",
                said.code_numbers,
                tells=False,
            ),
            Field(
                "ip_address",
                "src ip;dst ip;client addr;ip;remote addr;address;peer|quell ip;adresse;ip addr",
                machines.ips,
            ),
            Field("mac_address", "mac;mac address;bssid;hw addr;chaddr|hardwareadresse;adr mac", machines.macs),
            Field(
                "phone",
                "msisdn;calling number;called party;a number;b number|rufnummer;appelant;numero origen",
                people.any_phones,
            ),
            Field("identifier", "imei;imsi;cell id;serial;iccid|seriennummer;gerätenr", machines.serials, tells=False),
            Field(
                "identifier", "firmware;os version;ip version;agent version|fw stand", machines.versions, tells=False
            ),
            Field("url", "host;hostname;referer;url;request path;fqdn|rechner;hôte", machines.urls),
            Field("username", "user;login;radius user;owner|benutzer;utilisateur", people.any_logins),
            Field("timestamp", "ts;time;call start;first seen;lease end|zeit;heure;hora inicio", machines.times),
            Field(
                "quantity",
                "bytes;duration s;packets;latency ms;port;signal dbm|dauer;durée;bytes in",
                said.quantities,
                tells=False,
            ),
            Field("category", "method;status code;protocol;rat;os;level|verfahren;protocole", said.kinds),
            Field("organization", "operator;carrier;isp;vendor;oui vendor|netzbetreiber;opérateur", said.carriers),
            Field("geo_point", "cell location;geo;position|standort;coord", records.points),
            Field("latitude", "lat;cell lat|breite;lat wgs84", records.latitudes),
            Field("longitude", "lon;cell lon|laenge;lon wgs84", records.longitudes),
            Field("free_text_pii", "syslog message;message;ticket text|meldung;msg", said.personal_texts),
            Field(
                "password",
                "psk;wifi key;admin password|wlan kennwort;mot de passe wifi",
                machines.clear_passwords,
                tells=False,
            ),
        ),
    ),
    Theme(
        "sensors",
        "sensor_readings;telemetry;messwerte;iot_events;scada_tags;meter_reads;mesures;machine_log",
        (
            Field(
                "identifier",
                "device id;tag;sensor serial;meter no|geraet id;zählernummer;capteur",
                machines.serials,
                tells=False,
            ),
            Field("mac_address", "device mac;ble addr;dev eui mac|mac adr", machines.macs),
            Field("thing_name", "machine;asset name;line;equipment|anlage;maschine;machine nom", said.machines),
            Field("timestamp", "ts;event time;measured at;epoch ms|messzeit;zeitpunkt;horodate", machines.times),
            Field(
                "quantity",
                "temperature;pressure bar;rpm;kwh;humidity;count|temperatur;druck;valeur;leistung kw",
                said.quantities,
                tells=False,
            ),
            Field(
                "percentage",
                "battery pct;load %;soc;valve opening pct|akku prozent;taux charge",
                machines.shares,
                tells=False,
            ),
            Field("latitude", "lat;gps lat|breite;brtgrd", records.latitudes),
            Field("longitude", "lon;gps lon|laenge;lngrad", records.longitudes),
            Field("geo_point", "position;gps;location wkt|pos;standort", records.points),
            Field("boolean", "alarm;online;door open|störung;en marche", machines.flags),
            Field("category", "state;unit;quality code;alarm level|zustand;einheit;état", said.statuses),
            Field("ip_address", "gateway ip;device ip|gw ip", machines.ips),
            Field("date", "calibrated on;installed;next service|eichdatum;mise en service", machines.dates),
            Field("year", "build year;installation year|baujahr;année", machines.years),
            Field("free_text", "operator remark;alarm text|bemerkung;remarque", said.work_notes),
        ),
    ),
)
