"""Addresses: built assets under their hashed names, absolute links for mail, converters."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from flask import Flask, current_app, url_for

STATIC = Path(__file__).resolve().parent.parent / "static"


@cache
def _manifest() -> dict[str, str]:
    path = STATIC / "build" / "manifest.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))


def asset(name: str) -> str:
    """The address of a built asset. Its name changes with its content, so it may be kept for ever."""
    return f"/static/build/{_manifest()[name]}"


def absolute_url(endpoint: str, **values: object) -> str:
    """A link for mail, built from the configured origin and never from the Host header."""
    return current_app.config["SETTINGS"].base_url.rstrip("/") + url_for(endpoint, _external=False, **values)  # type: ignore[arg-type, no-any-return]


def password_link(locale: str, token: str) -> str:
    """The address behind a one-time link, for invitations that leave by mail or on paper."""
    return absolute_url("accounts.choose_password", lang=locale, token=token)


def init_urls(app: Flask) -> None:
    """Give templates the address of an asset."""
    app.jinja_env.globals.update(asset=asset)
