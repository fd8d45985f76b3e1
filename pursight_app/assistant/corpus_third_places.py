"""Values of published files about places and money."""

from pursight_app.assistant import corpus_style_numbers as valid
from pursight_app.assistant.corpus_style_numbers import each
from pursight_app.assistant.corpus_styles import Draw, Maker, altered, codes, faked, numbers, one_of, shapes, words

_STREETS = [
    "MAIN ST",
    "BROADWAY",
    "N HALSTED ST",
    "W 42ND ST",
    "ELM AVE",
    "MARTIN LUTHER KING BLVD",
    "E 5TH AVE",
    "OAK RD",
    "STATE HWY 7",
    "S WESTERN AVE",
    "PINE LN",
    "HIGH STREET",
]


def streets(draw: Draw) -> Maker:
    """Street lines as registers write them, blocks and crossings too."""

    def street() -> str:
        return draw.choose.choice(_STREETS)

    habits = (
        lambda: f"{draw.shaped('%###')} {street()}",
        lambda: f"{draw.shaped('%#')}XX {street()}",
        lambda: f"{street()} & {street()}",
        lambda: f"{draw.shaped('%###')} {street().title()}, Suite {draw.shaped('%##')}",
        lambda: draw.faked("street_address"),
        lambda: draw.faked("address"),
        lambda: f"{draw.shaped('%##')} {street().title()}\u00a0",
        lambda: f"{draw.faked('street_name')} {draw.shaped('%#')}",
    )
    return draw.choose.choice(habits)


cities = one_of(
    faked("city"),
    altered(faked("city"), str.upper),
    words(
        "Chicago;Houston;Phoenix;Toronto;Melbourne;Wien;Graz;Zürich;Basel;Oslo;Bergen;Cluj-Napoca;Szeged;Zagreb;Split;Athens;Jakarta;Surabaya;Hà Nội;Seoul;Busan;Kyiv;Lviv"
    ),
    words(
        "New York, NY;Los Angeles, CA;Paris, France;Tokyo, Japan;Springfield, Illinois;Perth, WA;Sochi, Russia;Cannes, France;Guadalajara, Jalisco"
    ),
    words("NYC;SF;LA;Washington D.C.;St. Louis;Ft. Worth;Mt. Vernon"),
)
regions = codes(
    "Alabama;Alaska;Arizona;Arkansas;California;Colorado;Connecticut;Delaware;Florida;Georgia;Hawaii;Idaho",
    "AL;AK;AZ;AR;CA;CO;CT;DE;FL;GA;HI;ID;IL;IN;IA;KS",
    "Cook;Harris;Maricopa;King;Dade;Orange;Kings;Clark",
    "ON;QC;BC;AB;MB;SK;NS;NB",
    "Victoria;New South Wales;Queensland;Tasmania;Western Australia",
    "Wien;Tirol;Steiermark;Kärnten;Salzburg",
    "ZH;BE;GE;VD;TI;LU",
    "Cluj;Timiș;Iași;Brașov;Dolj",
    "Jalisco;Oaxaca;Chiapas;Yucatán;Puebla",
    "Baranya;Zala;Pest;Fejér",
    "Oslo;Viken;Rogaland;Troms og Finnmark",
    "Jawa Barat;Bali;Aceh;DKI Jakarta",
    "广东省;四川省;浙江省;湖南省",
    "Київська;Львівська;Одеська",
    "경기도;강원도;전라남도",
    "Autauga County;Baldwin County;Kern County;Lake County",
    "Midwest;Northeast;South;West",
    "Manchester District;East Ayrshire;Camden;Hackney;Islington",
    "Attica;Crete;Thessaly;Epirus",
    "us-al;us-ca;us-tx;us-ny",
)
region_codes = codes("1;2;4;5;6;8;9;10;12;13", "01;02;04;05;06;08", "11;24;27;28;32;44;52;53;75;76;84;93")
countries = codes(
    "Afghanistan;Albania;Algeria;Angola;Argentina;Australia;Austria;Bangladesh;Belgium;Bolivia",
    "AFG;ALB;DZA;AGO;ARG;AUS;AUT;BGD;BEL;BOL;BRA",
    "USA;URS;GDR;FRG;TCH;HUN;ROU;CHN;KEN;JAM",
    "United-States;Mexico;Philippines;Germany;Canada;Puerto-Rico;El-Salvador;India",
    "ar;au;at;be;br;ca;cl;cn;hr",
    "Korea, Rep.;Iran, Islamic Rep.;Egypt, Arab Rep.;Congo, Dem. Rep.;Viet Nam",
    "Україна;Польща;Німеччина;Франція",
    "Österreich;Schweiz;Deutschland;Liechtenstein",
    "Norge;Sverige;Danmark;Island",
    "中国;日本;韩国;美国",
    "Estados Unidos;México;Colombia;Perú;Chile",
    "England;Scotland;Wales;Northern Ireland",
    "Côte d'Ivoire;Türkiye;São Tomé and Príncipe;Curaçao;Réunion",
    "Hrvatska;Slovenija;Srbija;Italija",
    "Indonesia;Malaysia;Singapura;Filipina",
)
postcodes = one_of(
    faked("postcode"),
    shapes("#####", "%####", "#####-####", "%###", "@#@ #@#", "@#@#@#", "%#### CEDEX"),
    altered(shapes("0%###", "%####"), lambda code: str(int(code))),
    altered(shapes("%####"), lambda code: code + ".0"),
    shapes("######", "H-%###", "CH-%###", "A-%###"),
)


def _degrees(draw: Draw, limit: int, letters: str) -> Maker:
    middle = draw.choose.uniform(-0.8, 0.8) * limit
    spread = draw.choose.choice((0.05, 1.0, 5.0, limit * 0.18))
    places = draw.choose.choice((2, 3, 4, 5, 6, 9))

    def degree() -> float:
        return middle + spread * draw.choose.uniform(-1, 1)

    def thousands() -> str:
        digits = f"{abs(int(degree() * 10**8)):010}"
        return f"{'-' if middle < 0 else ''}{digits[0]}.{digits[1:4]}.{digits[4:7]}.{digits[7:]}"

    habits = (
        lambda: f"{degree():.{places}f}",
        lambda: f"{degree():.{places}f}",
        lambda: f"{degree():.{places}f}".replace(".", ","),
        lambda: f"{abs(degree()):.3f}{letters[degree() < 0]}",
        thousands,
    )
    return draw.choose.choice(habits)


def latitudes(draw: Draw) -> Maker:
    """Latitudes with points or commas, with letters, in hundredths, or broken by a spreadsheet."""
    return _degrees(draw, 80, "NS")


def longitudes(draw: Draw) -> Maker:
    """Longitudes with points or commas, with letters, in hundredths, or broken by a spreadsheet."""
    return _degrees(draw, 170, "EW")


def points(draw: Draw) -> Maker:
    """Both coordinates in one cell as portals and encyclopaedias write them."""

    def pair() -> tuple[float, float]:
        return draw.choose.uniform(-60, 70), draw.choose.uniform(-170, 170)

    def angle(limit: int, letters: str) -> str:
        minutes, seconds = draw.choose.randint(0, 59), draw.choose.randint(0, 59)
        return f"{draw.choose.randint(0, limit)}°{minutes:02}′{seconds:02}″{draw.choose.choice(letters)}"

    habits = (
        lambda: "({:.6f}, {:.6f})".format(*pair()),
        lambda: "{:.5f} {:.5f}".format(*pair()),
        lambda: "POINT ({1:.6f} {0:.6f})".format(*pair()),
        lambda: f"{angle(80, 'NS')} {angle(179, 'EW')}",
        lambda: "{:.4f}° N, {:.4f}° E".format(*map(abs, pair())),
        lambda: f"{draw.faked('city')}\n({pair()[0]:.4f}, {pair()[1]:.4f})",
        lambda: "[{1:.5f}, {0:.5f}]".format(*pair()),
        lambda: "{:.3f},{:.3f}".format(*pair()),
    )
    return draw.choose.choice(habits)


cards = one_of(each(valid.card), each(valid.card, "#### #### #### ####"), faked("credit_card_number"))
damaged_cards = one_of(
    altered(each(valid.card), lambda card: f"{float(card):.5E}"),
    shapes("%#############", "3333############", "1111############"),
    altered(each(valid.card), lambda card: card + ".0"),
)
ibans = one_of(
    each(valid.iban),
    altered(each(valid.iban), str.lower),
    each(valid.iban, "#### #### #### #### ####", "#### #### #### #### #### ###"),
)
accounts = one_of(
    shapes(
        "%#######",
        "##########",
        "GB-##-##-##",
        "%######",
        "0#########",
        "C##########",
        "##-##-## ########",
        "%##-######-#",
    ),
    each(valid.routing_number),
    faked("bban"),
)
bics = one_of(
    faked("swift8", "swift11"),
    shapes("OTPVHUHB", "@@@@HUHB", "@@@@NOKK", "@@@@AU2S", "@@@@CHZZ80A", "@@@@ROBU", "@@@@KRSE", "@@@@CNBJ@@@"),
    words("BKAUATWW;RZBAATWW;POFICHBEXXX;UBSWCHZH80A;DNBANOKK;OTPVHUHB;NATAAU33;ROYCCAT2;BACHHR2X;BRDEROBU"),
)
currencies = codes(
    "AUD;CAD;CHF;NOK;HUF;RON;UAH;KRW;CNY;IDR;VND;MXN",
    "Australian dollar;Swiss franc;Norwegian krone;Hungarian forint;Won;Yuan",
    "USD;EUR;BTC;ETH",
    "A$;C$;kr;Ft;₩;¥",
    "aud;nzd;cad",
    "United States Dollar;Pound;Rupee;Peso;Real",
)
money = one_of(
    numbers(0.5, 400, decimals=(2,)),
    numbers(10_000, 300_000_000),
    numbers(0, 2_000, decimals=(0, 1, 2)),
    altered(
        numbers(5, 95_000),
        lambda sum_: f"${int(sum_):,}",
        lambda sum_: f"£{sum_}",
        lambda sum_: f"{int(sum_):,} Ft".replace(",", " "),
        lambda sum_: f"${sum_}M",
        lambda sum_: f"Rp {int(sum_):,}",
    ),
    altered(
        numbers(1, 9_000, decimals=(2,)),
        lambda sum_: sum_.replace(".", ","),
        lambda sum_: f"({sum_})",
        lambda sum_: f"{sum_} kr",
    ),
)
