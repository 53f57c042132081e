"""Keys of rows and secrets of links. Keys may be seen; secrets are stored as a digest only."""

import hashlib
import secrets
from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """Return a new UUIDv7: unique without asking the database, and in order of time for compact indexes."""
    return uuid7()


def new_token(nbytes: int = 32) -> str:
    """Return a new secret for a link or a session, safe in a URL, of ``nbytes`` random bytes."""
    return secrets.token_urlsafe(nbytes)


def hash_token(token: str) -> str:
    """Return the SHA-256 digest under which a token is stored and looked up, as 64 hexadecimal digits.

    Tokens are random, so a fast digest without salt is enough: there is nothing to guess. Any text has a
    digest, also one that somebody made up.
    """
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
