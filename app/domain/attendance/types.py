"""States of a day at school."""

from enum import StrEnum


class AttendanceStatus(StrEnum):
    """What a register says of one student on one day."""

    PRESENT = "present"
    ABSENT = "absent"
    LATE = "late"
    EXCUSED = "excused"
