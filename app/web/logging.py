"""Logs as one JSON object a line, with the request's key and never a name, a phone number or a token."""

from __future__ import annotations

import logging
import secrets
import sys
import time

import structlog
from flask import Flask, Response, g, request

_log = structlog.get_logger("request")


def configure_logging() -> None:
    """Send the logs of everything to standard error as JSON."""
    shared = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
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
                structlog.processors.JSONRenderer(ensure_ascii=False),
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

    @app.after_request
    def _end(response: Response) -> Response:
        if request.endpoint not in {None, "static", "site.healthz", "vitals.readyz", "vitals.metrics"}:
            actor = g.get("actor")
            _log.info(
                "request",
                request_id=g.get("request_id"),
                actor=str(actor.user_id) if actor else None,
                method=request.method,
                route=request.endpoint,
                status=response.status_code,
                ms=round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1),
            )
        response.headers["X-Request-Id"] = g.get("request_id", "")
        return response
