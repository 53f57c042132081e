"""The table of limits, and the rules about them.

Why these numbers. A whole school sits behind one address at eight in the morning, and a mobile operator puts
thousands of families behind another, so an address is counted loosely and a single account tightly.

- 400 teachers sign in from one address within three minutes, and every fourth mistypes once: that is 500 tries and
  100 wrong passwords, so an address has 600 tries and 150 wrong passwords. 300 tries, as some products have it,
  would turn away the 301st teacher.
- One password tried on 10,000 accounts from one address is stopped at the 150th, before 200.
- A right password is not counted as a wrong one: each try is counted as wrong before it is looked at, so that fifty
  at once cannot slip through together, and taken back when it was right.
- From the sixth wrong password in a quarter of an hour an account takes one try in 20 seconds, and the eleventh is
  refused, with the right one too, until the quarter of an hour is over.
- In November 2019 bots sent one school 600 applications in a day. An address begins up to 200 a day and sends 120,
  which is a help desk at its busiest; one phone number sends five, which is a family with five children.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from ipaddress import IPv6Address, ip_address
from types import MappingProxyType

from app.domain.limits.types import Allowance, Limit, Tally

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

LIMITS = MappingProxyType(
    {
        # Every sign-in that is tried, also with the right password.
        Limit.SIGN_IN_ADDRESS: Allowance(600, 5 * _MINUTE),
        Limit.SIGN_IN_ACCOUNT: Allowance(10, 5 * _MINUTE),
        Limit.SIGN_IN_ALL: Allowance(1000, 5 * _MINUTE, is_alarm=True),
        # Sign-ins that did not succeed.
        Limit.WRONG_PASSWORD_ADDRESS: Allowance(150, 15 * _MINUTE),
        Limit.WRONG_PASSWORD_ACCOUNT: Allowance(10, 15 * _MINUTE),
        # Asked only of an account with SLOW_AFTER wrong passwords.
        Limit.SIGN_IN_PACE: Allowance(1, timedelta(seconds=20)),
        # One-time links that do not exist or are used up.
        Limit.WRONG_LINK_ADDRESS: Allowance(60, 15 * _MINUTE),
        # Reference and phone of an application that do not belong together.
        Limit.WRONG_STATUS_ADDRESS: Allowance(60, 15 * _MINUTE),
        Limit.WRONG_STATUS_REFERENCE: Allowance(10, 15 * _MINUTE),
        # Codes of slips that we have not issued.
        Limit.WRONG_SLIP_ADDRESS: Allowance(60, 15 * _MINUTE),
        # Applying.
        Limit.START_ADDRESS: Allowance(30, _HOUR),
        Limit.START_ADDRESS_DAY: Allowance(200, _DAY),
        Limit.START_ALL: Allowance(600, _DAY, is_alarm=True),
        Limit.SEND_ADDRESS: Allowance(30, _HOUR),
        Limit.SEND_ADDRESS_DAY: Allowance(120, _DAY),
        Limit.SEND_PHONE: Allowance(5, _DAY),
        Limit.SEND_ALL: Allowance(400, _DAY, is_alarm=True),
        # Files of applications, each of up to 5 MB.
        Limit.UPLOAD_ADDRESS: Allowance(120, _HOUR),
        Limit.UPLOAD_APPLICATION: Allowance(30, _HOUR),
        # Proofs that did not hold, of whoever sits before an open session.
        Limit.PROOF_ACCOUNT: Allowance(10, 15 * _MINUTE),
        Limit.PROOF_ADDRESS: Allowance(150, 15 * _MINUTE),
        # Forgotten passwords: each writes a letter to somebody.
        Limit.FORGOTTEN_ACCOUNT: Allowance(5, _HOUR),
        Limit.FORGOTTEN_ADDRESS: Allowance(120, _HOUR),
        # Codes texted to a new mobile number: each costs the school, and rings somebody's phone.
        Limit.PHONE_CODE_ACCOUNT: Allowance(5, _DAY),
        Limit.PHONE_CODE_NUMBER: Allowance(3, _DAY),
        Limit.PHONE_CODE_ADDRESS: Allowance(60, _HOUR),
        # Wrong codes of check-in: of 100,000 codes two are good at a time.
        Limit.CHECK_IN_ACCOUNT: Allowance(8, 5 * _MINUTE),
        # The search of the public site.
        Limit.SEARCH_ADDRESS: Allowance(120, _MINUTE),
    }
)

SLOW_AFTER = 5
"""Wrong passwords on one account after which each further try has to wait for its turn."""


def longest_wait(tallies: Iterable[Tally]) -> Tally | None:
    """Of the limits that are passed, the one that stays so longest; None where none is."""
    passed = [each for each in tallies if is_passed(each) and not LIMITS[each.limit].is_alarm]
    return max(passed, key=lambda each: each.seconds, default=None)


def is_passed(tally: Tally) -> bool:
    """Whether this one was too many."""
    return tally.count > LIMITS[tally.limit].most


def is_first_over(tally: Tally) -> bool:
    """Whether this is the one that passed the limit: it is told, those after it are not."""
    return tally.count == LIMITS[tally.limit].most + 1


def wait_in_words(seconds: int) -> tuple[str, int]:
    """The wait as a person is told it: seconds up to a minute and a half, then minutes, rounded up."""
    if seconds <= 90:
        return "seconds", max(1, seconds)
    return "minutes", -(-seconds // 60)


def network_of(address: str | None) -> str:
    """What an address is counted as: of IPv6 the network, for one line has 2^64 addresses of it.

    Whoever comes without an address shares one count with everybody else who does.
    """
    if address is None:
        return "unknown"
    parsed = ip_address(address)
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(IPv6Address(int(parsed) >> 64 << 64))
    return str(parsed)
