"""API keys and access tokens.

`api_key` matches the prefixes that makers give their keys so that scanners find them (AWS, GitHub, GitLab, Slack, Google,
Stripe, OpenAI, Anthropic, SendGrid, npm, PyPI, Hugging Face, Shopify, DigitalOcean, Twilio, Databricks, Azure storage) and PEM
private keys. `random_token` matches 32 to 128 base64 characters with mixed case, digits and high entropy: also the form
of a file digest in base64, so it needs the header's or the model's support.
"""

import math
import re
from collections import Counter

from pursight_app.detectors.base import Detector

_PREFIXED = re.compile(
    r"""
      (?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}                       # AWS access key id
    | gh[pousr]_[A-Za-z0-9]{30,255}                             # GitHub tokens
    | github_pat_[A-Za-z0-9_]{22,255}                           # GitHub fine-grained token
    | glpat-[A-Za-z0-9_-]{20,64}                                # GitLab
    | xox[abposr]-[A-Za-z0-9-]{10,250}                          # Slack
    | xapp-\d-[A-Za-z0-9-]{10,250}                              # Slack app
    | AIza[A-Za-z0-9_-]{30,40}                                  # Google
    | ya29\.[A-Za-z0-9_-]{20,500}                               # Google OAuth
    | [rsp]k_(?:live|test)_[A-Za-z0-9]{16,250}                  # Stripe
    | whsec_[A-Za-z0-9+/=]{20,100}                              # Stripe webhook
    | sk-(?:ant-|proj-|or-)?[A-Za-z0-9_-]{20,250}               # OpenAI, Anthropic
    | SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{16,64}            # SendGrid
    | npm_[A-Za-z0-9]{30,60}                                    # npm
    | pypi-[A-Za-z0-9_-]{40,300}                                # PyPI
    | hf_[A-Za-z0-9]{30,60}                                     # Hugging Face
    | shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}                        # Shopify
    | do[opr]_v1_[a-f0-9]{64}                                   # DigitalOcean
    | (?:AC|SK)[a-f0-9]{32}                                     # Twilio
    | dapi[a-f0-9]{32}(?:-\d)?                                  # Databricks
    | key-[a-f0-9]{32}                                          # Mailgun
    | [A-Za-z0-9+/]{86}==                                       # Azure storage account
    """,
    re.VERBOSE,
)
_PEM = re.compile(r"-----BEGIN (?:[A-Z]{2,10} ){0,2}PRIVATE KEY-----")
_TOKEN = re.compile(r"[A-Za-z0-9+/_-]{32,128}={0,2}")


def is_api_key(value: str) -> bool:
    """True for a key with a maker's prefix or the head of a PEM private key."""
    return _PREFIXED.fullmatch(value) is not None or _PEM.match(value) is not None


def entropy(text: str) -> float:
    """Shannon entropy of the characters in bits per character, 0 for an empty text."""
    return -sum(count / len(text) * math.log2(count / len(text)) for count in Counter(text).values())


def is_random_token(value: str) -> bool:
    """True for a long string that mixes case and digits at random."""
    if _TOKEN.fullmatch(value) is None:
        return False
    has_all_kinds = (
        any(character.isdigit() for character in value)
        and any(character.islower() for character in value)
        and any(character.isupper() for character in value)
    )
    return has_all_kinds and entropy(value) >= 4.0


def _accepts_shape(shape: str) -> bool:
    return len(shape) >= 20 and (" " not in shape or shape.startswith("-----AAAAA"))


def _accepts_token_shape(shape: str) -> bool:
    return 32 <= len(shape) <= 130 and set("9aA+/_-=") >= set(shape)


DETECTORS = (
    Detector(
        key="api_key",
        data_class="api_key",
        match=is_api_key,
        random_rate=0.001,
        is_decisive=True,
        description="Key or token with a maker's prefix, or a PEM private key.",
        accepts_shape=_accepts_shape,
        proof="carry the prefix of a known kind of key",
    ),
    Detector(
        key="random_token",
        data_class="api_key",
        match=is_random_token,
        random_rate=0.3,
        is_decisive=False,
        description="Long random string of letters and digits.",
        accepts_shape=_accepts_token_shape,
        proof="are long random strings",
    ),
)
