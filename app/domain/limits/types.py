"""What is limited, and the refusal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from app.domain.kernel.errors import N_, Refused


class Limit(StrEnum):
    """Everything that is counted. What it is counted for stands behind the last dot."""

    SIGN_IN_ADDRESS = "sign_in.address"
    SIGN_IN_ACCOUNT = "sign_in.account"
    SIGN_IN_ALL = "sign_in.all"
    WRONG_PASSWORD_ADDRESS = "wrong_password.address"  # noqa: S105  # the name of a limit
    WRONG_PASSWORD_ACCOUNT = "wrong_password.account"  # noqa: S105  # the name of a limit
    SIGN_IN_PACE = "sign_in_pace.account"
    WRONG_LINK_ADDRESS = "wrong_link.address"
    WRONG_STATUS_ADDRESS = "wrong_status.address"
    WRONG_STATUS_REFERENCE = "wrong_status.reference"
    WRONG_SLIP_ADDRESS = "wrong_slip.address"
    START_ADDRESS = "start.address"
    START_ADDRESS_DAY = "start_day.address"
    START_ALL = "start.all"
    SEND_ADDRESS = "send.address"
    SEND_ADDRESS_DAY = "send_day.address"
    SEND_PHONE = "send.phone"
    SEND_ALL = "send.all"
    UPLOAD_ADDRESS = "upload.address"
    UPLOAD_APPLICATION = "upload.application"
    PROOF_ACCOUNT = "proof.account"
    PROOF_ADDRESS = "proof.address"
    FORGOTTEN_ACCOUNT = "forgotten.account"
    FORGOTTEN_ADDRESS = "forgotten.address"
    PHONE_CODE_ACCOUNT = "phone_code.account"
    PHONE_CODE_NUMBER = "phone_code.phone"
    PHONE_CODE_ADDRESS = "phone_code.address"
    SEARCH_ADDRESS = "search.address"
    CHECK_IN_ACCOUNT = "check_in.account"


@dataclass(frozen=True)
class Allowance:
    """So many in a window, which begins with the first one. An alarm is told and refuses nobody."""

    most: int
    window: timedelta
    is_alarm: bool = False


@dataclass(frozen=True)
class Tally:
    """Where a count stands: how many in the window that is open, and how many seconds it stays open."""

    limit: Limit
    count: int
    seconds: int


Counted = tuple[Limit, str]
"""What is counted and for whom: an address, a sign-in name, a reference."""


class TooMany(Refused):
    """Tried too often. `seconds` is how long it is until the next try counts again."""

    message = N_("There were too many tries.")

    def __init__(self, limit: Limit, seconds: int) -> None:
        super().__init__(seconds=seconds)
        self.limit = limit
        self.seconds = seconds
