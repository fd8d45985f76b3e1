CREATE SCHEMA sales;

CREATE TYPE sales.order_status AS ENUM ('open', 'packed', 'delivered', 'returned', 'cancelled', 'disputed');

CREATE TABLE sales.categories (
    category_id integer PRIMARY KEY,
    parent_id integer,
    name text NOT NULL,
    slug text NOT NULL,
    colour_hex text
);

CREATE TABLE sales.suppliers (
    supplier_id integer PRIMARY KEY,
    company_name text NOT NULL,
    vat_id text,
    iban text,
    bic text,
    contact_name text,
    contact_email text,
    website text,
    rating numeric(2, 1),
    country text
);

CREATE TABLE sales.products (
    product_id integer PRIMARY KEY,
    sku text NOT NULL UNIQUE,
    ean text,
    name text NOT NULL,
    category_id integer NOT NULL,
    supplier_id integer,
    firmware_version text,
    academic_year text,
    model_year smallint,
    list_price numeric(10, 2) NOT NULL,
    currency char(3) NOT NULL,
    vat_rate numeric(4, 2),
    weight_g integer,
    colour_hex text,
    is_prescription_only boolean NOT NULL,
    tags text[],
    launched_on date,
    status text
);

CREATE TABLE sales.stores (
    store_id integer PRIMARY KEY,
    store_code text NOT NULL,
    name text NOT NULL,
    street text,
    postal_code text,
    city text,
    country text,
    geo_point text,
    phone text,
    opening_hours text,
    floor_area_m2 integer,
    manager_id bigint,
    opened_on date
);

CREATE TABLE sales.orders (
    order_id bigint PRIMARY KEY,
    order_number char(10) NOT NULL UNIQUE,
    payment_reference text,
    customer_id bigint NOT NULL,
    store_id integer,
    shipping_address_id bigint,
    status sales.order_status NOT NULL,
    channel text,
    currency char(3) NOT NULL,
    total_amount numeric(12, 2) NOT NULL,
    coupon_code text,
    comments text,
    delivery_snapshot jsonb,
    ordered_at timestamptz NOT NULL,
    shipped_epoch bigint
);

CREATE TABLE sales.order_lines (
    order_id bigint NOT NULL,
    line_number smallint NOT NULL,
    product_id integer NOT NULL,
    quantity integer NOT NULL,
    unit_price numeric(10, 2) NOT NULL,
    discount_percent numeric(5, 2),
    line_amount numeric(12, 2) NOT NULL,
    batch_code text,
    PRIMARY KEY (order_id, line_number)
);

CREATE TABLE sales.reviews (
    review_id bigint PRIMARY KEY,
    product_id integer NOT NULL,
    customer_id bigint,
    nickname text,
    rating smallint,
    title text,
    body text,
    language text,
    helpful_count integer,
    created_on date
);

CREATE TABLE sales.price_history (
    product_id integer NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    price numeric,
    margin_ratio double precision,
    changed_by text,
    PRIMARY KEY (product_id, valid_from)
);
