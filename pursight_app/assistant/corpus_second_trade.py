"""Tables of trading companies: customers, orders, goods, places, as shops and CRM systems hold them."""

from pursight_app.assistant import corpus_second_machines as machines
from pursight_app.assistant import corpus_second_people as people
from pursight_app.assistant import corpus_second_records as records
from pursight_app.assistant import corpus_second_words as said
from pursight_app.assistant.corpus_styles import Field, Theme, numbers, shapes

TRADE = (
    Theme(
        "crm_contacts",
        "crm_contacts;dim_contact;hubspot__contacts;sf_contact;stg_crm__people;KONTAKTE;contactos;T_CONTACT",
        (
            Field(
                "identifier",
                "contact id;id;vid;record id;contact key|kontakt nr;id contacto",
                machines.serials,
                tells=False,
            ),
            Field(
                "first_name",
                "first name;fname;given name;contact first name|vorname;prenom;nombre;nome;imię;förnamn;ad;voornaam;NAMEV",
                people.first_names,
            ),
            Field(
                "last_name",
                "last name;lname;surname;family name|nachname;nom famille;apellido;sobrenome;nazwisko;efternamn;soyad;achternaam;NAME1 LAST",
                people.last_names,
            ),
            Field(
                "person_name",
                "full name;contact name;primary contact;account owner|ansprechpartner;nom complet;nombre completo;nominativo;shimei",
                people.any_names,
            ),
            Field(
                "job_title",
                "title;job title;position;role in company|funktion;poste;cargo;stanowisko;yrkestitel;PAFKT TXT",
                people.jobs,
            ),
            Field(
                "email",
                "email;email address;primary email;work email|e post;correo;courriel;SMTP ADDR;mail adr;eposta",
                people.any_mails,
            ),
            Field(
                "phone",
                "phone;mobile phone;work phone;fax|telefon;tel nr;telefono;telemovel;TELF1;komórka;gsm",
                people.any_phones,
            ),
            Field(
                "organization",
                "company;account name;employer|firma;societe;empresa;azienda;bedrijf;kaisha",
                said.organizations,
            ),
            Field(
                "street_address",
                "street;mailing street;address line 1|strasse;rue;calle;STRAS;ulica;adr1",
                records.addresses,
            ),
            Field("city", "city;mailing city;town|ort;ville;ciudad;ORT01;miasto;stad", records.cities),
            Field(
                "postal_code",
                "zip;postal code;mailing zip|plz;code postal;PSTLZ;cep;kod pocztowy",
                records.postcodes,
                tells=False,
            ),
            Field("country", "country;mailing country;country code|land;pays;LAND1;kraj;ülke", records.countries),
            Field(
                "category",
                "lead status;lifecycle stage;segment;email type;phone type|typ kontaktu;kundengruppe;statut",
                said.statuses,
            ),
            Field("category", "phone;email;address|telefon", said.contact_kinds),
            Field(
                "boolean", "email opt in;do not call;is primary;email;newsletter|werbesperre;abonné;akt", machines.flags
            ),
            Field(
                "timestamp",
                "last activity at;created date;updated at;last contacted|angelegt am;modifié le",
                machines.times,
            ),
            Field("free_text_pii", "notes;comment;last call note|bemerkung;remarque;notas", said.personal_texts),
        ),
    ),
    Theme(
        "shop_customers",
        "customers;dim_customer;shop_users;src_magento__customer_entity;kunden;clients;clientes;KNA1",
        (
            Field("br_cpf", "cpf;cpf number;documento cpf|nr cpf;doc federal", records.cpfs),
            Field("es_dni_nie", "dni;nie;nif|num dni;nif trabajador", records.dnis),
            Field("it_codice_fiscale", "codice fiscale;fiscal code|cod fisc;cf", records.codici),
            Field("in_aadhaar", "aadhaar;aadhaar no|aadhar;uidai nr", records.aadhaars, tells=False),
            Field(
                "identifier",
                "customer id;entity id;cust no;customer number|kundennr;KUNNR;id client;klant nr",
                machines.serials,
                tells=False,
            ),
            Field(
                "person_name",
                "customer name;name;bill to name;recipient|kunde;NAME1;client;destinatario;müşteri",
                people.any_names,
            ),
            Field(
                "username",
                "login;user name;username;nickname|benutzername;pseudo;usuario;gebruikersnaam",
                people.any_logins,
            ),
            Field(
                "password_hash",
                "password hash;password;passwd;pw digest|kennwort hash;mdp;hasło",
                machines.hashed_passwords,
            ),
            Field("email", "customer email;email;login email|mail;epost;eposta adresi", people.any_mails),
            Field(
                "date_of_birth",
                "dob;birth date;date of birth;birthday|geburtsdatum;GBDAT;date naissance;fecha nacimiento;data nascita;data urodzenia;dogum tarihi;seinengappi",
                people.births,
            ),
            Field(
                "gender",
                "gender;sex;salutation gender|geschlecht;sexe;sexo;genere;płeć;kön;cinsiyet;seibetsu",
                people.genders,
            ),
            Field("age", "age;customer age;age group|alter;edad;idade;leeftijd;wiek", people.ages),
            Field(
                "street_address",
                "address;billing address;shipping address 1|anschrift;adresse livraison;domicilio;indirizzo;jusho",
                records.addresses,
            ),
            Field("city", "city;shipping city|stadt;citta;cidade;woonplaats", records.cities),
            Field(
                "state_region",
                "state;region;province;county|bundesland;departement;provincia;REGIO;województwo;estado;il",
                records.states,
                tells=False,
            ),
            Field(
                "postal_code",
                "postcode;zip code;shipping zip|plz;cap;codigo postal;yubin bango",
                records.postcodes,
                tells=False,
            ),
            Field("country", "country;country iso;nation|land;pais;paese", records.countries),
            Field("phone", "phone;telephone;cell|telefonnummer;numero tel;telefone;puh", people.any_phones),
            Field(
                "category",
                "customer group;loyalty tier;preferred language;acquisition channel|kundenart;rodzaj klienta",
                said.kinds,
            ),
            Field("date", "registered on;first order date;member since|eintritt;fecha alta", machines.dates),
            Field("boolean", "is active;newsletter;is guest;phone verified|gesperrt;actif;activo", machines.flags),
            Field("money_amount", "lifetime value;total spent;store credit|umsatz;total gasto", records.amounts),
            Field("quantity", "order count;visits;number of orders|anz bestellungen", said.quantities),
        ),
    ),
    Theme(
        "orders",
        "fct_orders;sales_order_header;VBAK;bestellungen;commandes;pedidos;orders_2024;stg_shopify__orders",
        (
            Field(
                "category",
                "status code;type code;plant group;rating;response class|statuskz;typ code;code statut",
                said.code_numbers,
                tells=False,
            ),
            Field(
                "identifier",
                "order id;order number;fk customer;reference;po number|VBELN;best nr;no commande;num pedido;ref",
                machines.serials,
                tells=False,
            ),
            Field("uuid", "order uuid;cart id;session id;idempotency key|guid", machines.uuids),
            Field(
                "timestamp",
                "ordered at;created at;order ts;paid at|erstellt am;date creation;ERDAT ERZET",
                machines.times,
            ),
            Field(
                "date",
                "order date;ship date;delivery date;due date|bestelldatum;AUDAT;date livraison;fecha pedido;data zamówienia",
                machines.dates,
            ),
            Field(
                "category",
                "status;payment method;channel;order type;delivery block|AUART;zahlungsart;statut;estado pedido",
                said.statuses,
            ),
            Field("category", "shipping method;currency class;incoterm;priority", said.kinds),
            Field(
                "money_amount",
                "grand total;subtotal;tax amount;net value;shipping cost|NETWR;betrag;montant ttc;importe;kwota;bedrag",
                records.amounts,
            ),
            Field(
                "currency_code", "currency;currency code;waers|WAERK;devise;moneda;waluta;valuta", records.currencies
            ),
            Field(
                "percentage",
                "discount pct;tax rate;margin %;vat rate|rabatt prozent;taux tva;descuento pct",
                machines.shares,
                tells=False,
            ),
            Field(
                "quantity",
                "item count;total qty;weight kg;line count|menge;KWMENG;cantidad;ilość",
                said.quantities,
                tells=False,
            ),
            Field("person_name", "ship to name;sales rep;ordered by|besteller;vendeur;vendedor", people.any_names),
            Field("email", "contact email;buyer email|mail besteller", people.any_mails),
            Field("ip_address", "remote ip;client ip;browser ip|ip adresse", machines.ips),
            Field("url", "tracking url;referring site;landing page|lien suivi", machines.urls),
            Field("boolean", "is gift;fraud flag;test order|geschenk;kdv dahil", machines.flags),
            Field(
                "free_text",
                "customer note;delivery instructions;internal comment|hinweis;observaciones",
                said.plain_texts,
            ),
            Field("year", "fiscal year;order year|GJAHR;geschäftsjahr;exercice;año", machines.years),
        ),
    ),
    Theme(
        "products",
        "products;dim_product;MARA;artikel;produits;articulos;src_pim__items;T_MATERIAL;inventory",
        (
            Field(
                "identifier",
                "sku;material number;product id;part no;ean;gtin;item code|MATNR;artikelnummer;ref article;codigo",
                machines.serials,
                tells=False,
            ),
            Field(
                "thing_name",
                "product name;name;title;item;description short|bezeichnung;MAKTX;designation;nombre;nazwa;ürün adı;artikelnaam;hinmei",
                said.products,
            ),
            Field(
                "organization",
                "brand;manufacturer;vendor name;supplier|hersteller;marque;proveedor;fornitore;producent",
                said.companies,
            ),
            Field(
                "category",
                "category;product group;uom;color;size;abc class|warengruppe;MATKL;MEINS;famille;kategoria",
                said.kinds,
            ),
            Field(
                "money_amount",
                "price;list price;unit cost;msrp;standard cost|preis;prix ht;precio;STPRS;cena;fiyat",
                records.amounts,
            ),
            Field("percentage", "vat;discount;margin pct|mwst satz;tva;iva pct", machines.shares, tells=False),
            Field(
                "quantity",
                "stock;qty on hand;weight;width mm;reorder level;rating|bestand;LABST;stock dispo;peso;gewicht",
                said.quantities,
                tells=False,
            ),
            Field("identifier", "version;firmware;revision;bios version|fw", machines.versions, tells=False),
            Field("url", "image url;product link;url key|bild url;lien image", machines.urls),
            Field("country", "country of origin;made in|ursprungsland;HERKL;pays origine", records.countries),
            Field("date", "launch date;discontinued on;valid from|einführungsdatum;fecha baja", machines.dates),
            Field(
                "free_text",
                "long description;marketing copy;care instructions|langtext;descripcion larga",
                said.work_notes,
            ),
            Field("boolean", "is sellable;hazardous;discontinued|lagerartikel;activo", machines.flags),
            Field("identifier", "hash;row hash;image md5;address|prüfsumme", machines.digests, tells=False),
        ),
    ),
    Theme(
        "stores",
        "stores;dim_store;T001W;filialen;magasins;branches;warehouses;locations",
        (
            Field(
                "identifier",
                "store id;plant;site code;location id|WERKS;filialnr;code magasin",
                shapes("####", "S-###", "DE%#", "LOC###"),
                tells=False,
            ),
            Field("thing_name", "store name;site name;warehouse name|filiale;nom magasin;nombre tienda", said.machines),
            Field(
                "street_address", "address;street;store address|strasse;adresse;direccion;indirizzo", records.addresses
            ),
            Field("city", "city;town|ort;ville;comune;gemeente", records.cities),
            Field("city", "place;location;city state|standort;lieu", records.city_lines),
            Field(
                "state_region",
                "state;province;region;county|bundesland;région;provincia;REGIO",
                records.states,
                tells=False,
            ),
            Field("postal_code", "zip;postcode|plz;cap;cp", records.postcodes, tells=False),
            Field("country", "country|land;pays;ülke", records.countries),
            Field(
                "latitude", "latitude;lat;geo lat;y coord|breite;breitengrad;latitud;szerokość;enlem", records.latitudes
            ),
            Field(
                "longitude", "longitude;lng;geo long;lon|länge;längengrad;longitud;długość;boylam", records.longitudes
            ),
            Field("geo_point", "geo;location;coordinates;gps;geom|koordinaten;position gps;ubicación", records.points),
            Field("person_name", "store manager;regional manager|filialleiter;responsable;gerente", people.any_names),
            Field("phone", "store phone;fax|telefon;téléphone", people.any_phones),
            Field("category", "store type;format;timezone;climate zone|typ;enseigne", said.kinds),
            Field(
                "quantity",
                "area sqm;floor space;headcount;checkouts|fläche;surface;superficie",
                said.quantities,
                tells=False,
            ),
            Field("date", "opened on;closing date|eröffnung;date ouverture", machines.dates),
            Field("timestamp", "opening time;closing time|öffnet;heure ouverture", machines.times),
            Field(
                "money_amount",
                "monthly rent;turnover;cash float|miete;loyer;facturado",
                numbers(900, 90_000, decimals=(2,)),
                tells=False,
            ),
        ),
    ),
    Theme(
        "shipments",
        "shipments;deliveries;lieferungen;expeditions;envios;containers;wms_parcels;LIKP",
        (
            Field(
                "country",
                "country numeric;iso country no;issuer country code|land nr;code pays num",
                records.country_numbers,
                tells=False,
            ),
            Field(
                "identifier",
                "tracking no;awb;container no;bol|sendungsnr;num envoi",
                shapes("1Z!!!!!!!!!!!!!!!!", "JJD0##############", "@@@U#######", "##########", "RR#########DE"),
                tells=False,
            ),
            Field("person_name", "consignee;recipient;driver|empfänger;destinataire;chauffeur", people.any_names),
            Field(
                "street_address",
                "ship to address;delivery address;pickup|lieferadresse;adresse;kogiloc",
                records.addresses,
            ),
            Field("city", "destination;origin;port of loading|zielort;port;destino", records.cities),
            Field("postal_code", "dest zip;postcode|ziel plz;cp dest", records.postcodes, tells=False),
            Field("country", "dest country;origin country|zielland;pays dest", records.countries),
            Field("thing_name", "vessel;vessel name;ship|schiff;navire;buque", said.ships),
            Field("organization", "carrier;forwarder;shipper|spediteur;transporteur;transportista", said.carriers),
            Field(
                "vehicle_id",
                "truck plate;trailer;registration no|kennzeichen lkw;plaque;matrícula",
                machines.plates,
                tells=False,
            ),
            Field("quantity", "weight;pallets;volume m3;packages|gewicht;colis;bultos", said.quantities, tells=False),
            Field("timestamp", "eta;picked up at;pod time|abholung;heure livraison", machines.times),
            Field("money_amount", "freight cost;declared value;customs duty|fracht;fret;flete", records.amounts),
            Field("currency_code", "freight currency;ccy|währg;devise", records.currencies),
            Field("free_text", "remarks;handling note|vermerk;observations", said.plain_texts),
            Field("percentage", "fill rate;on time pct|auslastung;taux", numbers(0, 100, decimals=(0, 1), unit="%")),
            Field("phone", "recipient phone;driver mobile|tel empf;gsm chauffeur", people.any_phones),
        ),
    ),
)
