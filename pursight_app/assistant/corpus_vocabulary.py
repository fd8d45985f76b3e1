"""Word lists of the generated training tables. Only data; drawn from by corpus_words.py and corpus_values.py."""


def _list(text: str) -> tuple[str, ...]:
    return tuple(" ".join(part.split()) for part in text.split(",") if part.strip())


AGE_BRACKETS = _list("18-24, 25-34, 35-44, 45-54, 55-64, 65+, 0-17, 18-29, 30-39, 40-49, 50-59, under 18, 60 and over")
INCOME_BRACKETS = _list(
    "<10k, 10k-20k, 20k-40k, 40k-60k, 60k-80k, 80k-100k, 100k-150k, 150k+, $25000-$49999, $50000-$74999, Less than $15000"
)
RACES = _list("White, Black, Asian, Hispanic, Other, Native American, Pacific Islander, Multiracial, Unknown, Latino")
RACES_LONG = _list("""White British, African American, Black or African American, American Indian or Alaska Native, Hispanic or Latino,
    Native Hawaiian or Other Pacific Islander, Two or more races, Caucasian, Asian Indian, Chinese, Mixed, Black Caribbean, NOT HISPANIC OR LATINO, WHITE, ASIAN""")
PARTIES = _list(
    "Democrat, Republican, Independent, Libertarian, Green, Democratic, Labour, Conservative, Liberal Democrat, Nonpartisan, Unaffiliated"
)
PARTIES_OTHER = _list(
    "SPD, CDU, CSU, FDP, Die Linke, AfD, PSOE, PP, Vox, PS, LR, RN, LREM, PD, Lega, BJP, INC, Labor, National, SNP, Social Democrats, Fianna Fáil, Fine Gael"
)
MARITAL = _list(
    "Single, Married, Divorced, Widowed, Separated, Never married, Domestic partnership, Civil union, Unknown"
)
MARITAL_OTHER = _list(
    "ledig, verheiratet, geschieden, verwitwet, célibataire, marié, divorcé, veuf, soltero, casado, divorciado, viudo, celibe, coniugato"
)
US_STATE_CODES = _list(
    "AL, AK, AZ, AR, CA, CO, CT, DE, FL, GA, HI, ID, IL, IN, IA, KS, KY, LA, ME, MD, MA, MI, MN, MS, MO, MT, NE, NV, NH, NJ, NM, NY, NC, ND, OH, OK, OR, PA, RI, SC, SD, TN, TX, UT, VT, VA, WA, WV, WI, WY"
)
US_STATES = _list("""Alabama, Alaska, Arizona, Arkansas, California, Colorado, Connecticut, Delaware, Florida, Georgia, Hawaii, Idaho, Illinois, Indiana, Iowa, Kansas,
    Kentucky, Louisiana, Maine, Maryland, Massachusetts, Michigan, Minnesota, Mississippi, Missouri, Montana, Nebraska, Nevada, New Hampshire, New Jersey,
    New Mexico, New York, North Carolina, Ohio, Oklahoma, Oregon, Pennsylvania, Texas, Utah, Vermont, Virginia, Washington, Wisconsin, Wyoming""")
REGIONS = _list("""Ontario, Quebec, British Columbia, Bavaria, Hessen, Sachsen, Île-de-France, Bretagne, Catalonia, Andalucía, Lombardia, Toscana, Queensland, New South Wales, Victoria,
    Maharashtra, Kerala, Punjab, São Paulo, Minas Gerais, Kent, Essex, Yorkshire, Surrey, Cook County, Orange County, Los Angeles County, Mazowieckie, Noord-Holland, Jalisco,
    Tokyo, Hokkaido, Guangdong, Gauteng, Lagos State, Cairo Governorate, Hordaland, Skåne, Uusimaa, Zürich""")
COUNTRIES = _list("""USA, United States, Germany, France, Spain, Italy, Brazil, India, China, Japan, UK, United Kingdom, Canada, Mexico, Poland, Netherlands, Sweden, Norway, Austria, Switzerland,
    South Korea, Russia, Turkey, Nigeria, Kenya, Deutschland, España, Frankreich, Allemagne, Brasil, Italien, Österreich, Polska, Czechia, Ireland, Portugal""")
COUNTRY_CODES_3 = _list(
    "USA, DEU, FRA, ESP, ITA, BRA, IND, CHN, JPN, GBR, CAN, MEX, POL, NLD, SWE, NOR, AUT, CHE, KOR, RUS, TUR, NGA, KEN, CZE, IRL, PRT, AUS, ZAF, ARG"
)
CURRENCY_NAMES = _list(
    "US Dollar, Euro, Pound Sterling, Yen, Swiss Franc, Indian Rupee, Peso, Brazilian Real, Zloty, Krona"
)
CITIES = _list("""London, Paris, Berlin, Madrid, Rome, Vienna, Warsaw, Prague, Lisbon, Dublin, Oslo, Stockholm, Helsinki, Copenhagen, Athens, Budapest, Amsterdam, Brussels, Zürich, Geneva, Munich, Hamburg, Köln,
    Frankfurt, Stuttgart, Leipzig, Lyon, Marseille, Toulouse, Bordeaux, Barcelona, Sevilla, Valencia, Milano, Torino, Napoli, Firenze, Porto, Kraków, Gdańsk, Manchester, Leeds, Bristol, Glasgow, Edinburgh, New York,
    Los Angeles, Chicago, Houston, Phoenix, Philadelphia, San Antonio, San Diego, Dallas, Austin, Jacksonville, Columbus, Charlotte, Seattle, Denver, Boston, El Paso, Nashville, Detroit, Portland, Memphis, Louisville,
    Baltimore, Milwaukee, Albuquerque, Fresno, Sacramento, Mesa, Atlanta, Omaha, Raleigh, Miami, Oakland, Tulsa, Tampa, Wichita, Cleveland, Honolulu, Riverside, Lexington, Stockton, Springfield, Salem, Georgetown,
    Bend, Fort Collins, Grand Rapids, Ann Arbor, Boise, Eugene, Santa Cruz, Toronto, Montréal, Vancouver, Calgary, Ottawa, Sydney, Melbourne, Brisbane, Perth, Auckland, Tokyo, Osaka, Kyoto, Seoul, Beijing, Shanghai,
    Mumbai, Delhi, Bengaluru, Chennai, Pune, Singapore, Bangkok, Jakarta, Manila, Istanbul, Ankara, Cairo, Lagos, Nairobi, Johannesburg, São Paulo, Rio de Janeiro, Brasília, Buenos Aires, Santiago, Lima, Bogotá, Caracas""")
JOB_GRADES = _list(
    "Senior, Junior, Lead, Head of, Chief, Assistant, Associate, Principal, Deputy, Vice President, Staff, Trainee, Interim"
)
JOB_FIELDS = _list(
    "Software, Sales, Marketing, Data, Human Resources, Finance, Quality, Product, Customer, Project, Account, Field, Network, Civil, Mechanical, Clinical, Office, Warehouse, Research, Supply Chain, IT, Legal, Payroll"
)
JOB_ROLES = _list("""Manager, Engineer, Analyst, Director, Consultant, Coordinator, Specialist, Administrator, Technician, Representative, Supervisor, Assistant, Officer, Developer, Scientist, Clerk, Nurse, Teacher, Driver,
    Accountant, Attorney, Physician, Mechanic, Cashier, Electrician, Receptionist, Pharmacist, Professor, Designer, Editor, Retired, Student, Homemaker, Carpenter, Chef, Police Officer, Firefighter, Farmer, Vendedor, Ingeniero, Lehrerin, Kaufmann, Comptable, Infirmière""")
SUFFIXES = _list(
    "Inc, Inc., LLC, Ltd, GmbH, AG, Group, Holdings, & Sons, Corporation, Bank, University, College, Partners, Technologies, Systems, S.A., S.r.l., B.V., Hospital, Insurance, Airlines, Foundation, Academy, High School, Motors, Energy, Media, Studios, Brewing Company, FC"
)
ORGANISATIONS = _list("""Google, Microsoft, Apple, Amazon, Siemens, BMW, Volkswagen, Toyota, Samsung, Sony, Nestlé, Unilever, Bayer, BASF, Pfizer, Novartis, JPMorgan Chase, HSBC, Deutsche Bank, Walmart, Target, Costco, Boeing, Airbus,
    Red Cross, NASA, UNICEF, Harvard University, Stanford University, MIT, Real Madrid, Chicago Bulls, New York Yankees, Boston Celtics, FBI, World Bank, Netflix, Disney, Intel, IBM, Oracle, SAP, Ford, General Motors, Nintendo, Electronic Arts, Ubisoft, Activision""")
THINGS = _list("""Casablanca, The Godfather, Pride and Prejudice, Moby Dick, Bohemian Rhapsody, Yesterday, iPhone 14, Galaxy S21, Model S, Civic, Corolla, Mustang, Everest, Kilimanjaro, Golden Retriever, Labrador, Siamese,
    Super Mario Bros., Tetris, Minecraft, Pac-Man, Apollo 11, Voyager 1, Hubble, Eiffel Tower, Central Park, Yellowstone, Pale Ale, Caramel Latte, Blueberry Muffin, Chocolate Cake, Cheeseburger, Hamlet, Inception, Titanic, Frozen, Thriller, Imagine""")
MONTHS = _list("January, February, March, April, May, June, July, August, September, October, November, December")
COLOURS = _list(
    "red, blue, green, black, white, yellow, orange, purple, pink, brown, gray, silver, gold, beige, cyan, navy, teal, ivory, olive"
)
ADJECTIVES = _list(
    "red, silent, golden, ancient, brave, clever, deep, eastern, fast, gentle, happy, icy, modern, little, old, rapid, smart, wild, young, pacific, northern, premium, ultra, classic, digital, bright, broken, lost, dark, hidden, sweet, electric, global, united, royal, green, blue, big, soft, organic"
)
NOUNS = _list(
    "river, chair, table, lamp, phone, bike, garden, engine, dragon, house, night, road, forest, ocean, mountain, star, shadow, window, bottle, keyboard, camera, jacket, shoe, coffee, cheese, bread, tobacco, orchard, package, server, report, contract, module, invoice, shipment, printer, mirror, tiger, wolf, falcon, king, summer, winter, heart, dream, city, battery, monitor, cable, backpack"
)
VERBS = _list(
    "check, return, install, update, review, order, repair, deliver, replace, cancel, extend, test, finish, paint, open, close, follow, save, break, catch, chase, forget"
)
CONDITIONS = _list("""Hypertension, Type 2 diabetes mellitus, Asthma, Pneumonia, Migraine, Depression, Anxiety, Osteoarthritis, Hyperlipidemia, Atrial fibrillation, COPD, Heart failure, Anemia, Sepsis, Appendicitis, Bronchitis, Influenza, COVID-19, Breast cancer,
    Lung cancer, Prostate cancer, Stroke, Epilepsy, Psoriasis, Eczema, Gout, Hypothyroidism, Obesity, Insomnia, Back pain, Headache, Nausea, Vomiting, Dizziness, Rash, Fatigue, Diarrhoea, Cough, Fracture of femur, Urinary tract infection, Kidney failure,
    Hepatitis B, HIV infection, Tuberculosis, Malaria, Dementia, Parkinson's disease, Myocardial infarction, Gastritis, Sinusitis, Otitis media, Conjunctivitis, Erythema, Pruritus, Application site irritation, Hernia, Septic shock, Cellulitis""")
CONDITIONS_OTHER = _list(
    """ipertensione, polmonite, frattura femore, diabete, asma, Bluthochdruck, Lungenentzündung, Diabetes Typ 2, Rückenschmerzen, Migräne, hypertension artérielle, pneumonie, fracture du fémur,
    hipertensión, neumonía, dolor lumbar, fratura, hipertensão, cukrzyca, nadciśnienie, zapalenie płuc, ALCOHOL/DRUG ABUSE, HEART FAILURE & SHOCK W MCC, SEPTICEMIA W/O MV"""
)
BRANDS = _list(
    """Ford, Ferrari, Maybelline, L'Oréal, Nike, Adidas, Honda, Audi, Lego, Bosch, Philips, Canon, Dell, Lenovo, Heineken, Airbus, Embraer, Rolex, Gucci, Zara, Ikea, Dior, Porsche, Lamborghini, Kellogg's, Revlon, Fenty"""
)
TEAMS = _list(
    """Jazz, Hawks, Lakers, Bulls, Celtics, Knicks, Heat, Blazers, Grizzlies, Yankees, Dodgers, Red Sox, Arsenal, Chelsea, Juventus, Ajax, FC Porto, Bayern München, Steelers, Packers, Cowboys, Maple Leafs"""
)
DRUGS = _list("""Aspirin, Ibuprofen, Paracetamol, Metformin, Insulin glargine, Lisinopril, Atorvastatin, Simvastatin, Amlodipine, Omeprazole, Metoprolol, Losartan, Albuterol, Gabapentin, Sertraline, Fluoxetine, Citalopram, Levothyroxine, Amoxicillin,
    Azithromycin, Ciprofloxacin, Prednisone, Warfarin, Heparin, Clopidogrel, Furosemide, Tramadol, Oxycodone, Morphine, Diazepam, Lorazepam, Risperidone, Quetiapine, Cetirizine, Loratadine, Pantoprazole, Montelukast, Tamoxifen, Methotrexate, Rituximab,
    Humira, Xarelto, Lipitor, Nexium, Tylenol, Hydrocortisone, Naproxen, Diclofenac, Pfizer-BioNTech, Moderna, AstraZeneca, Remdesivir""")
CATEGORY_SETS = tuple(
    _list(text)
    for text in """new, open, closed, pending
        active, inactive, suspended
        low, medium, high, critical
        Small, Medium, Large
        bronze, silver, gold, platinum
        Credit card, Cash, PayPal, Bank transfer
        North, South, East, West
        Electronics, Clothing, Food, Books, Toys, Sports
        Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday
        Bachelor, Master, PhD, High school, None
        TCP, UDP, ICMP, HTTP
        GET, POST, PUT, DELETE
        admin, editor, viewer, guest
        A+, A-, B+, B-, O+, O-, AB+, AB-
        sedan, coupe, hatchback, SUV, truck
        Rock, Pop, Jazz, Classical, Metal, Blues, Hip-Hop
        Action, Drama, Comedy, Horror, Thriller, Documentary
        economy, business, first
        retail, wholesale, online
        inpatient, outpatient, emergency, observation
        blood, urine, saliva, tissue
        mg/dL, mmol/L, U/L, %
        Oral, Topical, Intravenous, Subcutaneous
        Europe/Berlin, America/New_York, Asia/Tokyo, America/Los_Angeles, Europe/London
        en, de, fr, es, it, pt, zh
        Aries, Taurus, Gemini, Cancer, Leo, Virgo, Libra, Scorpio
        Shipped, Delivered, Returned, Cancelled, On Hold
        HR, Finance, Engineering, Marketing, Sales, Operations, Legal
        owner, renter, mortgage
        gun, knife, none, unknown
        placebo, treatment, control
        Standard Class, First Class, Same Day, Second Class
        email, sms, push, letter
        positive, negative, invalid
        AAPL, MSFT, GOOG, TSLA, AMZN
        PG, PG-13, R, G, NC-17
        Swimming, Athletics, Cycling, Rowing, Judo, Fencing, Gymnastics
        full-time, part-time, contract, intern
        Guard, Forward, Center, Goalkeeper, Defender
        Spring, Summer, Autumn, Winter
        oak, pine, birch, maple, beech
        mathematics, physics, biology, history, art, music
        Visa, Mastercard, Amex, Discover
        stage I, stage II, stage III, stage IV
        solid, liquid, gas
        won, lost, draw
        Agriculture, Mining, Manufacturing, Construction, Transport, Utilities
        windows, linux, macos, android, ios
        chrome, firefox, safari, edge
        apartment, house, studio, villa
        morning, afternoon, evening, night
        single-tier, upper-tier, lower-tier
        GENERAL DISORDERS, INFECTIONS AND INFESTATIONS, NERVOUS SYSTEM DISORDERS, CARDIAC DISORDERS, EYE DISORDERS
        Freshman, Sophomore, Junior, Senior
        Very Good, Good, Fair, Ideal, Premium""".splitlines()
)
