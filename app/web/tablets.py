"""What a tablet knows an account by, which keeps its taps and pages apart from those of others."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import blake2s

from flask import Flask

from app.web.access import find_current_actor


def account_tag() -> str:
    """Eight characters that say nothing and stay the same for an account; empty where nobody is signed in."""
    actor = find_current_actor()
    if actor is None or actor.user_id is None:
        return ""
    return urlsafe_b64encode(blake2s(actor.user_id.bytes, digest_size=6, person=b"tablet").digest()).decode()


def init_tablets(app: Flask) -> None:
    """Give templates the mark of the account."""
    app.jinja_env.globals["account_tag"] = account_tag
