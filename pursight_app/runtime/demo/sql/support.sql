CREATE SCHEMA support;

CREATE TABLE support.tickets (
    ticket_id bigint PRIMARY KEY,
    customer_id bigint,
    order_id bigint,
    assigned_to bigint,
    subject text,
    body text,
    channel text,
    priority text,
    status text,
    language text,
    satisfaction smallint,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz
);

CREATE TABLE support.ticket_messages (
    message_id bigint PRIMARY KEY,
    ticket_id bigint NOT NULL,
    author_kind text,
    body text,
    attachment_url text,
    sent_at timestamptz
);

CREATE TABLE support.kb_articles (
    article_id integer PRIMARY KEY,
    slug text NOT NULL,
    title text,
    body text,
    version text,
    view_count integer,
    published_on date
);

CREATE TABLE support.survey_2025 (
    response_id integer PRIMARY KEY,
    invitation_token text,
    submitted_at timestamptz,
    q001 smallint, q002 smallint, q003 smallint, q004 smallint, q005 smallint,
    q006 smallint, q007 smallint, q008 smallint, q009 smallint, q010 smallint,
    q011 smallint, q012 smallint, q013 smallint, q014 smallint, q015 smallint,
    q016 smallint, q017 smallint, q018 smallint, q019 smallint, q020 smallint,
    q021 smallint, q022 smallint, q023 smallint, q024 smallint, q025 smallint,
    q026 smallint, q027 smallint, q028 smallint, q029 smallint, q030 smallint,
    q031 smallint, q032 smallint, q033 smallint, q034 smallint, q035 smallint,
    q036 smallint, q037 smallint, q038 smallint, q039 smallint, q040 smallint,
    q041 smallint, q042 smallint, q043 smallint, q044 smallint, q045 smallint,
    q046 smallint, q047 smallint, q048 smallint, q049 smallint, q050 smallint,
    q051 smallint, q052 smallint, q053 smallint, q054 smallint, q055 smallint,
    q056 smallint, q057 smallint, q058 smallint, q059 smallint, q060 smallint,
    q061 smallint, q062 smallint, q063 smallint, q064 smallint, q065 smallint,
    q066 smallint, q067 smallint, q068 smallint, q069 smallint, q070 smallint,
    q071 smallint, q072 smallint, q073 smallint, q074 smallint, q075 smallint,
    q076 smallint, q077 smallint, q078 smallint, q079 smallint, q080 smallint,
    q081 text, q082 text, q083 text, q084 text, q085 text,
    q086 text, q087 text, q088 text, q089 text, q090 text,
    q091 text, q092 text, q093 text, q094 text, q095 text,
    q096 text, q097 text, q098 text, q099 text, q100 text,
    q101 text, q102 text, q103 text, q104 text, q105 text,
    q106 text, q107 text, q108 text, q109 text, q110 text,
    q111 text, q112 text, q113 text, q114 text, q115 text,
    q116_other_comments text,
    q117_age_bracket text,
    q118_household_income text,
    q119_postcode text,
    q120_email_for_prize_draw text
);
