CREATE SCHEMA health;

CREATE TABLE health.patients (
    patient_id bigint PRIMARY KEY,
    customer_id bigint NOT NULL,
    mrn text NOT NULL UNIQUE,
    insurance_number text,
    insurer text,
    blood_group text,
    height_cm smallint,
    weight_kg numeric(5, 1),
    physician text,
    allergies text,
    smoker text,
    consent_signed boolean
);

CREATE TABLE health.diagnoses (
    diagnosis_id bigint PRIMARY KEY,
    patient_id bigint NOT NULL,
    icd_code text,
    condition text,
    is_chronic boolean,
    severity text,
    diagnosed_on date
);

CREATE TABLE health.medications (
    medication_id integer PRIMARY KEY,
    atc_code text,
    pzn char(8),
    name text NOT NULL,
    form text,
    strength_mg integer,
    is_prescription_only boolean
);

CREATE TABLE health.prescriptions (
    prescription_id bigint PRIMARY KEY,
    patient_id bigint NOT NULL,
    medication_id integer NOT NULL,
    drug text,
    dosage text,
    refills smallint,
    prescriber text,
    pharmacist_note text,
    prescribed_on date,
    valid_until date
);

CREATE TABLE health.lab_results (
    result_id bigint PRIMARY KEY,
    patient_id bigint NOT NULL,
    loinc_code text,
    analyte text,
    value double precision,
    unit text,
    reference_range text,
    measured_at timestamp
);
