"""Pure rules of second factors: codes, recovery codes, keys, names."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Collection, Sequence
from datetime import timedelta
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

import pyotp
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.domain.accounts.rules import clean_code
from app.domain.kernel.access import SECOND_FACTOR_ROLES, Role
from app.domain.kernel.digits import to_ascii_digits

STEP_SECONDS = 30
HALF_OPEN = timedelta(minutes=5)
"""How long the second step of a sign-in may take."""
HALF_OPEN_TRIES = 5
CHALLENGE = timedelta(minutes=5)
"""How long a passkey may take to answer."""
RECENT_MINUTES = 10
"""How long a proof holds for what asks for one."""
PROOF_TRIES = 10
"""After so many wrong proofs in a row the session that brought them ends."""
CODES_A_DAY = 30
"""Three codes hold at any moment, so that so many guesses a day hit once in thirty years."""
RECOVERY_CODES = 10
NAME_MAX = 60

# Without letters that are taken for digits, and without U, as Crockford wrote them.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # pragma: allowlist secret - an alphabet
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})
_GROUP, _GROUPS = 4, 3


def needs_second_factor(roles: Collection[Role]) -> bool:
    """Whether somebody in these roles may work only with a second factor."""
    return not SECOND_FACTOR_ROLES.isdisjoint(roles)


def new_secret() -> str:
    """A new secret of an authenticator app, 160 bits in base32."""
    return pyotp.random_base32()


def setup_address(secret: str, name: str, issuer: str) -> str:
    """What the QR code says: the address that an authenticator app understands."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=issuer)


def spaced(secret: str) -> str:
    """A secret in groups of four, to be typed where no camera is."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def matching_step(secret: str, typed: str, now: float) -> int | None:
    """The time step whose code this is, of the present one and its neighbours; None where it is none of theirs."""
    code = clean_code(typed)
    if len(code) != 6 or not code.isascii() or not code.isdigit():
        return None
    totp = pyotp.TOTP(secret)
    current = int(now) // STEP_SECONDS
    found = None
    for step in (current - 1, current, current + 1):
        if hmac.compare_digest(totp.generate_otp(step), code):
            found = step
    return found


def new_recovery_codes() -> list[str]:
    """Ten codes of 60 bits, in groups that are read out and typed easily."""

    def one() -> str:
        return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))

    return [one() for _ in range(RECOVERY_CODES)]


def hash_recovery_code(user_id: UUID, typed: str) -> str:
    """The digest under which a recovery code of this account is stored, however it is typed."""
    letters = "".join(char for char in to_ascii_digits(typed).upper() if char.isalnum()).translate(_MISREAD)
    return hashlib.sha256(f"{user_id}:{letters}".encode("utf-8", "surrogatepass")).hexdigest()


def cipher(keys: Sequence[str]) -> MultiFernet:
    """Seals with the first key and opens with any: the installation's secret key and those before it."""

    def derived(key: str) -> Fernet:
        material = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"smart-academy second factor")
        return Fernet(base64.urlsafe_b64encode(material.derive(key.encode())))

    return MultiFernet([derived(key) for key in keys])


class RelyingParty(NamedTuple):
    """To whom a passkey belongs."""

    id: str
    origin: str


def relying_party(base_url: str) -> RelyingParty | None:
    """The name passkeys are made for; None where the school is served at a number, which has none."""
    parts = urlsplit(base_url)
    host = (parts.hostname or "").lower()
    try:
        ip_address(host)
    except ValueError:
        return RelyingParty(host, f"{parts.scheme}://{parts.netloc.lower()}")
    return None


def passkey_name(typed: str, usual: str) -> str:
    """What a passkey is called: what its owner wrote on one line, else the usual word."""
    return " ".join(typed.split())[:NAME_MAX] or usual[:NAME_MAX]
