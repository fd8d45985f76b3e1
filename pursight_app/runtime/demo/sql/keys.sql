-- Foreign keys come after the rows: one check over a full table is faster than one per row.
ALTER TABLE crm.addresses ADD FOREIGN KEY (customer_id) REFERENCES crm.customers;
ALTER TABLE crm.kunden_de ADD FOREIGN KEY (kunde_id) REFERENCES crm.customers;
ALTER TABLE crm.clients_fr ADD FOREIGN KEY (client_id) REFERENCES crm.customers;
ALTER TABLE crm.clientes_es ADD FOREIGN KEY (cliente_id) REFERENCES crm.customers;
ALTER TABLE crm.clienti_it ADD FOREIGN KEY (cliente_id) REFERENCES crm.customers;
ALTER TABLE crm.customers_us ADD FOREIGN KEY (customer_id) REFERENCES crm.customers;
ALTER TABLE crm.consents ADD FOREIGN KEY (customer_id) REFERENCES crm.customers;

ALTER TABLE sales.categories ADD FOREIGN KEY (parent_id) REFERENCES sales.categories;
ALTER TABLE sales.products ADD FOREIGN KEY (category_id) REFERENCES sales.categories;
ALTER TABLE sales.products ADD FOREIGN KEY (supplier_id) REFERENCES sales.suppliers;
ALTER TABLE sales.stores ADD FOREIGN KEY (manager_id) REFERENCES hr.employees;
ALTER TABLE sales.orders ADD FOREIGN KEY (customer_id) REFERENCES crm.customers;
ALTER TABLE sales.orders ADD FOREIGN KEY (shipping_address_id) REFERENCES crm.addresses;
ALTER TABLE sales.orders ADD FOREIGN KEY (store_id) REFERENCES sales.stores;
ALTER TABLE sales.order_lines ADD FOREIGN KEY (order_id) REFERENCES sales.orders;
ALTER TABLE sales.order_lines ADD FOREIGN KEY (product_id) REFERENCES sales.products;
ALTER TABLE sales.reviews ADD FOREIGN KEY (product_id) REFERENCES sales.products;
ALTER TABLE sales.reviews ADD FOREIGN KEY (customer_id) REFERENCES crm.customers;
ALTER TABLE sales.price_history ADD FOREIGN KEY (product_id) REFERENCES sales.products;

ALTER TABLE payments.cards ADD FOREIGN KEY (customer_id) REFERENCES crm.customers;
ALTER TABLE payments.bank_accounts ADD FOREIGN KEY (customer_id) REFERENCES crm.customers;
ALTER TABLE payments.transactions ADD FOREIGN KEY (order_id) REFERENCES sales.orders;
ALTER TABLE payments.transactions ADD FOREIGN KEY (card_id) REFERENCES payments.cards;
ALTER TABLE payments.transactions ADD FOREIGN KEY (account_id) REFERENCES payments.bank_accounts;
ALTER TABLE payments.chargebacks ADD FOREIGN KEY (transaction_id) REFERENCES payments.transactions;

ALTER TABLE hr.employees ADD FOREIGN KEY (department_id) REFERENCES hr.departments;
ALTER TABLE hr.employees ADD FOREIGN KEY (manager_id) REFERENCES hr.employees;
ALTER TABLE hr.payroll ADD FOREIGN KEY (employee_id) REFERENCES hr.employees;

ALTER TABLE health.patients ADD FOREIGN KEY (customer_id) REFERENCES crm.customers;
ALTER TABLE health.diagnoses ADD FOREIGN KEY (patient_id) REFERENCES health.patients;
ALTER TABLE health.prescriptions ADD FOREIGN KEY (patient_id) REFERENCES health.patients;
ALTER TABLE health.prescriptions ADD FOREIGN KEY (medication_id) REFERENCES health.medications;
ALTER TABLE health.lab_results ADD FOREIGN KEY (patient_id) REFERENCES health.patients;

ALTER TABLE support.tickets ADD FOREIGN KEY (customer_id) REFERENCES crm.customers;
ALTER TABLE support.tickets ADD FOREIGN KEY (order_id) REFERENCES sales.orders;
ALTER TABLE support.tickets ADD FOREIGN KEY (assigned_to) REFERENCES hr.employees;
ALTER TABLE support.ticket_messages ADD FOREIGN KEY (ticket_id) REFERENCES support.tickets;

ALTER TABLE web.accounts ADD FOREIGN KEY (customer_id) REFERENCES crm.customers;
ALTER TABLE web.sessions ADD FOREIGN KEY (account_id) REFERENCES web.accounts;
ALTER TABLE web.page_views ADD FOREIGN KEY (session_id) REFERENCES web.sessions;
ALTER TABLE web.devices ADD FOREIGN KEY (account_id) REFERENCES web.accounts;

ALTER TABLE ops.vehicles ADD FOREIGN KEY (driver_id) REFERENCES hr.employees;
ALTER TABLE ops.shipments ADD FOREIGN KEY (order_id) REFERENCES sales.orders;
ALTER TABLE ops.shipments ADD FOREIGN KEY (vehicle_id) REFERENCES ops.vehicles;
