"""OneRoster CSV bundles, 1.1 and 1.2: reading them and working out what they say, without a database.

`reader` opens a folder or a zip file and finds out whether the bundle as a whole can be used, `tables` checks
each row by itself, `plan` follows the references between the rows. What the school makes of the plan is the
domain's business: `app.domain.academics.importing`.
"""

from app.integrations.oneroster.plan import make_plan
from app.integrations.oneroster.reader import read_bundle
from app.integrations.oneroster.types import (
    BrokenBundle,
    Finding,
    Group,
    GuardianLink,
    HeadTeacher,
    HomeRoom,
    Membership,
    Place,
    Plan,
    School,
    Seat,
    Subject,
    Term,
    User,
    Verdict,
    Year,
)

__all__ = [
    "BrokenBundle",
    "Finding",
    "Group",
    "GuardianLink",
    "HeadTeacher",
    "HomeRoom",
    "Membership",
    "Place",
    "Plan",
    "School",
    "Seat",
    "Subject",
    "Term",
    "User",
    "Verdict",
    "Year",
    "make_plan",
    "read_bundle",
]
