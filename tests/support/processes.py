"""The worker and Redis as processes of their own, to be stopped and killed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.config import Settings
from ops.bench.kit.redis import RedisServer, free_port, until

__all__ = ["RedisServer", "command", "environment", "free_port", "until"]

ROOT = Path(__file__).resolve().parents[2]


def environment(settings: Settings, **more: str) -> dict[str, str]:
    """What a process of this installation needs to know."""
    return {
        "PATH": os.environ["PATH"],
        "SA_ENV": settings.sa_env,
        "SMS_QUIET_FROM": str(settings.sms_quiet_from),
        "SMS_QUIET_UNTIL": str(settings.sms_quiet_until),
        "SECOND_FACTOR": settings.second_factor,
        "SECRET_KEY": settings.secret_key,
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "BASE_URL": settings.base_url,
        "SA_VAR": str(settings.sa_var),
        **({"SMTP_URL": settings.smtp_url} if settings.smtp_url else {}),
        **more,
    }


@contextmanager
def command(settings: Settings, *args: str, **more: str) -> Iterator[subprocess.Popen[bytes]]:
    """A `flask` command that runs until the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", *args],
        cwd=ROOT,
        env=environment(settings, **more),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(20)
