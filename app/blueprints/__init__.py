"""Pages, one package an area. HTTP only: load, bind, call one service, answer."""

from __future__ import annotations

from flask import Flask

from app.blueprints import (
    academics,
    accounts,
    admissions,
    apply,
    attendance,
    audit,
    cms,
    family,
    home,
    jobs,
    people,
    site,
    vitals,
)


def register_blueprints(app: Flask) -> None:
    """Make every area known."""
    for area in (
        academics,
        accounts,
        admissions,
        apply,
        attendance,
        audit,
        cms,
        family,
        home,
        jobs,
        people,
        site,
        vitals,
    ):
        app.register_blueprint(area.blueprint)
