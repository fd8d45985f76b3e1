CREATE SCHEMA payments;

CREATE TABLE payments.cards (
    card_id bigint PRIMARY KEY,
    customer_id bigint NOT NULL,
    pan text NOT NULL,
    pan_last4 char(4),
    holder_name text,
    brand text,
    expiry text,
    is_default boolean NOT NULL,
    added_at timestamptz
);

CREATE TABLE payments.bank_accounts (
    account_id bigint PRIMARY KEY,
    customer_id bigint NOT NULL,
    holder text,
    iban text,
    bic text,
    domestic_account text,
    mandate_reference text,
    signed_on date
);

CREATE TABLE payments.transactions (
    transaction_id uuid PRIMARY KEY,
    order_id bigint NOT NULL,
    card_id bigint,
    account_id bigint,
    amount numeric(12, 2) NOT NULL,
    currency char(3) NOT NULL,
    auth_code text,
    gateway_reference char(16),
    status text NOT NULL,
    client_ip inet,
    risk_score numeric(4, 3),
    processed_at timestamptz
);

CREATE TABLE payments.chargebacks (
    chargeback_id integer PRIMARY KEY,
    transaction_id uuid NOT NULL,
    reason_code text,
    amount numeric(12, 2),
    opened_on date,
    agent_comment text
);
