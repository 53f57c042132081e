"""Rules of check-in: the code of a moment, which codes are good, and whether somebody is late. Pure."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, time, timedelta
from typing import Final

from app.domain.attendance.checkin.types import CodeWrong
from app.domain.attendance.rules import LONGEST_DELAY
from app.domain.attendance.types import AttendanceStatus
from app.domain.kernel.dates import to_local
from app.domain.kernel.digits import compact

CODE_DIGITS: Final = 5
STEP: Final = timedelta(seconds=20)
"""How long a code is shown."""
GRACE: Final = timedelta(seconds=10)
"""How long it is good after another has taken its place, or after the window is over: it is being typed."""
SECRET_BYTES: Final = 32
MINUTES: Final = (2, 5, 10, 15)
"""How long a window may be open."""


def step_of(opened_at: datetime, now: datetime) -> int:
    """Which code is shown: 0 from the moment the window opens."""
    return int((now - opened_at) // STEP)


def code_of(secret: bytes, step: int) -> str:
    """The code of a step: nobody without the secret finds the next one from those before."""
    digest = hmac.new(secret, step.to_bytes(8, signed=True), hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:8]) % 10**CODE_DIGITS:0{CODE_DIGITS}d}"


def code_now(secret: bytes, opened_at: datetime, now: datetime) -> tuple[str, int]:
    """The code on the screen, and for how many more seconds."""
    step = step_of(opened_at, now)
    left = opened_at + (step + 1) * STEP - now
    return code_of(secret, step), max(1, -(-left // timedelta(seconds=1)))


def is_open(opened_at: datetime, ends_at: datetime, closed_at: datetime | None, now: datetime) -> bool:
    """Whether a code is shown. The teacher ends a window at once; time does so at its end."""
    return closed_at is None and opened_at <= now < ends_at


def takes_codes(opened_at: datetime, ends_at: datetime, closed_at: datetime | None, now: datetime) -> bool:
    """Whether a code can be typed: what was read at the last moment may be typed a little later."""
    return closed_at is None and opened_at <= now < ends_at + GRACE


def is_good(secret: bytes, opened_at: datetime, ends_at: datetime, code: str, now: datetime) -> bool:
    """Whether a code is the one on the screen, or was until `GRACE` ago. No code is shown from the end on."""
    good = False
    for moment in (now, now - GRACE):
        if opened_at <= moment < ends_at:
            # Every code that may be good is compared, so that the time it takes tells nothing.
            good |= hmac.compare_digest(code_of(secret, step_of(opened_at, moment)).encode(), code.encode())
    return good


def parse_code(text: str) -> str:
    """A code as it was typed, in any digits and with spaces. Raises CodeWrong."""
    code = compact(text)
    if len(code) != CODE_DIGITS or not (code.isascii() and code.isdigit()):
        raise CodeWrong("malformed")
    return code


def state_at(begins: time | None, now: datetime) -> tuple[AttendanceStatus, int | None]:
    """What somebody is who comes now, and how many minutes late; `begins` is None where no hour is set."""
    local = to_local(now)
    if begins is None or local.time() < begins:
        return AttendanceStatus.PRESENT, None
    minutes = (local.hour - begins.hour) * 60 + local.minute - begins.minute
    return (
        (AttendanceStatus.LATE, min(minutes, LONGEST_DELAY))
        if minutes > 0
        else (AttendanceStatus.PRESENT, None)
    )
