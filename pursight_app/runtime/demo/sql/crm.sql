CREATE SCHEMA crm;

CREATE TABLE crm.customers (
    customer_id bigint PRIMARY KEY,
    customer_number text NOT NULL UNIQUE,
    salutation text,
    first_name text NOT NULL,
    last_name text NOT NULL,
    email text,
    email_verified boolean NOT NULL,
    phone text,
    date_of_birth date,
    gender text,
    country_code char(2) NOT NULL,
    preferred_language text,
    loyalty_number text,
    loyalty_tier text,
    newsletter text,
    credit_limit numeric(10, 2),
    favourite_colour text,
    notes text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz
);

CREATE TABLE crm.addresses (
    address_id bigint PRIMARY KEY,
    customer_id bigint NOT NULL,
    address_type text NOT NULL,
    recipient text,
    street text,
    postal_code text,
    city text,
    region text,
    country_code char(2),
    latitude numeric(9, 6),
    longitude numeric(9, 6),
    is_default boolean NOT NULL,
    valid_from date
);

CREATE TABLE crm.kunden_de (
    kunde_id bigint PRIMARY KEY,
    steuer_id text,
    iban text,
    geburtsort text,
    familienstand text,
    postident_vorgang text,
    geprueft_am timestamptz
);

CREATE TABLE crm.clients_fr (
    client_id bigint PRIMARY KEY,
    numero_secu text,
    iban text,
    ville_naissance text,
    situation_familiale text,
    verifie_le timestamptz
);

CREATE TABLE crm.clientes_es (
    cliente_id bigint PRIMARY KEY,
    dni_nie text,
    iban text,
    provincia text,
    estado_civil text,
    verificado_el timestamptz
);

CREATE TABLE crm.clienti_it (
    cliente_id bigint PRIMARY KEY,
    codice_fiscale text,
    iban text,
    comune_nascita text,
    professione text,
    verificato_il timestamptz
);

CREATE TABLE crm.customers_us (
    customer_id bigint PRIMARY KEY,
    ssn text,
    drivers_license text,
    state text,
    ethnicity text,
    routing_number text,
    account_number text,
    verified_at timestamptz
);

CREATE TABLE crm.consents (
    consent_id bigint PRIMARY KEY,
    customer_id bigint NOT NULL,
    purpose text NOT NULL,
    legal_basis text NOT NULL,
    granted boolean NOT NULL,
    granted_epoch bigint,
    ip_address inet,
    user_agent text,
    policy_version text
);

CREATE TABLE crm.customers_bak_2023 (
    id text,
    name text,
    mail text,
    tel text,
    geb text,
    anschrift text,
    iban text,
    letzte_bestellung text,
    umsatz text,
    status text
);

CREATE TABLE crm."Kundenliste 2024" (
    "Nr." integer,
    "Nachname, Vorname" text,
    "E-Mail Adresse" text,
    "Geburtsdatum" text,
    "Straße & Hausnr." text,
    "PLZ/Ort" text,
    "Telefon (mobil)" text,
    "Größe" text,
    "Bemerkung ""intern""" text
);
