CREATE SCHEMA web;

CREATE TABLE web.accounts (
    account_id bigint PRIMARY KEY,
    customer_id bigint NOT NULL,
    username text NOT NULL UNIQUE,
    email text,
    password_hash text,
    email_verified boolean NOT NULL,
    mfa_enabled boolean NOT NULL,
    last_login_ip text,
    last_login_epoch bigint,
    preferences jsonb,
    created_at timestamptz
);

CREATE TABLE web.sessions (
    session_id uuid PRIMARY KEY,
    account_id bigint,
    ip inet,
    user_agent text,
    access_token text,
    referrer text,
    duration_s integer,
    started_at timestamptz
);

CREATE TABLE web.page_views (
    view_id bigint PRIMARY KEY,
    session_id uuid NOT NULL,
    url text,
    viewport text,
    theme_colour text,
    app_version text,
    variant char(1),
    load_ms integer,
    viewed_epoch_ms bigint
);

CREATE TABLE web.devices (
    device_id uuid PRIMARY KEY,
    account_id bigint NOT NULL,
    device_name text,
    mac_address macaddr,
    wifi_bssid text,
    serial_number text,
    os_version text,
    push_token text,
    last_seen_at timestamptz
);

CREATE TABLE web.api_clients (
    client_id integer PRIMARY KEY,
    partner_name text,
    api_key text,
    webhook_url text,
    allowed_ip text,
    rate_limit integer,
    is_active boolean,
    created_at timestamptz
);
