"""Pure rules of slips: which there are now, what one states, what its code looks like, what it is still worth."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Collection
from typing import Any, Final

from app.domain.admissions.slips.types import CodeError, Offered, Seating, SlipKind, SlipState
from app.domain.admissions.types import ApplicationStatus, ApplicationView, DocumentKind
from app.domain.kernel.digits import compact
from app.domain.kernel.names import initial
from app.domain.kernel.texts import LocalText

S = ApplicationStatus

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # pragma: allowlist secret - an alphabet
"""Crockford's: no letter that is read as another or as a digit."""
CODE_LENGTH: Final = 12
CODE_BYTES: Final = 8
"""Sixty of their bits: nobody finds a code by trying."""

_ALIKE: Final = str.maketrans("OIL", "011")

_STANDS: Final = {
    # That it came stays true whatever is decided.
    SlipKind.ACKNOWLEDGEMENT: frozenset(S) - {S.DRAFT, S.WITHDRAWN},
    SlipKind.ADMIT_CARD: frozenset({S.SUBMITTED, S.UNDER_REVIEW, S.SHORTLISTED}),
    SlipKind.OFFER_LETTER: frozenset({S.OFFERED, S.ACCEPTED}),
}


def slips_for(status: ApplicationStatus, seating: Seating | None) -> tuple[SlipKind, ...]:
    """The slips that an application is given now. An admit card needs a seat to admit to."""
    return tuple(
        kind
        for kind in SlipKind
        if status in _STANDS[kind] and (kind is not SlipKind.ADMIT_CARD or seating is not None)
    )


def code_from(random: bytes) -> str:
    """The code made of random bytes, of which it takes the first sixty bits."""
    number = int.from_bytes(random[:CODE_BYTES]) >> 4
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(CODE_LENGTH)))


def parse_code(text: str) -> str:
    """A typed code as it is stored: any digits, lower case, dashes, O for 0, I and L for 1. Raises CodeError."""
    bare = unicodedata.normalize("NFKC", compact(text)).upper().translate(_ALIKE)
    if len(bare) != CODE_LENGTH or not set(bare) <= set(ALPHABET):
        raise CodeError("malformed")
    return bare


def spaced_code(code: str) -> str:
    """A code as it is printed, in threes of four: ``7K3M-Q2RX-W9AB``."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def facts_of(
    kind: SlipKind,
    application: ApplicationView,
    papers: Collection[DocumentKind],
    seating: Seating | None,
    offered: Offered | None,
) -> dict[str, Any]:
    """What a slip states, in no language. A slip whose facts have changed no longer says what is so."""
    facts: dict[str, Any] = {
        "reference": application.reference,
        "child": application.child_name.to_dict(),
        "born_on": application.born_on,
        "class": application.class_id,
        "cycle": application.cycle_id,
    }
    match kind:
        case SlipKind.ACKNOWLEDGEMENT:
            facts |= {
                "guardian": application.guardian_name.to_dict(),
                "phone": application.phone,
                "sent_at": application.submitted_at,
                "papers": sorted(papers),
            }
        case SlipKind.ADMIT_CARD if seating:
            facts |= {"starts_at": seating.starts_at, "place": seating.place.to_dict(), "seat": seating.seat}
        case SlipKind.OFFER_LETTER:
            given = offered or Offered()
            shift = given.shift or application.shift
            facts |= {"decided_at": application.decided_at, "answer_by": given.answer_by, "shift": shift}
    return facts


def digest_of(facts: dict[str, Any]) -> str:
    """The sum under which facts are compared; the same facts have the same sum."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()


def state_of(
    kind: SlipKind, stored: str, now: str, status: ApplicationStatus, seating: Seating | None
) -> SlipState:
    """What a slip is still worth, from the sum of its facts and that of the facts as they are now."""
    if kind not in slips_for(status, seating):
        return SlipState.WITHDRAWN
    return SlipState.VALID if stored == now else SlipState.REPLACED


def initials_of(name: LocalText) -> LocalText:
    """The first sign of each word of a name, four at most: enough to compare with a paper, and no more."""

    def first(text: str) -> str:
        return " ".join(f"{sign}." for word in text.split()[:4] if (sign := initial(word)))

    return LocalText(first(name.en), first(name.bn), first(name.ar))


def reference_end(reference: str) -> str:
    """The last part of a reference: the serial without its year, ``…00042-7``."""
    return "…" + reference.partition("-")[2]
