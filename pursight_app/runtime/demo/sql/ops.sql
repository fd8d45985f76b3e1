CREATE SCHEMA ops;

CREATE TABLE ops.releases (
    release_id integer PRIMARY KEY,
    service text NOT NULL,
    version text NOT NULL,
    commit_sha char(40),
    build_number integer,
    artifact_md5 char(32),
    is_rollback boolean,
    released_at timestamptz
);

CREATE TABLE ops.vehicles (
    vehicle_id integer PRIMARY KEY,
    vin char(17),
    licence_plate text,
    model text,
    mileage_km integer,
    driver_id bigint,
    first_registered_on date
);

CREATE TABLE ops.shipments (
    shipment_id bigint PRIMARY KEY,
    order_id bigint NOT NULL,
    vehicle_id integer,
    tracking_number text,
    status text,
    weight_kg numeric(6, 2),
    signed_by text,
    delivery_note text,
    delivered_at timestamptz
);

CREATE TABLE ops.integrations (
    integration_id integer PRIMARY KEY,
    system_name text,
    endpoint_url text,
    login text,
    password text,
    owner_email text,
    rotated_on date
);

CREATE TABLE ops.import_queue (
    import_id uuid PRIMARY KEY,
    source_file text NOT NULL,
    payload jsonb,
    received_at timestamptz NOT NULL
);
