"""The application as it is attacked: counted like every other, but nobody is turned away for asking too often.

Were the limits as they are, the attacker would be stopped at the eleventh sign-in and what lies behind would never be
tried. Every count is still made, so the statement that counts is attacked too. The bait stands beside the pages.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from app.config import load_settings
from app.domain.limits import rules, services
from ops.attack.bait import add_bait

if load_settings().sa_env == "production":
    raise SystemExit("Only a demo school is attacked; this installation is a real one.")

ENDLESS = 1_000_000_000

rules.LIMITS = services.LIMITS = MappingProxyType(  # type: ignore[attr-defined]  # where it is looked up
    {limit: replace(allowance, most=ENDLESS) for limit, allowance in rules.LIMITS.items()}
)

from ops.browse.wsgi import app  # noqa: E402  # after the limits are lifted

add_bait(app)
__all__ = ["app"]
