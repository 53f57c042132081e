"""Pages, one package an area. HTTP only: load, bind, call one service, answer."""

from __future__ import annotations

from importlib import import_module

from flask import Flask

AREAS = (
    "academics",
    "accounts",
    "admissions",
    "apply",
    "attendance",
    "audit",
    "board",
    "check",
    "builder",
    "checkin",
    "cms",
    "cycles",
    "draws",
    "entry",
    "family",
    "fees",
    "home",
    "jobs",
    "leave",
    "offers",
    "messages",
    "people",
    "scores",
    "sheets",
    "site",
    "timetable",
    "vitals",
)


def register_blueprints(app: Flask) -> None:
    """Make every area known."""
    for area in AREAS:
        app.register_blueprint(import_module(f"app.blueprints.{area}").blueprint)
