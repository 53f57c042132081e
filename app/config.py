"""Typed settings from the environment.

The application refuses to start half-set: a group of settings that only works together
(the S3 endpoint and its keys, SMTP and its sender) is either whole or absent.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class SettingsError(Exception):
    """The environment does not describe an installation that can run. One sentence a person can act on."""


class Settings(BaseSettings):
    """What differs from one installation to the next. Names in the environment are upper case."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, env_ignore_empty=True)

    sa_env: Literal["production", "demo", "test"] = "production"
    secret_key: str = Field(min_length=32)
    secret_key_fallbacks: tuple[str, ...] = ()
    database_url: str
    """Where the application reads and writes, as the role `sa_app` of `ops/postgres/roles.sql`."""
    owner_database_url: str | None = None
    """The same database as the role that owns its tables, for migrations. Without it they run as the application."""
    redis_url: str
    base_url: str
    """The one origin that links in mail are built from. Never taken from the Host header."""
    sa_var: Path
    """Folder of everything the installation writes: files, outbox, logs."""
    compiled_templates: Path | None = None
    """Folder of the templates once they are compiled; only the application may write there. Else in `SA_VAR`."""

    smtp_url: str | None = None
    """`smtp://host:25` or `smtps://`, with a user and a password before the host where it wants them.

    Without it mail becomes .eml files in `var/outbox/`.
    """
    mail_from: str | None = None

    sms_api_key: str | None = None
    sms_sender_id: str | None = None
    """The account at the SMS gateway. Without it texts become .sms.txt files in `var/outbox/`."""
    sms_url: str = "https://bulksmsbd.net"
    """The gateway's host. Nothing that it answers can lead to another one."""

    sms_quiet_from: int = Field(default=21, ge=0, le=23)
    sms_quiet_until: int = Field(default=9, ge=0, le=23)
    """Between these hours, by the school's clock, no text leaves but codes. The same hour twice: none are quiet."""

    outbox_lease: int = Field(default=90, ge=1, le=3600)
    """Seconds a worker may hold a message before another takes over: longer than the slowest answer."""

    s3_endpoint: str | None = None
    s3_bucket: str | None = None
    s3_access_key: str | None = None
    s3_secret_key: str | None = None

    second_factor: Literal["required", "optional"] = "required"
    """Whether those who change marks, money or people can work without a second factor. The demo lets them."""
    clamd_url: str | None = None
    """`tcp://host:3310` or `unix:///run/clamav/clamd.ctl`. Without it files are released unscanned, and say so."""
    files_accel: str | None = None
    """Internal location of nginx that serves `var/files/`, such as `/stored-files/`. Without it we send files."""

    trusted_proxies: int = Field(default=0, ge=0, le=2)
    """How many proxies in front set X-Forwarded-For. 0: the header is ignored."""

    @model_validator(mode="after")
    def _whole_groups(self) -> Settings:
        s3 = {
            "S3_ENDPOINT": self.s3_endpoint,
            "S3_BUCKET": self.s3_bucket,
            "S3_ACCESS_KEY": self.s3_access_key,
            "S3_SECRET_KEY": self.s3_secret_key,
        }
        sms = {"SMS_API_KEY": self.sms_api_key, "SMS_SENDER_ID": self.sms_sender_id}
        for what, group in (("file storage on S3", s3), ("SMS", sms)):
            missing = [name for name, value in group.items() if not value]
            if 0 < len(missing) < len(group):
                raise ValueError(f"{what} is half-set, without {', '.join(missing)}")
        if urlsplit(self.sms_url).scheme != "https" and (self.sa_env != "test" or not self.sms_url):
            raise ValueError("SMS_URL must be https: the key and the texts travel to it")
        if self.clamd_url and not _is_scanner(self.clamd_url):
            raise ValueError("CLAMD_URL must be tcp://host:port or unix:///path")
        if self.files_accel and not (self.files_accel.startswith("/") and self.files_accel.endswith("/")):
            raise ValueError("FILES_ACCEL must begin and end with a slash")
        if self.files_accel and self.s3_endpoint:
            raise ValueError("FILES_ACCEL serves the local folder; unset it or S3_ENDPOINT")
        if self.smtp_url and urlsplit(self.smtp_url).scheme not in {"smtp", "smtps"}:
            raise ValueError("SMTP_URL must begin with smtp:// or smtps://")
        if self.smtp_url and not self.mail_from and self.sa_env == "production":
            raise ValueError("mail is half-set, SMTP_URL without MAIL_FROM")
        if not self.database_url.startswith("postgresql"):
            raise ValueError("DATABASE_URL must name a PostgreSQL database (postgresql+psycopg2://...)")
        if self.owner_database_url and not self.owner_database_url.startswith("postgresql"):
            raise ValueError("OWNER_DATABASE_URL must name a PostgreSQL database (postgresql+psycopg2://...)")
        if urlsplit(self.base_url).scheme not in {"http", "https"} or not urlsplit(self.base_url).netloc:
            raise ValueError("BASE_URL must be the public address, such as https://school.example")
        if self.sa_env == "production" and not self.https:
            raise ValueError("BASE_URL must be https in production")
        return self

    @property
    def https(self) -> bool:
        """Whether the public address is served over TLS; decides cookie prefix, HSTS and CSP upgrade."""
        return self.base_url.startswith("https://")

    @property
    def sender(self) -> str:
        """The address that mail comes from."""
        return self.mail_from or "office@smart-academy.example"


def _is_scanner(url: str) -> bool:
    parts = urlsplit(url)
    return bool(parts.hostname) if parts.scheme == "tcp" else parts.scheme == "unix" and bool(parts.path)


def load_settings() -> Settings:
    """Read the environment.

    Raises SettingsError with one sentence naming the first thing that is wrong.
    """
    try:
        return Settings()  # type: ignore[call-arg]  # the values come from the environment
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"]).upper()
        text = str(first["msg"]).removeprefix("Value error, ")
        raise SettingsError(f"Settings: {name + ': ' if name else ''}{text}.") from error
