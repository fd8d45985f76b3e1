"""Values of company databases about machines: addresses of networks, secrets, vehicles, times, references."""

import base64
import hashlib
import json

from pursight_app.assistant import corpus_style_numbers as valid
from pursight_app.assistant.corpus_style_numbers import each
from pursight_app.assistant.corpus_styles import (
    Draw,
    Maker,
    altered,
    codes,
    faked,
    mixed,
    moments,
    numbers,
    one_of,
    sequence,
    shapes,
    words,
)

addresses_v4 = one_of(
    faked("ipv4"),
    faked("ipv4"),
    shapes("10.%#.%#.%#", "192.168.%.%#", "172.16.%#.%"),
    altered(faked("ipv4"), lambda ip: ip + ":443", lambda ip: "::ffff:" + ip),
)
ips = one_of(addresses_v4, addresses_v4, faked("ipv6"), mixed(faked("ipv4"), faked("ipv6")))
macs = one_of(
    altered(faked("mac_address"), str.upper, str.lower, lambda mac: mac.replace(":", "-")),
    shapes("~~~~.~~~~.~~~~", "^^-^^-^^-^^-^^-^^"),
)
urls = one_of(
    faked("url", "uri", "image_url", "domain_name", "hostname"),
    words(
        "https://app.acme.io/login;https://shop.acme.io/cart?ref=42;/checkout/step-2;https://docs.acme.io/api#auth;http://intra/wiki/Start;s3://acme-raw/2024/05/orders.parquet;www.acme.de/impressum"
    ),
)


def uuids(draw: Draw) -> Maker:
    """UUIDs with hyphens, without, in braces or in capitals."""
    habit = draw.choose.choice((str, str, str.upper, lambda text: "{" + text + "}", lambda text: text.replace("-", "")))
    return lambda: habit(
        draw.shaped("~~~~~~~~-~~~~-4~~~-") + draw.choose.choice("89ab") + draw.shaped("~~~-~~~~~~~~~~~~")
    )


api_keys = one_of(
    shapes("AKIA!!!!!!!!!!!!!!!!", "ghp_" + "*" * 36, "sk_live_" + "*" * 24, "sk_test_" + "*" * 24),
    shapes("xoxb-###########-############-" + "*" * 24, "AIza" + "*" * 35, "SG." + "*" * 22 + "." + "*" * 43),
    shapes("glpat-" + "*" * 20, "sk-ant-" + "*" * 40, "pk_" + "~" * 32, "ya29.a0" + "*" * 60),
    mixed(shapes("ghp_" + "*" * 36), shapes("sk_live_" + "*" * 24), shapes("AKIA!!!!!!!!!!!!!!!!")),
)
opaque_keys = shapes("*" * 40, "~" * 32, "~" * 64, "*" * 24)


def tokens(draw: Draw) -> Maker:
    """Signed tokens, some with the word `Bearer` in front."""
    prefix = draw.choose.choice(("", "", "Bearer "))

    def part(claims: dict[str, str | int]) -> str:
        return base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")

    def make() -> str:
        head = part({"alg": draw.choose.choice(("HS256", "RS256")), "typ": "JWT"})
        body = part({"sub": draw.shaped("######"), "iat": draw.choose.randrange(15 * 10**8, 17 * 10**8)})
        return f"{prefix}{head}.{body}.{draw.shaped('*' * 43)}"

    return make


def hashed_passwords(draw: Draw) -> Maker:
    """Hashes as frameworks store them."""
    shape = draw.choose.choice(
        (
            "$2b$12$" + "*" * 53,
            "$2y$10$" + "*" * 53,
            "$2a$10$" + "*" * 53,
            "$argon2id$v=19$m=65536,t=3,p=4$" + "*" * 22 + "$" + "*" * 43,
            "pbkdf2_sha256$260000$" + "*" * 12 + "$" + "*" * 43 + "=",
            "$6$" + "*" * 8 + "$" + "*" * 86,
            "{SSHA}" + "*" * 32,
            "scrypt:32768:8:1$" + "*" * 16 + "$" + "~" * 128,
        )
    )
    return lambda: draw.shaped(shape)


def clear_passwords(draw: Draw) -> Maker:
    """Passwords as people choose them or as generators make them."""
    bases = [
        "Summer",
        "Welcome",
        "Passw0rd",
        "Berlin",
        "dragon",
        "qwerty",
        "Monkey",
        "letmein",
        "Liverpool",
        "sunshine",
        "hallo",
        "azerty",
        "Changeme",
        "princess",
    ]
    habits = (
        lambda: draw.choose.choice(bases) + draw.shaped("##") + draw.choose.choice("!?.#$"),
        lambda: draw.choose.choice(bases) + draw.choose.choice(("", "1", "123", "2023", "2024!")),
        lambda: "".join(
            draw.choose.choice("abcdefghkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789!$%&#@?*+-_") for _ in range(12)
        ),
    )
    return draw.choose.choice(habits)


vins = one_of(lambda draw: lambda: valid.vin(draw, checked=True), lambda draw: lambda: valid.vin(draw, checked=False))
plates = one_of(
    faked("license_plate"),
    shapes("@@-@@ ###", "@@## @@@", "@@-###-@@", "#### @@@", "@@@ ####", "@@@#@##", "@ ## @@@", "##-@@-##", "@@@ ###"),
)
vehicles = one_of(vins, vins, plates, plates)

dates = moments(
    2009, 2026, "%Y-%m-%d", "%Y-%m-%d", "%Y%m%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%b-%Y", "%Y/%m/%d"
)
times = moments(
    2015,
    2026,
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%SZ",
    "%Y-%m-%d %H:%M:%S.000",
    "%d.%m.%Y %H:%M",
    "{epoch}",
    "{epoch}000",
    "%Y%m%d%H%M%S",
    "%d/%b/%Y:%H:%M:%S +0000",
    "%Y-%m-%d %H:%M:%S+00",
    "%H:%M:%S",
    "%H:%M",
)
years = one_of(moments(1995, 2026, "%Y"), words("2019;2020;2021;2022;2023;2024"), moments(1950, 2024, "%Y"))
flags = codes(
    "true;false",
    "True;False",
    "0;1",
    "Y;N",
    "yes;no",
    "t;f",
    "X; ",
    "J;N",
    "ja;nein",
    "oui;non",
    "S;N",
    "sí;no",
    "Evet;Hayır",
    "TRUE;FALSE",
    "T;N",
)
shares = one_of(
    numbers(0, 100, decimals=(1, 2), unit="%"),
    numbers(0, 100, decimals=(0,), unit=" %"),
    numbers(0, 1, decimals=(2, 4)),
    numbers(0, 100, decimals=(1, 2)),
    words("0;5;7;10;19;20;21;25"),
)
serials = one_of(
    shapes(
        "SKU-#####",
        "@@@-####-@@",
        "ORD-####-#####",
        "INV/20##/####",
        "PO-450#######",
        "00000#####",
        "CLM-######",
        "@@######",
        "TKT-#####",
        "SCN-1##",
        "REQ000####",
    ),
    sequence("", "", "CUST-", "SO", "10000", "ID"),
    each(valid.article_number),
    each(valid.device_number),
    shapes("~" * 40, "~" * 12, "~~~~~~~"),
    shapes("#########", "%#########", "%##########", "%###############"),
)
versions = one_of(shapes("%.#.#", "v%.##.#", "%.#.#.##", "%#.#.####.#", "##.##.#"), shapes("20##.%.#", "%.#.#-rc%"))


def digests(draw: Draw) -> Maker:
    """Digests of files and rows."""
    digest = draw.choose.choice((hashlib.md5, hashlib.sha1, hashlib.sha256))
    return lambda: digest(draw.shaped("########").encode(), usedforsecurity=False).hexdigest()
