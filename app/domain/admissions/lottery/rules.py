"""Pure rules of draws, as `docs/lottery/README.md` describes them for everybody.

Whatever changes here changes what others have to compute: it needs a new version of the format, and lists of the
old one must still come out as they did.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from app.domain.admissions.lottery.types import Drawn, Heading, Ticket, ValueMissing
from app.domain.admissions.rankings.rules import give_seats
from app.domain.admissions.rankings.types import Candidate, Pool
from app.domain.kernel.digits import to_ascii_digits
from app.domain.kernel.texts import clean_line

FORMAT: Final = "smart-academy-draw 1"
GENERAL: Final = "general"
WAITING: Final = "waiting"
_LONGEST_VALUE: Final = 100


def quota_codes(count: int) -> list[str]:
    """The codes of so many quotas, in the order in which they are served."""
    return [f"Q{number}" for number in range(1, count + 1)]


def sha256(text: str) -> str:
    """The SHA-256 of a text in UTF-8, in hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def write_list(heading: Heading, tickets: Sequence[Ticket]) -> str:
    """The list as it is published: in UTF-8, its lines ended by LF. It names no child and no application."""
    lines = [
        FORMAT,
        f"draw {heading.number}",
        f"class {_on_one_line(heading.about)}",
        f"shift {heading.shift.value if heading.shift else 'all'}",
        f"seats {heading.seats}",
        *(
            f"quota {each.code} {each.seats} {_on_one_line(each.name.in_('en')[0])}"
            for each in heading.quotas
        ),
        f"tickets {len(tickets)}",
        *(f"{each.number} {','.join(each.quotas) or '-'}" for each in tickets),
    ]
    return "".join(f"{line}\n" for line in lines)


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


def clean_value(typed: str) -> str:
    """The public value as it is joined: on one line, digits as 0-9. Raises ValueMissing, TextError."""
    value = clean_line(to_ascii_digits(typed), _LONGEST_VALUE)
    if not value:
        raise ValueMissing
    return value


def make_seed(list_hash: str, secret: str, public_value: str) -> bytes:
    """What decides the order: the list, what the school committed to, and what nobody controls, joined."""
    joined = f"{FORMAT}\n{list_hash}\n{secret}\n{public_value}\n"
    return hashlib.sha256(joined.encode()).digest()


def draw_value(seed: bytes, number: int) -> str:
    """By which a ticket is put in order, in hexadecimal digits."""
    return hmac.new(seed, str(number).encode(), hashlib.sha256).hexdigest()


def hold_draw(heading: Heading, tickets: Iterable[Ticket], seed: bytes) -> list[Drawn]:
    """Put the tickets in order and give the seats, by the rule by which every ranking gives them."""
    codes = {each.code: UUID(int=place) for place, each in enumerate(heading.quotas, start=1)}
    pool = Pool(heading.seats, tuple((codes[each.code], each.seats) for each in heading.quotas))
    order = sorted((draw_value(seed, each.number), each.number, each.quotas) for each in tickets)
    waiting = [
        Candidate(UUID(int=number), frozenset(codes[code] for code in quotas)) for _, number, quotas in order
    ]
    names: dict[UUID | None, str] = {key: code for code, key in codes.items()}
    names[None] = GENERAL
    places = {each.application_id.int: names[each.quota_id] for each in give_seats(pool, {}, waiting)}
    return [
        Drawn(rank, number, places.get(number, WAITING), value)
        for rank, (value, number, _) in enumerate(order, start=1)
    ]


def write_result(
    number: int,
    list_hash: str,
    secret: str,
    public_value: str,
    places: Iterable[tuple[int, int, str]],
) -> str:
    """The result as it is published, from (rank, ticket, place) in the order of the draw."""
    lines = [
        f"{FORMAT} result",
        f"draw {number}",
        f"list {list_hash}",
        f"commitment {sha256(secret)}",
        f"school-value {secret}",
        f"public-value {public_value}",
        f"seed {make_seed(list_hash, secret, public_value).hex()}",
        *(f"{rank} {ticket} {place}" for rank, ticket, place in places),
    ]
    return "".join(f"{line}\n" for line in lines)
