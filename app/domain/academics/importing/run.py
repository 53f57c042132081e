"""What the steps of an import share: the plan, what is stored so far, and what was refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from app.db import Keyed
from app.domain.academics.importing.report import Outcome, Report
from app.domain.academics.models import AcademicYear, Section, SubjectGroup
from app.domain.audit.services import record_change
from app.domain.kernel.access import Actor
from app.domain.kernel.names import script_of
from app.domain.kernel.texts import LocalText, clean_line
from app.domain.people.importing import StoredPerson
from app.integrations.oneroster import Place, Plan


class Missing(Exception):
    """Something that a row needs was refused before. The text is the reason to give."""


@dataclass(slots=True)
class Run:
    """One import under way. The keys of its maps are those of the bundle."""

    actor: Actor
    plan: Plan
    today: date
    report: Report = field(default_factory=Report)
    campuses: dict[str, UUID] = field(default_factory=dict)
    years: dict[tuple[str, str], AcademicYear] = field(default_factory=dict)
    """By school and year."""
    sections: dict[str, Section] = field(default_factory=dict)
    subjects: dict[tuple[str, str], UUID] = field(default_factory=dict)
    """By school and course."""
    groups: dict[str, SubjectGroup] = field(default_factory=dict)
    people: dict[str, StoredPerson] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    """The cleaned name of each user."""
    refused: dict[tuple[str, str], Place] = field(default_factory=dict)

    def refuse(self, place: Place, kind: str, name: str, reason: str, *keys: str) -> None:
        """Leave a row out, and remember it under its keys for the rows that need it."""
        self.report.tell(place, Outcome.REFUSED, kind, name, reason)
        for key in keys:
            self.refused[kind, key] = place

    def missing(self, kind: str, key: str) -> Missing:
        """The reason that a row cannot be made because what it needs was refused."""
        place = self.refused.get((kind, key))
        return Missing(f"its {kind} {key} is not imported" + (f" ({place})" if place else ""))

    def campus(self, school: str) -> UUID:
        """The campus of a school. Raises Missing."""
        if school not in self.campuses:
            raise self.missing("campus", school)
        return self.campuses[school]

    def year(self, school: str, year: str) -> AcademicYear:
        """The academic year of a school. Raises Missing."""
        self.campus(school)
        if (school, year) not in self.years:
            raise self.missing("academic year", year)
        return self.years[school, year]

    def tell_change(self, place: Place, kind: str, name: str, changed: Iterable[str]) -> None:
        """Report a row that was there already."""
        fields = ", ".join(sorted(changed))
        self.report.tell(place, Outcome.CHANGED if fields else Outcome.UNCHANGED, kind, name, fields)

    def change(
        self,
        entity: str,
        row: Keyed,
        new: Mapping[str, object],
        *,
        campus_id: UUID,
        action: str = "changed",
        about: UUID | None = None,
    ) -> list[str]:
        """Bring a row up to date and write what differed into the audit log. Returns the changed fields."""
        old = {name: getattr(row, name) for name in new}
        changed = [name for name in new if new[name] != old[name]]
        key = about or row.id
        record_change(self.actor, f"{entity}.{action}", entity, key, campus_id=campus_id, old=old, new=new)
        for name in changed:
            setattr(row, name, new[name])
        return changed


def clean_title(text: str, most: int = 200) -> str:
    """Return a title as it is kept. Raises TextError, and Missing where nothing is left of it."""
    title = clean_line(text, most)
    if not title:
        raise Missing("its name holds no character that can be shown")
    return title


def titled(title: str, old: LocalText | None = None) -> LocalText:
    """Return a title as text in the language of its script; what the school wrote in others stays."""
    return replace(old or LocalText(), **{script_of(title): title})
