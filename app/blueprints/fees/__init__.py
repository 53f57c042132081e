"""Pages on which the fee of an application is recorded, confirmed and looked through."""

from app.blueprints.fees.views import blueprint

__all__ = ["blueprint"]
