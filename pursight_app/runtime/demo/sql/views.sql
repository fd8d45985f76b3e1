-- Views with lineage that is worth following: joins, aggregates, masks, a union, views over views.
CREATE VIEW crm.v_customer_contact AS
SELECT
    c.customer_id,
    c.first_name || ' ' || c.last_name AS full_name,
    c.email,
    c.phone,
    a.street,
    a.postal_code,
    a.city,
    a.country_code
FROM crm.customers AS c
JOIN crm.addresses AS a ON a.customer_id = c.customer_id AND a.is_default;

CREATE VIEW crm.v_customer_masked AS
SELECT
    customer_id,
    left(full_name, 1) || '.' AS initial,
    left(email, 1) || '***@' || split_part(email, '@', 2) AS email_masked,
    '***' || right(phone, 3) AS phone_masked,
    left(postal_code, 2) || 'xxx' AS postal_area,
    country_code
FROM crm.v_customer_contact;

CREATE VIEW crm.v_national_ids AS
SELECT kunde_id AS customer_id, 'DE' AS country_code, steuer_id AS national_id FROM crm.kunden_de
UNION ALL
SELECT client_id, 'FR', numero_secu FROM crm.clients_fr
UNION ALL
SELECT cliente_id, 'ES', dni_nie FROM crm.clientes_es
UNION ALL
SELECT cliente_id, 'IT', codice_fiscale FROM crm.clienti_it
UNION ALL
SELECT customer_id, 'US', ssn FROM crm.customers_us;

CREATE VIEW sales.v_order_totals AS
SELECT
    o.order_id,
    o.order_number,
    o.customer_id,
    o.status,
    o.ordered_at,
    count(l.line_number) AS line_count,
    sum(l.quantity) AS item_count,
    sum(l.line_amount) AS net_total
FROM sales.orders AS o
JOIN sales.order_lines AS l ON l.order_id = o.order_id
GROUP BY o.order_id;

CREATE VIEW sales.v_customer_value AS
WITH spent AS (
    SELECT customer_id, count(*) AS order_count, sum(net_total) AS lifetime_value, max(ordered_at) AS last_order_at
    FROM sales.v_order_totals
    WHERE status <> 'cancelled'
    GROUP BY customer_id
)
SELECT
    c.customer_id,
    c.customer_number,
    c.loyalty_tier,
    coalesce(s.order_count, 0) AS order_count,
    coalesce(s.lifetime_value, 0) AS lifetime_value,
    s.last_order_at,
    rank() OVER (PARTITION BY c.country_code ORDER BY s.lifetime_value DESC NULLS LAST) AS rank_in_country
FROM crm.customers AS c
LEFT JOIN spent AS s USING (customer_id);

CREATE VIEW payments.v_cards_masked AS
SELECT
    card_id,
    customer_id,
    '**** **** **** ' || right(pan, 4) AS pan_masked,
    brand,
    right(expiry, 2)::integer < 26 AS has_expired
FROM payments.cards;

CREATE VIEW hr.v_org_chart AS
SELECT
    e.employee_id,
    e.last_name || ', ' || e.first_name AS employee,
    e.job_title,
    d.name AS department,
    m.last_name || ', ' || m.first_name AS manager
FROM hr.employees AS e
JOIN hr.departments AS d USING (department_id)
LEFT JOIN hr.employees AS m ON m.employee_id = e.manager_id
WHERE e.left_on IS NULL OR e.left_on > DATE '2026-11-22';

CREATE VIEW health.v_current_medication AS
SELECT
    p.mrn,
    c.first_name,
    c.last_name,
    c.date_of_birth,
    m.name AS medication,
    m.atc_code,
    r.dosage,
    d.icd_code
FROM health.prescriptions AS r
JOIN health.patients AS p USING (patient_id)
JOIN crm.customers AS c USING (customer_id)
JOIN health.medications AS m USING (medication_id)
LEFT JOIN LATERAL (
    SELECT x.icd_code FROM health.diagnoses AS x
    WHERE x.patient_id = p.patient_id
    ORDER BY x.diagnosed_on DESC LIMIT 1
) AS d ON true
WHERE r.valid_until >= DATE '2026-11-01';

CREATE VIEW web.v_daily_traffic AS
SELECT
    to_timestamp(v.viewed_epoch_ms / 1000)::date AS viewed_on,
    v.variant,
    count(*) AS view_count,
    count(DISTINCT s.account_id) AS account_count,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY v.load_ms) AS median_load_ms
FROM web.page_views AS v
JOIN web.sessions AS s USING (session_id)
GROUP BY 1, 2;

CREATE MATERIALIZED VIEW sales.mv_monthly_revenue AS
SELECT
    date_trunc('month', t.ordered_at)::date AS month,
    c.country_code,
    count(*) AS order_count,
    sum(t.net_total) AS revenue
FROM sales.v_order_totals AS t
JOIN crm.customers AS c USING (customer_id)
WHERE t.status IN ('delivered', 'packed', 'open')
GROUP BY 1, 2;

CREATE MATERIALIZED VIEW crm.mv_customer_360 AS
SELECT
    k.customer_id,
    k.full_name,
    k.email,
    k.city,
    v.order_count,
    v.lifetime_value,
    t.ticket_count,
    n.national_id IS NOT NULL AS has_national_id
FROM crm.v_customer_contact AS k
JOIN sales.v_customer_value AS v USING (customer_id)
LEFT JOIN (SELECT customer_id, count(*) AS ticket_count FROM support.tickets GROUP BY customer_id) AS t
    USING (customer_id)
LEFT JOIN crm.v_national_ids AS n USING (customer_id);
