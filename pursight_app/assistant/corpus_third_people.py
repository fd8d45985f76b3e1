"""Values about persons as published files hold them: rolls of names, codebooks of surveys, brackets, mock data."""

from pursight_app.assistant.corpus_styles import (
    Draw,
    Maker,
    altered,
    ascii_only,
    codes,
    faked,
    mixed,
    moments,
    numbers,
    one_of,
    shapes,
    words,
)

_FAMOUS = (
    "Marie Curie;Albert Einstein;Ada Lovelace;Usain Bolt;Serena Williams;Lionel Messi;Angela Merkel;Nelson Mandela;Frida Kahlo;"
    "Akira Kurosawa;Meryl Streep;Denzel Washington;Johann Sebastian Bach;Virginia Woolf;Haruki Murakami;Abraham Lincoln;"
    "Franklin D. Roosevelt;Indira Gandhi;Michael Jordan;Steffi Graf;Pelé;Simone Biles;Alan Turing;Rosalind Franklin;"
    "Gabriel García Márquez;Toni Morrison;Miles Davis;Billie Holiday;Sofia Coppola;Bong Joon-ho;Hayao Miyazaki;Zinedine Zidane"
)
_TITLES = ["Mr.", "Mrs.", "Miss.", "Master.", "Dr.", "Rev.", "Col.", "Mme.", "Prof.", "Sir", "Hon.", "Sen.", "Rep."]
_SUFFIXES = [", Jr.", " III", " MD", " PhD", " (capt.)", " Jr", " †", ""]
_NICK = ["dark", "mr", "the", "real", "_x", "im", "its", "gr8", "lil", "big", "iron", "lazy", "night", "retro"]
_NICK_ENDS = [
    "wolf",
    "gamer",
    "bookworm",
    "traveller",
    "dog",
    "coder",
    "fan",
    "mum",
    "music",
    "tiger",
    "pie",
    "rocks",
    "potter",
    "hawk",
    "99",
    "_official",
]
_FREE_HOSTS = [
    "gmail.com",
    "yahoo.co.uk",
    "hotmail.fr",
    "aol.com",
    "mail.ru",
    "qq.com",
    "163.com",
    "naver.com",
    "bigpond.com",
    "comcast.net",
    "t-online.de",
]


def rolls(draw: Draw) -> Maker:
    """Whole names as passenger lists, casts, rosters and registers write them."""

    def first() -> str:
        return draw.faked("first_name")

    def last() -> str:
        return draw.faked("last_name")

    def titled() -> str:
        return f"{last()}, {draw.choose.choice(_TITLES)} {first()} {draw.choose.choice(('', first(), f'({first()} {last()})'))}".strip()

    habits = (
        titled,
        lambda: f"{first()} {last()}{draw.choose.choice(_SUFFIXES)}",
        lambda: f"{last().upper()} {first()}",
        lambda: f"{first()} {first()} {last()}",
        lambda: f"{draw.shaped('@')}.{draw.shaped('@')}. {last()}",
        lambda: f"{last()} {draw.shaped('@')}",
        lambda: f"{first()} {last()}, {first()} {last()}",
        lambda: f"{draw.choose.choice(_TITLES)} {first()[0]} {last()}",
        lambda: f"{first()}-{first()} {last()}-{last()}",
        lambda: draw.faked("name"),
        lambda: f"{first()} {last()}",
    )
    return draw.choose.choice(habits)


famous_names = one_of(words(_FAMOUS), altered(words(_FAMOUS), lambda name: ", ".join(reversed(name.rsplit(" ", 1)))))
names = one_of(rolls, rolls, rolls, famous_names)
first_names = one_of(
    faked("first_name"), altered(faked("first_name"), str.upper), mixed(faked("first_name"), faked("first_name_male"))
)
last_names = one_of(faked("last_name"), altered(faked("last_name"), str.upper), altered(faked("last_name"), str.lower))


def handles(draw: Draw) -> Maker:
    """Names that people give themselves in games, forums and reviews."""
    habits = (
        lambda: draw.choose.choice(_NICK) + draw.choose.choice(_NICK_ENDS) + draw.shaped("##"),
        lambda: (
            (ascii_only(draw.faked("first_name")).lower() or "anna")
            + draw.choose.choice(("", "_", "-"))
            + draw.shaped("####")
        ),
        lambda: f"u/{draw.choose.choice(_NICK)}_{draw.choose.choice(_NICK_ENDS)}",
        lambda: (
            "@"
            + (ascii_only(draw.faked("last_name")).replace(" ", "") or "kim")
            + draw.choose.choice(("", "_", "HQ", "2020"))
        ),
        lambda: draw.faked("user_name"),
        lambda: (
            draw.choose.choice(_NICK).upper() + "x" + draw.choose.choice(_NICK_ENDS).title() + "x" + draw.shaped("#")
        ),
    )
    return draw.choose.choice(habits)


def mock_mails(draw: Draw) -> Maker:
    """Addresses as mock data and member lists hold them."""
    habits = (
        lambda: draw.faked("ascii_free_email"),
        lambda: draw.faked("ascii_safe_email"),
        lambda: draw.faked("ascii_company_email"),
        lambda: (
            f"{draw.choose.choice(_NICK)}{draw.choose.choice(_NICK_ENDS)}{draw.shaped('##')}@{draw.choose.choice(_FREE_HOSTS)}"
        ),
        lambda: f"mailto:{draw.faked('ascii_safe_email')}",
        lambda: f"{draw.faked('ascii_free_email')}{draw.choose.choice(('', ' ', ';'))}",
    )
    return draw.choose.choice(habits)


phones = one_of(
    faked("phone_number"),
    shapes(
        "(%##) %##-####",
        "%##-%##-####",
        "%## %## ####",
        "1-%##-%##-####",
        "+1 %## %## ####",
        "%##%######",
        "%##.%##.####",
    ),
    shapes(
        "+44 20 7### ####",
        "020 7### ####",
        "07### ######",
        "+61 4## ### ###",
        "(0#) #### ####",
        "+86 1## #### ####",
        "+7 (9##) ###-##-##",
    ),
    shapes(
        "0%/ ### ## ##",
        "+43 (0) 1 / ### ####",
        "021-#######",
        "+380(##)#######",
        "8-9##-###-##-##",
        "T: 0## ### ###",
        "+351 9## ### ###",
    ),
    shapes("55#-%##-####", "%##-####"),
)

births = moments(
    1880,
    2010,
    "%Y-%m-%d",
    "%m/%d/%Y",
    "%d/%m/%y",
    "%B %d, %Y",
    "%d %b %Y",
    "%d-%b-%y",
    "%d.%m.%Y",
    "%Y%m%d",
    "%m/%d/%Y 12:00:00 AM",
)
birth_years = moments(1905, 2008, "%Y")
ages = one_of(
    numbers(0, 95),
    numbers(16, 40),
    numbers(18, 89),
    numbers(1, 80, decimals=(0, 1)),
    words("<20;20-29;30-39;40-49;50-59;60-69;70+"),
    words("0-17 years;18-44 years;45-64 years;65-74 years;75 years and over"),
    words("Under 18;18 to 24;25 to 34;35 to 49;50 plus"),
    words("Adult;Child;Senior;Infant"),
    words("[20,30);[30,40);[40,50);[50,60);[60,70);[70,80)"),
    altered(numbers(16, 90), lambda age: f"{age} yrs", lambda age: f"{age}y"),
)
genders = codes(
    "Male;Female",
    "male;female",
    "M;F",
    "m;f",
    "men;women",
    "Boys;Girls",
    "Man;Woman;Non-binary",
    "Hombre;Mujer",
    "MASCULINO;FEMENINO",
    "Homme;Femme",
    "Feminin;Masculin",
    "muž;žena",
    "Жіноча;Чоловіча",
    "мужской;женский",
    "男;女",
    "남;여",
    "Nő;Férfi",
    "Mann;Kvinne",
    "Laki-laki;Perempuan",
    "Nam;Nữ",
    "Άνδρας;Γυναίκα",
    "Agender;Bigender;Female;Genderfluid;Genderqueer;Male;Non-binary;Polygender",
    "Male;Female;Both sexes;Total",
    "M;F;U",
)
gender_codes = codes("1;2", "0;1", "1;2;9", "1.0;2.0", "-1;1;2")
roles = one_of(
    words(
        "Manager;Nurse;Teacher;Police Officer;Firefighter;Sanitation Worker;Clerk III;Assistant Professor;Professor;Lecturer;Custodian;Deputy Sheriff;"
        "Administrative Assistant II;Crossing Guard;Librarian I;Attorney;Civil Engineer IV;Plumber;Motor Truck Driver;POLICE OFFICER;POOL MOTOR TRUCK DRIVER"
    ),
    words(
        "gov.administrators;biologists;chemists;physicists;nursing.aides;bank.tellers;carpenters;electricians;janitors;taxi.drivers;architects;farmers;bakers;pilots"
    ),
    words(
        "Exec-managerial;Prof-specialty;Adm-clerical;Craft-repair;Handlers-cleaners;Machine-op-inspct;Sales;Tech-support;Protective-serv;Priv-house-serv;Other-service;Armed-Forces"
    ),
    words(
        "actor;director;screenwriter;singer-songwriter;footballer;politician;novelist;painter;physicist;chess player;Formula One driver;astronaut"
    ),
    words(
        "blue-collar;management;technician;admin.;services;retired;self-employed;housemaid;student;unemployed;entrepreneur"
    ),
    words(
        "Goalkeeper coach;Head Coach;Point guard;Senator;Mayor;Minister of Finance;State Representative;Councillor;Speaker;Ambassador"
    ),
    faked("job"),
)
races = codes(
    "White;Black;Asian-Pac-Islander;Amer-Indian-Eskimo;Other",
    "white;black;other",
    "black;hispan;white",
    "W;B;H;A;N;O",
    "White, non-Hispanic;Black, non-Hispanic;Hispanic;Asian;Multiracial",
    "cauc;afam;hisp;asian",
    "group A (Caucasian);group B (African);group C (Asian)",
    "Māori;European;Pacific;Asian;MELAA",
    "Han;Zhuang;Hui;Manchu;Uyghur;Tibetan",
    "Roma;Hungarian;Romanian;German;Slovak",
    "BLACK;WHITE HISPANIC;WHITE;BLACK HISPANIC;ASIAN / PACIFIC ISLANDER",
    "Chinese;Malay;Indian;Eurasian",
    "Aboriginal;Torres Strait Islander;Neither",
    "African-American;Caucasian;Hispanic;Native American",
    "Javanese;Sundanese;Batak;Madurese;Betawi",
    "Kinh;Tày;Thái;Mường",
    "Mexican American;Other Hispanic;Non-Hispanic White;Non-Hispanic Black",
)
race_codes = codes("W;B;A;H", "W;B;A;H;N;O", "1;2;3;4;5", "1;2;3", "0;1;2;3;4", "B;W;I;P;U", "1.0;2.0;3.0;4.0;6.0;7.0")
parties = codes(
    "Democrat;Republican;Independent",
    "Democratic-Republican;Whig;Federalist;Republican;Democrat",
    "democrat;republican",
    "Strong Democrat;Lean Democrat;Independent;Lean Republican;Strong Republican",
    "Labor;Liberal;Nationals;Greens;One Nation",
    "Liberal;Conservative;NDP;Bloc Québécois;Green",
    "Fidesz;MSZP;Jobbik;DK;Momentum",
    "PSD;PNL;USR;AUR;UDMR",
    "ÖVP;SPÖ;FPÖ;NEOS;Grüne",
    "SVP;SP;FDP;Die Mitte;GLP",
    "Morena;PAN;PRI;MC;PVEM",
    "Høyre;Arbeiderpartiet;SV;Fremskrittspartiet",
    "ND;SYRIZA;PASOK;KKE",
    "HDZ;SDP;Most;Možemo!",
    "BJP;INC;AAP;TMC;CPI(M)",
    "very liberal;liberal;moderate;conservative;very conservative",
    "Federalist;Anti-Federalist;None",
    "Слуга народу;Голос;ЄС;Батьківщина",
    "自民党;立憲民主党;公明党",
    "DEM;REP;UNA;LIB;GRE",
)
party_codes = codes("R;D;I", "D;R", "1;2;3", "1;2;3;4;5;6;7", "R;D;L;G;I;N", "100;200;328", "0;1")
maritals = codes(
    "Married;Single;Divorced;Widowed",
    "Married-civ-spouse;Never-married;Divorced;Separated;Widowed;Married-spouse-absent;Married-AF-spouse",
    "married;single;divorced;unknown",
    "yes - married;no - never married",
    "Never married;Living with partner;Married;Separated;Divorced;Widowed",
    "verh.;led.;gesch.;verw.",
    "Casado/a;Soltero/a;Viudo/a;Unión libre;Divorciado/a",
    "căsătorit;necăsătorit;divorțat;văduv",
    "házas;hajadon;nőtlen;elvált;özvegy",
    "Married/Domestic partnership;Single, never married;Prefer not to say",
    "женат;холост;разведён;вдова",
    "oženjen;neoženjen;razveden;udovac",
    "gift;ugift;skilt;enke/enkemann",
    "Kawin;Belum Kawin;Cerai",
    "In a relationship;Single;Married;It's complicated",
)
marital_codes = codes("1;2;3;4", "1;2;3;4;5;6", "M;S;D;W", "0;1", "mar;sin;div;wid", "1.0;2.0;3.0", "m;nm;w")
pays = one_of(
    numbers(2_000, 210_000),
    numbers(18_000, 160_000, decimals=(2,)),
    numbers(5, 60, decimals=(2,)),
    words("<=50K;>50K"),
    altered(numbers(20_000, 140_000), lambda pay: f"${int(pay):,}.00", lambda pay: f"{int(pay):,}"),
    words("$0-$9,999;$10,000-$24,999;$25,000-$49,999;$50,000-$74,999;$75,000-$99,999;$100,000 and greater"),
    words("Less than $40K;$40K - $60K;$60K - $80K;$80K - $120K;$120K +;Unknown"),
    words("Under 20k;20-40k;40-60k;60-80k;Over 80k"),
    numbers(10, 130),
    numbers(500_000, 35_000_000),
    altered(
        numbers(9_000, 90_000),
        lambda pay: f"{int(pay):,}".replace(",", "."),
        lambda pay: f"{int(pay):,}".replace(",", " "),
    ),
)
