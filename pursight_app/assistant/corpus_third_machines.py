"""Values of published files about networks, secrets, vehicles and time."""

import base64
import json

from pursight_app.assistant import corpus_style_numbers as valid
from pursight_app.assistant.corpus_styles import (
    Draw,
    Maker,
    altered,
    codes,
    faked,
    moments,
    numbers,
    one_of,
    shapes,
    words,
)

ips = one_of(
    faked("ipv4_public"),
    faked("ipv4"),
    altered(faked("ipv4"), lambda ip: f"{ip} ", lambda ip: f"{ip}:8080", lambda ip: f"{ip}/24"),
    faked("ipv6"),
)
macs = one_of(
    altered(faked("mac_address"), str.upper, str.lower),
    shapes("^^:^^:^^:^^:^^:^^", "^^^^^^^^^^^^", "~~-~~-~~-~~-~~-~~"),
)
urls = one_of(
    faked("uri", "url", "domain_name"),
    shapes(
        "https://www.imdb.com/title/tt#######/",
        "http://dx.doi.org/10.1###/~~~~~",
        "https://data.example.gov/d/????-????",
        "www.?????????.org",
        "http://t.co/**********",
        "https://en.wikipedia.org/wiki/@???????",
        "/r/????????/comments/??????/",
    ),
)
uuids = one_of(
    altered(shapes("~~~~~~~~-~~~~-4~~~-a~~~-~~~~~~~~~~~~"), str.lower, str.upper),
    faked("uuid4"),
    shapes("urn:uuid:~~~~~~~~-~~~~-1~~~-8~~~-~~~~~~~~~~~~"),
)
keys = shapes(
    "AKIA!!!!!!!!!!!!!!!!",
    "ghp_" + "*" * 36,
    "sk_live_" + "*" * 24,
    "xoxp-" + "#" * 12 + "-" + "*" * 24,
    "AIza" + "*" * 35,
    "EAACEdEose0cBA" + "*" * 40,
    "npm_" + "*" * 36,
    "SK" + "~" * 32,
    "key-" + "~" * 32,
    "hf_" + "*" * 34,
    "sq0atp-" + "*" * 22,
)
opaque_keys = shapes("*" * 40, "~" * 32, "~" * 40, "*" * 50)
hashes_of_passwords = shapes(
    "$2a$08$" + "*" * 53,
    "$1$" + "*" * 8 + "$" + "*" * 22,
    "$P$B" + "*" * 30,
    "$5$rounds=5000$" + "*" * 16 + "$" + "*" * 43,
    "$argon2i$v=19$m=4096,t=3,p=1$" + "*" * 22 + "$" + "*" * 43,
    "pbkdf2:sha256:150000$" + "*" * 8 + "$" + "~" * 64,
    "sha1$" + "*" * 8 + "$" + "~" * 40,
    "*" + "^" * 40,
)
leaked_passwords = one_of(
    words(
        "123456;password;12345678;qwerty;123456789;dragon;baseball;football;monkey;letmein;696969;abc123;mustang;shadow;master;jordan23;superman;harley;trustno1;iloveyou"
    ),
    faked("password"),
    shapes("???###", "????????", "@?????##!", "%%%%????", "?????#"),
)
vehicles = one_of(
    lambda draw: lambda: valid.vin(draw, checked=True),
    lambda draw: lambda: valid.vin(draw, checked=False),
    shapes("@@@ ###", "@@@-####", "### @@@", "@@ #####", "#@@@###", "@-#### @@", "@@@@ ###"),
    faked("license_plate"),
)


def jwts(draw: Draw) -> Maker:
    """Tokens as examples and dumps hold them, with their claims."""

    def part(claims: dict[str, str | int | bool]) -> str:
        return base64.urlsafe_b64encode(json.dumps(claims, separators=(",", ":")).encode()).decode().rstrip("=")

    def make() -> str:
        body = part(
            {
                "iss": draw.faked("domain_name"),
                "name": draw.faked("first_name"),
                "admin": True,
                "exp": draw.choose.randrange(16 * 10**8, 18 * 10**8),
            }
        )
        return f"{part({'typ': 'JWT', 'alg': 'HS512'})}.{body}.{draw.shaped('*' * 86)}"

    return make


days = moments(
    1850,
    2024,
    "%Y-%m-%d",
    "%m/%d/%Y",
    "%d %B %Y",
    "%B %d, %Y",
    "%d-%b-%y",
    "%m/%d/%y",
    "%A, %d %B %Y",
    "%Y.%m.%d",
    "%d.%m.%Y",
    "%Y%m%d",
    "%b %d %Y",
)
recent_days = moments(2005, 2024, "%Y-%m-%d", "%m/%d/%Y", "%d/%m/%Y", "%d %b %Y", "%Y/%m/%d", "%Y-%m-%d")
instants = moments(
    2001,
    2024,
    "%m/%d/%Y %I:%M:%S %p",
    "%Y-%m-%dT%H:%M:%S.000",
    "%Y-%m-%d %H:%M",
    "{epoch}",
    "{epoch}.0",
    "%d/%m/%Y %H:%M",
    "%I:%M %p",
    "%H:%M",
    "%a %b %d %H:%M:%S +0000 %Y",
    "%m/%d/%y %H:%M",
)
years = one_of(
    moments(1790, 2024, "%Y"),
    moments(1960, 2023, "%Y"),
    altered(moments(1970, 2020, "%Y"), lambda year: year + ".0"),
    altered(
        moments(1990, 2022, "%Y"),
        lambda year: f"{year}-{(int(year) + 1) % 100:02}",
        lambda year: f"{year}/{int(year) + 1}",
        lambda year: f"FY{year}",
    ),
)
flags = codes(
    "Yes;No",
    "0;1",
    "1.0;0.0",
    "TRUE;FALSE",
    "y;n",
    "No;Yes",
    "yes;no",
    "True;False",
    "T;F",
    "Да;Нет",
    "Igen;Nem",
    "Da;Nu",
    "Ja;Nei",
    "是;否",
    "Sí;No",
    "Oui;Non",
    "Y;N",
    "✓;✗",
)
shares = one_of(
    altered(
        numbers(0, 100, decimals=(1, 2)),
        lambda share: f"{share}%",
        lambda share: f"{share} %",
        lambda share: share.replace(".", ",") + "%",
    ),
    numbers(0, 100, decimals=(1, 2)),
    numbers(0, 1, decimals=(3, 6)),
    numbers(-20, 35, decimals=(1, 2)),
)
