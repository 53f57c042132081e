"""The admission cycles of the demo school: made and published by the services, as an officer does it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from app.domain.academics.types import Shift
from app.domain.admissions.cycles.queries import get_cycle
from app.domain.admissions.cycles.services import add_class, add_cycle, add_quota, publish_cycle
from app.domain.admissions.cycles.types import CycleDetails, QuotaDetails, SeatDetails, SeatPart
from app.domain.admissions.types import DocumentKind, Method
from app.domain.kernel.access import SYSTEM
from app.domain.kernel.texts import LocalText

_QUOTAS: Final = (
    QuotaDetails(
        LocalText("Children of the neighbourhood", "এলাকার শিশু", "أطفال الحي"),
        Decimal(40),
        (DocumentKind.RESIDENCE_PROOF,),
    ),
    QuotaDetails(
        LocalText("Children of freedom fighters", "বীর মুক্তিযোদ্ধার সন্তান", "أبناء مناضلي حرب التحرير"),
        Decimal(5),
        (DocumentKind.FREEDOM_FIGHTER_PAPER,),
    ),
    QuotaDetails(
        LocalText("Brothers and sisters of pupils", "শিক্ষার্থীর ভাই-বোন", "إخوة الطلاب وأخواتهم"),
        Decimal(5),
        (DocumentKind.SIBLING_PAPER,),
    ),
    QuotaDetails(
        LocalText("Children with special needs", "বিশেষ চাহিদাসম্পন্ন শিশু", "ذوو الاحتياجات الخاصة"),
        Decimal(2),
        (DocumentKind.DISABILITY_PAPER,),
        relief_months=60,
    ),
)
_FEE: Final = Decimal(110)
_SECTION_MOST: Final = 55


def open_cycle(
    year_id: UUID, year_starts_on: date, opens: date, closes: date, seats: Mapping[UUID, tuple[int, int]]
) -> UUID:
    """Make and publish a cycle, and return its key. `seats`: class to its level and its seats."""
    details = CycleDetails(
        opens,
        closes,
        Method.LOTTERY,
        _FEE,
        _SECTION_MOST,
        age_from_on=year_starts_on,
        age_to_on=year_starts_on.replace(month=12, day=31),
        papers=(DocumentKind.BIRTH_CERTIFICATE, DocumentKind.PHOTO),
    )
    key = add_cycle(SYSTEM, year_id, details)
    for class_id, (level, count) in seats.items():
        morning = count - count // 2
        parts = (SeatPart("", Shift.MORNING, morning), SeatPart("", Shift.DAY, count - morning))
        add_class(SYSTEM, key, class_id, SeatDetails(parts, (level + 4) * 12, (level + 8) * 12))
    for quota in _QUOTAS:
        add_quota(SYSTEM, key, quota)
    publish_cycle(SYSTEM, key, get_cycle(SYSTEM, key).version)
    return key
