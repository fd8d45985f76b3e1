CREATE SCHEMA hr;

CREATE TABLE hr.departments (
    department_id integer PRIMARY KEY,
    name text NOT NULL,
    cost_centre char(4),
    annual_budget numeric(14, 2)
);

CREATE TABLE hr.employees (
    employee_id bigint PRIMARY KEY,
    personnel_number text NOT NULL UNIQUE,
    department_id integer NOT NULL,
    manager_id bigint,
    first_name text NOT NULL,
    last_name text NOT NULL,
    work_email text,
    private_phone text,
    birth_date date,
    gender text,
    job_title text,
    annual_salary numeric(10, 2),
    currency char(3),
    marital_status text,
    national_id text,
    iban text,
    emergency_contact text,
    is_union_member boolean,
    hired_on date,
    left_on date
);

CREATE TABLE hr.payroll (
    payroll_id bigint PRIMARY KEY,
    employee_id bigint NOT NULL,
    period char(7) NOT NULL,
    gross_pay numeric(10, 2) NOT NULL,
    income_tax numeric(10, 2),
    net_pay numeric(10, 2),
    bonus numeric(10, 2),
    paid_on date
);

CREATE TABLE hr.applicants (
    applicant_id integer PRIMARY KEY,
    full_name text,
    email text,
    phone text,
    nationality text,
    passport_number text,
    ethnic_origin text,
    age_bracket text,
    expected_salary text,
    cover_letter text,
    applied_on text,
    stage text
);

CREATE TABLE hr.pers_alt (
    c1 text,
    c2 text,
    c3 text,
    f_04 text,
    f_05 text,
    f_06 text,
    f_07 text,
    f_08 text,
    f_09 char(1),
    f_10 text,
    f_11 text,
    f_12 text
);
