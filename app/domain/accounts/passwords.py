"""Hashing passwords, and refusing those that are guessed first."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from app.domain.accounts.rules import check_password, normalise_password

# OWASP's floor for argon2id: 19 MiB, two passes, one lane.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NOBODY = _hasher.hash("nobody has this password")

_LIST = Path(__file__).parent / "data" / "common_passwords.txt"


@cache
def common_passwords() -> frozenset[str]:
    """The shipped list: a password a line, folded as `rules.fold_password` does it."""
    return frozenset(_LIST.read_text(encoding="utf-8").split())


def hash_password(password: str, own: Iterable[str | None] = ()) -> str:
    """The argon2id hash of a password somebody chooses. `own` is what people know of them.

    The one place where a new password is judged. Raises PasswordTooShort, PasswordCommon, PasswordPersonal.
    """
    return _hasher.hash(check_password(password, common_passwords(), own))


def matches(password_hash: str | None, password: str) -> bool:
    """Compare in the same time whether the account exists or not."""
    typed = normalise_password(password)
    right = _verify(password_hash or _NOBODY, typed)
    if not right and typed != password:
        right = _verify(password_hash or _NOBODY, password)  # hashed as it was typed, before we folded
    return right and password_hash is not None


def _verify(password_hash: str, password: str) -> bool:
    try:
        return bool(_hasher.verify(password_hash, password))
    except (VerifyMismatchError, InvalidHashError):
        return False


def renewed_hash(password_hash: str, password: str) -> str | None:
    """A new hash of a password that has just been found right, where the old one is not as we hash today."""
    typed = normalise_password(password)
    if _hasher.check_needs_rehash(password_hash) or not (typed == password or _verify(password_hash, typed)):
        return _hasher.hash(typed)
    return None
