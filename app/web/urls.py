"""Addresses: built assets under their hashed names, absolute links for mail, converters."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path
from uuid import UUID

from flask import Flask, current_app
from werkzeug.routing import BaseConverter, UnicodeConverter, ValidationError

from app.domain.kernel.dates import YEARS
from app.domain.kernel.errors import NotFound

STATIC = Path(__file__).resolve().parent.parent / "static"


@cache
def _manifest() -> dict[str, str]:
    path = STATIC / "build" / "manifest.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))


def built_name(name: str) -> str:
    """The file a built asset stands in."""
    return _manifest()[name]


def asset(name: str) -> str:
    """The address of a built asset. Its name changes with its content, so it may be kept for ever."""
    return f"/static/build/{_manifest()[name]}"


def absolute_url(endpoint: str, **values: object) -> str:
    """A link for mail, built from the configured origin and never from the Host header.

    Commands and jobs need it too, so it is built from the map of addresses and not from a request.
    """
    origin: str = current_app.config["SETTINGS"].base_url.rstrip("/")
    return origin + current_app.url_map.bind("localhost").build(endpoint, values)


def password_link(locale: str, token: str) -> str:
    """The address behind a one-time link, for invitations that leave by mail or on paper."""
    return absolute_url("accounts.choose_password", lang=locale, token=token)


def status_link(locale: str, reference: str) -> str:
    """The address of the family's status page, for letters. It asks for the phone number."""
    return absolute_url("apply.find", lang=locale, reference=reference)


def leave_link(locale: str) -> str:
    """Where a family announces or explains an absence, for letters; the page is in the language of its reader."""
    return absolute_url("family.ask")


def cases_link(locale: str) -> str:
    """A family's requests with their answers, for letters; the page is in the language of its reader."""
    return absolute_url("family.leaves")


def draw_link(locale: str, draw_id: UUID) -> str:
    """The public page of a draw, for letters."""
    return absolute_url("draws.draw", lang=locale, draw_id=draw_id)


def register_link(section_id: UUID, period: int = 0) -> str:
    """The register of a section today, or of a lesson, for letters to its teacher."""
    return absolute_url("attendance.register_today", section_id=section_id, period=period or None)


def email_link(locale: str, token: str) -> str:
    """The address that confirms a new e-mail address."""
    return absolute_url("accounts.confirm_email", lang=locale, token=token)


class TextConverter(UnicodeConverter):
    """A word in a path. No stored text holds a NUL, so an address with one does not exist."""

    def to_python(self, value: str) -> str:
        """The word as it stands."""
        if "\x00" in value:
            raise ValidationError
        return str(super().to_python(value))


class DateConverter(BaseConverter):
    """A day in a path, as `2026-11-22`. A day that does not exist is an address that does not exist."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        """The day behind the text."""
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise ValidationError from error

    def to_url(self, value: date | str) -> str:
        """The day as text."""
        return str(value)


def month_asked(text: str | None, default: date) -> date:
    """The first day of the month in `?month=2026-11`; that of `default` where none is asked for.

    Raises NotFound for a month that does not exist, or that no date of the school can lie in: around the
    first and the last month there is, a sheet has no days before or after it.
    """
    if not text:
        return default.replace(day=1)
    year, _, month = text.partition("-")
    if len(year) != 4 or len(month) != 2 or not (year + month).isascii() or not (year + month).isdigit():
        raise NotFound
    try:
        first = date(int(year), int(month), 1)
    except ValueError as error:
        raise NotFound from error
    if first.year not in YEARS:
        raise NotFound
    return first


def init_urls(app: Flask) -> None:
    """Give templates the address of an asset, and routes the converter of days."""
    app.url_map.converters.update(date=DateConverter, string=TextConverter, default=TextConverter)
    app.jinja_env.globals.update(asset=asset)
