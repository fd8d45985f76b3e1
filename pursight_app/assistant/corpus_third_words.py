"""Values of published files that are words: works, species, sights, teams, agencies, codes, remarks and reports."""

from pursight_app.assistant import corpus_style_numbers as valid
from pursight_app.assistant.corpus_style_numbers import each
from pursight_app.assistant.corpus_styles import (
    Draw,
    Maker,
    altered,
    codes,
    faked,
    mixed,
    numbers,
    one_of,
    sequence,
    shapes,
    text,
    words,
)
from pursight_app.assistant.corpus_third_machines import ips
from pursight_app.assistant.corpus_third_people import handles, mock_mails, phones, rolls
from pursight_app.assistant.corpus_third_places import streets

_ADJECTIVES = [
    "Lost",
    "Golden",
    "Silent",
    "Last",
    "Red",
    "Midnight",
    "Broken",
    "Hidden",
    "Wild",
    "Old",
    "Electric",
    "Lonely",
    "Burning",
    "Frozen",
    "Secret",
    "Blue",
]
_NOUNS = [
    "River",
    "Kingdom",
    "Letters",
    "Highway",
    "Garden",
    "Summer",
    "Machine",
    "Island",
    "Dance",
    "Empire",
    "Mirror",
    "Storm",
    "Orchard",
    "Train",
    "Heart",
    "Moon",
]


def titles(draw: Draw) -> Maker:
    """Titles of films, songs and books, some real and some made of usual words."""
    adjective, noun = (lambda: draw.choose.choice(_ADJECTIVES)), (lambda: draw.choose.choice(_NOUNS))
    habits = (
        lambda: f"The {adjective()} {noun()}",
        lambda: f"{adjective()} {noun()} (19{draw.shaped('##')})",
        lambda: f"{noun()} of the {adjective()} {noun()}",
        lambda: f"{noun()}, The",
        lambda: f"{adjective()} {noun()}: Part {draw.choose.choice(('I', 'II', 'III', '2'))}",
        lambda: f"{adjective()} {noun()} (feat. {draw.faked('first_name')})",
    )
    return draw.choose.choice(habits)


sights = words(
    "Eiffel Tower;Golden Gate Park;Uluru;Louvre Museum;Central Park;Machu Picchu;Sydney Opera House;Niagara Falls;Schloss Schönbrunn;Prater;Millennium Park;Field Museum;Vigeland Park;Borobudur;Hagia Sophia;Old Faithful;Pike Place Market;Matterhorn;Lake Balaton;Lagoon Nebula"
)
species = one_of(
    words(
        "Iris setosa;Iris virginica;Quercus robur;Acer platanoides;Canis lupus;Pygoscelis adeliae;Homo sapiens;Bombus terrestris;Salmo salar;Parus major;Panthera leo;Ursus arctos"
    ),
    words("setosa;versicolor;virginica"),
    words("Adelie;Chinstrap;Gentoo"),
    words("Red maple;London planetree;Honeylocust;Norway maple;Pin oak;Ginkgo;Sweetgum;Callery pear;Littleleaf linden"),
    words(
        "Cheetah;Owl monkey;Mountain beaver;Greater short-tailed shrew;Cow;Three-toed sloth;Northern fur seal;Roe deer;Guinea pig"
    ),
    words("Blue Jay;Northern Cardinal;Mallard;Barn Swallow;Downy Woodpecker;House Finch;Bald Eagle;American Robin"),
    words("Labrador Retriever;Beagle;Siamese;Maine Coon;Domestic Shorthair Mix;Pit Bull Mix;Chihuahua Shorthair"),
)
goods = one_of(
    words(
        "Mazda RX4;Datsun 710;Hornet 4 Drive;Valiant;Merc 240D;Fiat 128;Honda Civic;Toyota Corolla;Pontiac Firebird;Lotus Europa;chevrolet chevelle malibu;ford pinto;vw rabbit"
    ),
    words(
        "Pub Beer;Devil's Cup;Rise of the Phoenix;Sinister;Citra Ass Down;Hopocalypse;Old Chub;Mama's Little Yella Pils;Dale's Pale Ale"
    ),
    words("100% Bran;All-Bran;Apple Jacks;Cheerios;Cap'n'Crunch;Corn Flakes;Froot Loops;Wheaties;Lucky Charms"),
    words(
        "WHITE HANGING HEART T-LIGHT HOLDER;REGENCY CAKESTAND 3 TIER;JUMBO BAG RED RETROSPOT;PARTY BUNTING;ASSORTED COLOUR BIRD ORNAMENT;LUNCH BAG BLACK SKULL"
    ),
    words(
        "Margherita;Pepperoni;Caffè Latte;Big Mac;McChicken;Dark chocolate bar 70%;Pad Thai;Banh mi;Goulash;Sarmale;Ćevapi;Bibimbap"
    ),
    words(
        "Wii Sports;Super Mario Bros.;Tetris;Pokemon Red;Duck Hunt;Halo 3;The Sims;Minecraft;Portal 2;Final Fantasy VII"
    ),
    words("Oxygen;Helium;Sodium chloride;Benzene;acetone;Ethanol;Toluene;Iron(III) oxide;Caffeine;Glucose"),
    words("Titanic;Mary Rose;HMS Victory;Amerigo Vespucci;Fram;Vasa;Bounty;Carpathia;Andrea Doria;USS Monitor"),
    words("python-requests;numpy;left-pad;ggplot2;dplyr;tensorflow;react;lodash;jquery;data.table"),
    words("Mercury;Venus;Ceres;Kepler-22 b;HD 209458 b;51 Peg b;TRAPPIST-1 e;Halley;Vega;Sirius A"),
    words("Bitcoin;Ethereum;Dogecoin;Litecoin;Cardano;Monero;Tether"),
)
storms = words("Katrina;Sandy;Andrew;Amy;Bob;Caroline;Doris;Eloise;Hugo;Ivan;Gilbert;Camille")
things = one_of(titles, sights, species, goods, goods, titles)

teams = words(
    "Boston Red Sox;Chicago Bulls;FC Barcelona;Manchester United;Bayern Munich;Juventus;Ferencváros;Dinamo Zagreb;CFR Cluj;Rosenborg BK;Panathinaikos;Los Angeles Lakers;Toronto Maple Leafs;Montréal Canadiens;Collingwood;Persib Bandung;FC Zürich;Rapid Wien;Al-Ahly;Boca Juniors"
)
schools = words(
    "Harvard University;Abilene Christian University;P.S. 015 Roberto Clemente;Lincoln High School;Universität Wien;ETH Zürich;Babeș-Bolyai University;Seoul National University;École Polytechnique Fédérale;Amherst College;Baker Elementary;UCLA;University of Oslo;National Taiwan Univ.;Stuyvesant HS"
)
agencies = words(
    "Department of Parks and Recreation;NYPD;Dept of Transportation;HPD;Environmental Protection Agency;NASA;World Bank;City of Chicago;Statistics Norway;Bundesamt für Statistik;US Geological Survey;NHS England;Ministry of Health;Chicago Fire Department;UNICEF;Transport for NSW"
)
firms = one_of(
    faked("company"),
    words(
        "Apple Inc.;Exxon Mobil Corp;Berkshire Hathaway;Walmart;General Electric;Pfizer;Novartis;Nestlé;OMV;OTP Bank;Samsung Electronics;Equinor;Banca Transilvania;Toyota Motor;BHP Group;Infosys;Nike;McDonald's;J.P. Morgan;John Deere;Estee Lauder"
    ),
    words(
        "DUNKIN DONUTS;SUBWAY;STARBUCKS;JOE'S PIZZA;GOLDEN DRAGON RESTAURANT;TACO LOCO INC;LA PALOMA BAKERY;ARBY'S;7-ELEVEN;MARIA'S DELI & GRILL;WENDY'S"
    ),
    words(
        "American Airlines;Delta;Aer Lingus;Aeroflot;Qantas;Austrian;TAROM;Norwegian;Garuda Indonesia;Vietnam Airlines;Korean Air"
    ),
    words(
        "HBO;Warner Bros.;Universal Pictures;Columbia Records;Nintendo;Electronic Arts;Penguin;O'Reilly;Springer;BBC;NBC;Toei Animation"
    ),
    words(
        "Mayo Clinic;SOUTHEAST ALABAMA MEDICAL CENTER;Allgemeines Krankenhaus;Royal Melbourne Hospital;Oslo universitetssykehus;BAPTIST MEDICAL CENTER EAST"
    ),
)
organizations = one_of(teams, schools, agencies, firms, firms, firms)

labels = codes(
    "setup;control;treatment",
    "Fair;Good;Very Good;Premium;Ideal",
    "Low;Medium;High",
    "First;Second;Third;Crew",
    "Lunch;Dinner",
    "Thur;Fri;Sat;Sun",
    "Jan;Feb;Mar;Apr;May;Jun;Jul;Aug;Sep;Oct;Nov;Dec",
    "PG;PG-13;R;G;NC-17;TV-MA",
    "Drama;Comedy;Action;Horror;Documentary",
    "THEFT;BATTERY;NARCOTICS;ASSAULT;CRIMINAL DAMAGE",
    "Strongly agree;Agree;Neutral;Disagree;Strongly disagree",
    "gold;silver;bronze",
    "C;Q;S",
    "A;B;C;D;F",
    "Bachelors;HS-grad;11th;Masters;Some-college;Assoc-acdm",
    "Private;State-gov;Self-emp-not-inc;Federal-gov",
    "pitcher;catcher;infield;outfield",
    "PG;SG;SF;PF;C",
    "clear;rain;fog;snow",
    "N;NE;E;SE;S;SW;W;NW",
    "automatic;manual",
    "4;f;r",
    "2seater;compact;midsize;minivan;pickup;subcompact;suv",
    "Entire home/apt;Private room;Shared room",
    "Basic;Spring;Fertilized",
    "D;E;F;G;H;I;J",
    "SI1;SI2;VS1;VS2;VVS1;IF;I1",
    "Protestant;Catholic;Jewish;None;Muslim",
    "Home;Away;Neutral",
    "Win;Loss;Draw",
    "never;former;current",
    "I;II;III;IV",
    "T1;T2;T3;T4",
    "urban;rural;suburban",
    "EU;Asia;Africa;Americas;Oceania",
    "tcp;udp;icmp",
    "Critical;Not Critical;Not Applicable",
    "email;phone;web",
    "10-K;10-Q;8-K",
    "English;Spanish;Mandarin;Hindi",
    "mild;moderate;severe",
    "Freshman;Sophomore;Junior;Senior",
)
label_numbers = codes(
    "1;2;3",
    "1;2;3;4;5",
    "0;1;2",
    "1;2;3;4;5;6;7;8;9",
    "3;4;5",
    "4;6;8",
    "11;12;21;22",
    "1.0;2.0;3.0;99.0",
    "-9;-1;1;2;3",
    "0;2;5;9;97;98;99",
)
counts = one_of(
    numbers(0, 12),
    numbers(0, 400),
    numbers(0, 4_000_000),
    numbers(0, 60, decimals=(1, 2)),
    numbers(-30, 45, decimals=(1,)),
    numbers(0, 1, decimals=(4,)),
    altered(numbers(1_000, 9_000_000), lambda number: f"{int(number):,}"),
    numbers(0, 300, decimals=(3,)),
    altered(numbers(1, 90, decimals=(2,)), lambda number: number.replace(".", ",")),
    altered(
        numbers(1, 400), lambda number: f"{number} km", lambda number: f"{number} min", lambda number: f"{number}g"
    ),
)
refs = one_of(
    sequence("", "tt000", "Q", "HY", "id_", "ID", "obs", "B-"),
    sequence("", step=9),
    shapes(
        "##-####",
        "@@###",
        "@@####",
        "SCN-###",
        "CH###",
        "JB######",
        "GSM#######",
        "rs########",
        "PMC#######",
        "NCT########",
        "ENSG00000######",
        "F-####",
        "us########",
        "N#####",
    ),
    each(valid.book_number),
    each(valid.security_number),
    shapes(
        "#########",
        "%#########",
        "%##########",
        "10.####/~~~~~~",
        "@@@",
        "%#-%####",
        "0.%.#",
        "R%.%#.%",
        "11001######",
        "%###-####",
        "~~~~~~~~~~",
    ),
)
tickers = words("AAPL;MSFT;GOOG;XOM;BRK.B;T;F;GE;TSLA;NVDA;OMV;OTP;NOVN;EQNR")
tracts = shapes("#####", "######", "##############", "17031######", "####.##")
snomed = words("22298006;38341003;59621000;73211009;195967001;271737000;386661006;84114007;13645005;431855005")
version_numbers = shapes("%.#.#", "%.#", "v%.#", "%.#.#.#", "%#.#.%##.#", "1.#.#-beta", "KB#######", "20##.##")

_REVIEWS = """
I expected more from the second half, the plot goes nowhere.
Best {thing} I have tried in years!!!
arrived 2 weeks late , box crushed :(
Great acting but the sound mix is terrible.
Would recommend to a friend, would not buy at full price.
Not worth the money... broke after {n} days
Room was clean, breakfast average, view amazing.
Tastes like caramel, citrus and a bit of oak.
App crashes since the last update, please fix.
Five stars for the soundtrack alone.
Das Essen war kalt, die Bedienung freundlich.
Très déçu par la qualité, je ne recommande pas.
Muy buena calidad, llegó rápido.
Jó ár-érték arány, gyors szállítás.
Produsul corespunde descrierii, recomand.
Хороший товар, доставили быстро.
质量很好，物流也快。
"""
_REPORTS = """
Violation corrected on site during inspection.
Food contact surface not properly washed, rinsed or sanitised.
Caller reports loud music, no arrest made.
STRUCTURE FIRE EXTINGUISHED, {n} UNITS RESPONDED
Pothole on the eastbound lane, about {n} cm deep.
Aircraft struck a bird during initial climb, no damage.
Visibility dropped below {n} m, traffic was diverted.
Shallow earthquake felt widely, no tsunami warning.
Values before 1990 are estimates; see footnote (b).
Figures may not add up due to rounding.
Engine lost power after take-off and the airplane landed in a field.
Light in sky moved slowly from north to south and vanished after {n} minutes.
Data not collected during the strike.
Bright green fireball, no sound, lasted {n} seconds.
Soil sample taken at {n} cm, dry and sandy.
Tree leaning towards the power line.
Question not asked in wave {n}.
Permit issued for interior alterations and new plumbing.
"""
_PERSONAL = """
My name is {name} and I live at {address}.
Complaint filed by {name}, phone {phone}.
Contact: {name} <{mail}>
RT @{handle}: thanks {name} for the ride yesterday
{name} was taken to hospital, relative {name} informed.
Please reach me at {mail} or {phone}.
Interview with {name}, aged {n}, on the porch.
Owner {name}, {address}, was cited.
Officer {name} spoke with the victim {name}.
Reviewed by {name}; follow up with {name} ({phone}).
Dear {name}, your request was forwarded to {name}.
Posted by {handle} from {ip}, reply to {mail}
SUSPECT {name} FLED ON FOOT NEAR {address}
Signed, {name}, {mail}
Tenant {name} reports no heat, call {phone}
"""
reviews, reports = (text(lines, thing=goods, n=numbers(2, 90)) for lines in (_REVIEWS, _REPORTS))
remarks = one_of(reviews, reports, mixed(reviews, reports))
personal_lines = text(
    _PERSONAL,
    name=one_of(rolls, faked("name")),
    phone=phones,
    mail=mock_mails,
    handle=handles,
    address=streets,
    ip=ips,
    n=numbers(18, 90),
)


def personal_remarks(draw: Draw) -> Maker:
    """Reports in which persons recur: in every value, or in a good part of them."""
    personal, plain = personal_lines(draw), remarks(draw)
    share = draw.choose.choice((1.0, 0.8, 0.5))
    habits = (lambda: f"{personal()} {plain()}", lambda: f"{plain()} {personal()}", personal)
    habit = draw.choose.choice(habits)
    return lambda: habit() if draw.choose.random() < share else plain()
