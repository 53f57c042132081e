"""What watches over the installation asks: whether it is ready, and its figures."""

from app.blueprints.vitals.views import blueprint

__all__ = ["blueprint"]
