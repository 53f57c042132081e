"""Enums of the people feature."""

from enum import StrEnum


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
