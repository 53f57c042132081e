"""Pages, one package an area. HTTP only: load, bind, call one service, answer."""

from __future__ import annotations

from flask import Flask

from app.blueprints import accounts, attendance, cms, family, home, site


def register_blueprints(app: Flask) -> None:
    """Make every area known."""
    for area in (site, accounts, home, attendance, family, cms):
        app.register_blueprint(area.blueprint)
