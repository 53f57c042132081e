"""Enums, small values and errors of the people feature."""

from dataclasses import dataclass
from enum import StrEnum

from app.domain.kernel.errors import N_, Refused, Stale
from app.domain.kernel.names import name_in


class Gender(StrEnum):
    """As the birth certificate says."""

    MALE = "male"
    FEMALE = "female"


class Relationship(StrEnum):
    """What a guardian is to a child."""

    MOTHER = "mother"
    FATHER = "father"
    GUARDIAN = "guardian"


class StudentStatus(StrEnum):
    """Where a student stands with the school."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    GRADUATED = "graduated"
    TRANSFERRED = "transferred"


class StaffStatus(StrEnum):
    """Whether a member of staff works here now."""

    ACTIVE = "active"
    INACTIVE = "inactive"


@dataclass(frozen=True, slots=True)
class Names:
    """The full name of a person, once per script; at least one is there."""

    en: str | None = None
    bn: str | None = None
    ar: str | None = None

    def in_(self, locale: str) -> tuple[str, str]:
        """The name for a reader, and the language of its script."""
        return name_in(locale, self.en, self.bn, self.ar)


class NameMissing(Refused):
    """A person without any name."""

    field = "name_en"
    message = N_("Write the full name in at least one script.")


class PersonChanged(Stale):
    """Somebody else saved this person since it was read."""

    message = N_("Somebody else has changed this record since you opened it. Compare both and save again.")
