"""Enums, small values and errors of the people feature."""

from enum import StrEnum
from uuid import UUID

from app.domain.kernel.errors import N_, Refused, Stale


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


class NameMissing(Refused):
    """A person without any name."""

    field = "name_en"
    message = N_("Write the full name in at least one script.")


class PersonChanged(Stale):
    """Somebody else saved this person since it was read."""

    message = N_("Somebody else has changed this record since you opened it. Compare both and save again.")


class BornTooLate(Refused):
    """A date of birth in the future."""

    field = "born_on"
    message = N_("The date of birth lies in the future.")


class AdmittedOutOfRange(Refused):
    """A day of admission in a year that no student number can name."""

    field = "admitted_on"
    message = N_("Check the day of admission: its year lies between %(first)s and %(last)s.")


class GuardianKnown(Refused):
    """Somebody with this phone number is a guardian already: one phone, several children."""

    field = "phone"
    message = N_(
        "A guardian with this mobile number is already here. Use that one instead of a second record."
    )

    def __init__(self, guardian_id: UUID, person_id: UUID) -> None:
        super().__init__()
        self.guardian_id = guardian_id
        self.person_id = person_id


class EmployeeIdTaken(Refused):
    """Two members of staff under one number."""

    field = "employee_id"
    message = N_("Somebody else has this employee number.")
