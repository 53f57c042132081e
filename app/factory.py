"""create_app(): a list of init calls, no logic."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from whitenoise import WhiteNoise

from app import models  # noqa: F401  # every table is known before the first query
from app.blueprints import register_blueprints
from app.cli import register_commands
from app.config import Settings, load_settings
from app.extensions import cache, compress, db, migrate
from app.lines import Line
from app.web.access import init_access
from app.web.days import init_days
from app.web.errors import init_errors
from app.web.headers import PART_HEADERS, init_headers
from app.web.htmx import init_htmx
from app.web.i18n import init_i18n
from app.web.icons import init_icons
from app.web.logging import init_logging
from app.web.metrics import init_metrics
from app.web.navigation import init_navigation
from app.web.once import init_once
from app.web.proof import init_proof
from app.web.richtext import init_richtext
from app.web.school import init_school
from app.web.tablets import init_tablets
from app.web.templating import KeptTemplates
from app.web.urls import init_urls
from app.web.words import init_words

ROOT = Path(__file__).resolve().parent.parent
POOL_WAIT = 10
"""Seconds that a page waits for a connection to the database before it says that we are busy."""


def create_app(settings: Settings | None = None) -> Flask:
    """The application. Raises SettingsError when the environment is half-set."""
    settings = settings or load_settings()
    app = Flask("app", static_folder=None, root_path=str(ROOT / "app"))
    app.config.update(_flask_config(settings))
    # Names and digits as they are: a third of the bytes of their escapes.
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # Flask's own provider has it
    app.jinja_options = {
        "trim_blocks": True,
        "lstrip_blocks": True,
        "bytecode_cache": KeptTemplates(settings.compiled_templates or settings.sa_var / "templates"),
    }
    db.init_app(app)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"))
    cache.init_app(app)
    if not settings.trusted_proxies:
        compress.init_app(app)  # the proxy in front does it, and costs no worker's time
    init_metrics(app)
    init_urls(app)
    init_htmx(app)
    init_logging(app)  # before what may turn a request away
    init_headers(app)
    init_i18n(app)
    init_icons(app)
    init_words(app)
    init_tablets(app)
    init_days(app)
    init_access(app)
    init_proof(app)
    init_once(app)
    init_errors(app)
    init_navigation(app)
    init_school(app)
    init_richtext(app)
    register_blueprints(app)
    register_commands(app)
    _serve_assets(app)
    return app


def _flask_config(settings: Settings) -> dict[str, object]:
    return {
        "SETTINGS": settings,
        "TESTING": settings.sa_env == "test",
        "SECRET_KEY": settings.secret_key,
        "SECRET_KEY_FALLBACKS": list(settings.secret_key_fallbacks),
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": {
            "pool_pre_ping": False,  # app/lines.py looks without a round trip
            "pool_size": 5,
            "pool_recycle": 1800,
            "pool_timeout": POOL_WAIT,
            "hide_parameters": True,
            # A server that takes the line and says nothing is away too.
            "connect_args": {"connect_timeout": 5, "connection_factory": Line},
        },
        "REDIS_URL": settings.redis_url,
        "TRANSLATIONS": ROOT / "translations",
        "CACHE_TYPE": "SimpleCache",
        "CACHE_DEFAULT_TIMEOUT": 60,
        "SESSION_COOKIE_NAME": "__Host-sa" if settings.https else "sa",
        "SESSION_COOKIE_SECURE": settings.https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": False,
        # Two documents of 5 MB and the rest of the form.
        "MAX_CONTENT_LENGTH": 12 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
        "MAX_FORM_PARTS": 1000,
        "COMPRESS_ALGORITHM": ["br", "gzip"],
        "COMPRESS_BR_LEVEL": 5,
        "COMPRESS_MIMETYPES": ["text/html", "text/plain", "text/javascript", "application/json"],
        "COMPRESS_MIN_SIZE": 400,
    }


def _serve_assets(app: Flask) -> None:
    """Static files without a web server in front: precompressed, for ever, with the headers that assets need."""

    def add(headers: object, path: str, url: str) -> None:
        for name, value in PART_HEADERS.items():
            headers[name] = value  # type: ignore[index]  # WhiteNoise types its headers as object here

    noise = WhiteNoise(
        app.wsgi_app,
        add_headers_function=add,
        max_age=31536000,
        immutable_file_test=lambda path, url: True,
        allow_all_origins=False,
    )
    build = ROOT / "app" / "static" / "build"
    if build.is_dir():
        noise.add_files(str(build), prefix="static/build/")
    app.wsgi_app = noise  # type: ignore[method-assign]  # middleware is put in this way
