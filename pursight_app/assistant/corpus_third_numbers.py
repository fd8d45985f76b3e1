"""Values of published files about numbers of persons and firms, and health."""

from pursight_app.assistant import corpus_style_numbers as valid
from pursight_app.assistant.corpus_style_numbers import each
from pursight_app.assistant.corpus_styles import altered, faked, mixed, one_of, shapes, words

ssns = one_of(
    each(valid.us_ssn, "###-##-####", "###-##-####"),
    each(valid.us_ssn),
    shapes("999-##-####"),
    altered(each(valid.us_ssn), lambda number: number + ".0"),
)
ninos = each(valid.uk_nino, "", "## ## ## ## #", "##-##-##-##-#")
german_tax_ids = each(valid.de_tax_id, "", "## ### ### ###", "###########.0")
nirs = each(valid.fr_nir, "", "# ## ## ## ### ### ##", "# ## ## ## ### ###.##")
aadhaars = each(valid.in_aadhaar, "#### #### ####", "")
cpfs = each(valid.br_cpf, "###.###.###-##", "", "###########")
dnis = one_of(
    each(valid.es_dni), each(valid.es_dni, "########-#", "######## #"), altered(each(valid.es_dni), str.lower)
)
codici = each(valid.it_codice_fiscale, "", "### ### ##### #####")
national_ids = one_of(
    faked("ssn"),
    shapes(
        "@#######(#)",
        "S#######@",
        "@#########",
        "##.###.###-#",
        "%.###.###-%",
        "756.####.####.##",
        "16%%%%%%-####",
        "%%############",
    ),
    each(valid.social_number_ca, "### ### ###"),
    each(valid.resident_number_cn),
    each(valid.resident_number_kr, "######-#######"),
    mixed(each(valid.pesel_number), each(valid.personal_number_se), shapes("@@@@######@@@@@@##")),
)
passports = shapes(
    "N#######",
    "@########",
    "@@######",
    "E########",
    "%########",
    "@@@######@",
    "G########",
    "LA#######",
    "##@@#####",
    "@#######",
    "PA#######",
    "#########",
)
licences = shapes(
    "@######",
    "@### #### ####",
    "#### ### ###",
    "@@######@",
    "%#######",
    "@##-##-####",
    "##@@######",
    "@-###-###-###-###",
    "@@@ ### ###",
    "WDL*********",
    "S###-####-####-##",
    "######### ",
)
company_ids = one_of(
    *(each(lambda draw, land=land: valid.company_number(draw, land)) for land in ("AU", "FR", "US")),
    each(lambda draw: valid.company_number(draw, "AU"), "## ### ### ###"),
    shapes(
        "CHE-###.###.###",
        "ATU########",
        "RO########",
        "########-#-##",
        "CIK000#######",
        "FN ######@",
        "NO #########MVA",
        "91##########!!!!!!",
    ),
    shapes("HU########", "#########RC0001"),
)

icd_codes = one_of(
    shapes("@##.#", "@##", "@##.%@"),
    words("A09;B20;C34.9;C61;E10;F41.1;G20;H25;I21;I63.9;J18.9;K35;L40.0;M06.9;N18.6;O80;R99;V89.2;W19;X59;Y34"),
    words("V27.0;486;410.71;038.9;584.9;785.52;518.81;577.0;V30.00;E812.0;8054"),
    words("C81-C96;I20-I25;J09-J18;V01-Y89;A00-B99;K70-K76"),
    words("4280;41401;5849;25000;0389;51881;V3001"),
)
subjects = shapes(
    "P###", "S##", "SUBJ-####", "%###", "###-###", "ID_####", "PT%%%", "TCGA-##-!!!!", "R######", "0#-###"
)
illnesses = one_of(
    words(
        "Malignant neoplasm;Heart disease;Influenza and pneumonia;Cerebrovascular diseases;Alzheimer disease;Accidents (unintentional injuries);Diabetes;Suicide;Nephritis;Septicemia;COVID-19;Chronic lower respiratory diseases"
    ),
    words(
        "Headache;Pyrexia;Injection site pain;Fatigue;Chills;Dyspnoea;Syncope;Anaphylactic reaction;Tinnitus;Myalgia;Arthralgia;Pruritus"
    ),
    words("schizophrenia;bipolar;healthy control;MDD;ADHD;autism;PTSD;anorexia nervosa"),
    words("melanoma;adenocarcinoma;squamous;small cell;large cell;benign nevus;basal cell carcinoma"),
    words("ALL;AML low;AML high;CML;lymphoma"),
    words("Measles;Mumps;Rubella;Polio;Hepatitis A;Smallpox;Pertussis;Malaria;Dengue;Ebola"),
    words("Consumption;Old age;Cholera;Typhoid fever;Drowned;Smallpox;Dropsy;Childbirth"),
    words("infarctus du myocarde;rak płuca;hipertenzija;szívinfarktus;diabet zaharat;糖尿病;고혈압;гіпертонія"),
)
treatments = one_of(
    words(
        "placebo;aspirin;tamoxifen;D-penicillamine;azathioprine;ursodiol;lithium;zidovudine;didanosine;methotrexate;cisplatin;interferon alfa"
    ),
    words("Pfizer-BioNTech;Moderna;Janssen;AstraZeneca;Sinovac;Sputnik V;Novavax"),
    words("HUMIRA;ENBREL;LIPITOR;NEXIUM;PLAVIX;SEROQUEL;CYMBALTA;ABILIFY;REMICADE;ADVAIR DISKUS"),
    words(
        "Valsartan;Birth control pill;Zoloft;Xanax;Adderall;Lexapro;Gabapentin;Tramadol;Escitalopram;Clonazepam;Phentermine"
    ),
    words("ibuprofène;amoxicilline;paracétamol;oméprazol;metformină;aszpirin;аспірин;парацетамол"),
    words("ICI-204,219;5-fluorouracil;6-MP;L-dopa;levamisole+5FU;CHOP;R-CHOP;FOLFOX"),
)
