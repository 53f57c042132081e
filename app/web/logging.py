"""Logs as one JSON object a line, with the request's key and never a name, a phone number or a token.

What is logged on purpose is a key, a number or a fixed word. Errors are the exception: their messages quote what
somebody typed (`Key (phone)=(+880...) already exists`), so of an error only its kind and its way through the code
are written. What looks like a phone number, an e-mail address or a token is masked in all else, last of all.
"""

from __future__ import annotations

import logging
import re
import secrets
import sys
import time
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog
from flask import Flask, Response, g, request

from app.domain.kernel.access import Permission
from app.domain.kernel.digits import to_ascii_digits
from app.web.access import declared_access

_log = structlog.get_logger("request")

_SECRETS = re.compile(
    r"[^\s@\"'<>()=]{1,64}@[^\s@\"'<>()=]+\.\w+"  # an e-mail address
    # A mobile number as it is kept or typed; a key may begin with as many digits, but goes on in hexadecimal.
    r"|(?<![\w.-])\+?(?:880|0)[ -]?1(?:[ -]?\d){9}(?![\da-fA-F])"
    r"|(?<![\w-])[\w-]{40,}(?![\w-])"  # a token of a link or a session
)
_KEPT = frozenset({"hash", "trace"})
"""The hash that the audit log ends in is longer than a token and no secret; places in the code are long names."""


def outcome_of(status: int, *, turned_away: bool = False) -> str:
    """What became of a request: ok, refused, forbidden, limited or error."""
    if status in {401, 403} or (turned_away and status < 400):
        return "forbidden"
    if status == 429:
        return "limited"
    if status >= 500:
        return "error"
    return "refused" if status >= 400 else "ok"


def describe_error(logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace an exception by its kind, the kinds of what caused it, and the places it came through."""
    found = event.pop("exc_info", None)
    error = sys.exc_info()[1] if found is True else found[1] if isinstance(found, tuple) else found
    if not isinstance(error, BaseException):
        return event
    event["exception"] = []
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        event["exception"].append(f"{type(cause).__module__}.{type(cause).__qualname__}")
        code = getattr(cause, "pgcode", None)
        if code:
            event["sqlstate"] = code
        cause = cause.__cause__ or cause.__context__
    frames = traceback.extract_tb(error.__traceback__)
    event["trace"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return event


def mask_secrets(logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask what looks like a phone number, an e-mail address or a token, wherever it stands."""
    return {name: value if name in _KEPT else _masked(value) for name, value in event.items()}


def _masked(value: Any) -> Any:
    match value:
        case str():
            ascii_only = to_ascii_digits(value)
            return _SECRETS.sub("•••", ascii_only if _SECRETS.search(ascii_only) else value)
        case dict():
            return {_masked(key): _masked(part) for key, part in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_masked(part) for part in value]
        case None | bool() | int() | float():
            return value
        case _:
            return _masked(str(value))


def configure_logging() -> None:
    """Send the logs of everything to standard error as JSON."""
    shared = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        describe_error,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],  # type: ignore[list-item]  # structlog types processors too narrowly
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,  # type: ignore[arg-type]  # structlog types processors too narrowly
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                mask_secrets,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)


def init_logging(app: Flask) -> None:
    """Number every request and write one line about it when it is answered."""

    @app.before_request
    def _begin() -> None:
        g.request_id = secrets.token_hex(8)
        g.began = time.perf_counter()
        # Every line that is written meanwhile carries it, and every entry of the audit log.
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def _end(response: Response) -> Response:
        if request.endpoint not in {None, "static", "site.healthz", "vitals.readyz", "vitals.metrics"}:
            actor = g.get("actor") or g.get("reader")
            _log.info(
                "request",
                request_id=g.get("request_id"),
                actor=str(actor.user_id) if actor else None,
                role=sorted(role.value for role in actor.roles) if actor else [],
                method=request.method,
                route=request.endpoint,
                status=response.status_code,
                outcome=outcome_of(response.status_code, turned_away=_was_turned_away()),
                ms=round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1),
            )
        response.headers["X-Request-Id"] = g.get("request_id", "")
        return response

    @app.teardown_request
    def _over(error: BaseException | None) -> None:
        structlog.contextvars.unbind_contextvars("request_id")


def _was_turned_away() -> bool:
    """Whether somebody who is not signed in asked for a page of the portal: the answer is a 303 to sign in."""
    needs = isinstance(declared_access(request.endpoint or ""), Permission)
    return needs and "actor" not in g
