"""The second wall: what PostgreSQL itself lets one reader see of each table.

The first wall is the filter of the queries. Should one be forgotten, row-level security still answers with the
rows of the reader's own campuses or family and no other. Who the reader is stands in settings of the
transaction (see `app.scope`); here is the one table that says, for every table of the school, what that opens.
`flask db upgrade` applies it whenever it differs from what the database has; a table that is missing here
fails a test. The owner of the tables is not held by the walls, so an installation with a single database role
works, without them.

Why the settings stand in `(SELECT ...)`: PostgreSQL then reads them once for each statement, not for each row.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

APP_ROLE = "sa_app"


def _keys(setting: str) -> str:
    return f"(SELECT string_to_array(current_setting('sa.{setting}', true), ',')::uuid[])::uuid[]"


def _key(setting: str) -> str:
    return f"(SELECT nullif(current_setting('sa.{setting}', true), '')::uuid)"


ALL = "(SELECT current_setting('sa.scope', true) = 'all')"
"""Jobs, commands, and people whose role holds at every campus."""
PUBLIC = "(SELECT current_setting('sa.scope', true) IN ('all', 'public'))"
"""Also the pages that everybody may ask for."""
KNOWN = "(SELECT current_setting('sa.scope', true) IN ('all', 'public', 'member'))"
"""Whatever said who it is."""
STAFF = "(SELECT current_setting('sa.campuses', true) <> '')"
"""People who work at some campus."""

AT_WORK = f"campus_id = ANY ({_keys('campuses')})"
"""At the campuses where the reader works."""
AT_PLACE = f"campus_id = ANY ({_keys('places')})"
"""At those, and at the campuses of the reader's children."""
OWN_CHILD = f"student_id = ANY ({_keys('students')})"
AT_POST = f"campus_id = ANY ({_keys('post')})"
"""At the campuses whose outbox the reader looks after."""
OWN = f"user_id = {_key('user')}"
"""Of the reader's own account."""


@dataclass(frozen=True)
class Wall:
    """What a reader may read and write of a table. `None`: nobody behind the wall may."""

    read: str
    insert: str | None
    update: str | None
    delete: str | None
    revoke: tuple[str, ...] = ()
    """Privileges that the application's role does not even have."""
    grant: tuple[str, ...] = ()
    """What is left of them: single columns."""


@dataclass(frozen=True)
class Open:
    """A table without a wall, and why."""

    why: str
    revoke: tuple[str, ...] = field(default=())


def _wall(read: str, write: str | None = None) -> Wall:
    return Wall(read, write or read, write or read, write or read)


def _of(parent: str, column: str) -> str:
    """The row belongs to a row of another table that the reader reaches: that table's wall decides."""
    return _there_is(parent, f"p.id = {column}")


def _of_work(parent: str, column: str) -> str:
    return _there_is(parent, f"p.id = {column} AND p.{AT_WORK}")


def _of_seat_at_work(column: str) -> str:
    seats = "admission_seats s JOIN admission_cycles"
    return (
        " ".join(
            ("EXISTS (SELECT FROM", seats, "p ON p.id = s.cycle_id WHERE s.id =", column, "AND p." + AT_WORK)
        )
        + ")"
    )


def _there_is(parent: str, condition: str) -> str:
    return " ".join(("EXISTS (SELECT FROM", parent, "p WHERE", condition)) + ")"


_CAMPUS = _wall(f"{ALL} OR {AT_WORK}")
_STRUCTURE = _wall(f"{ALL} OR {AT_PLACE}", f"{ALL} OR {AT_WORK}")
_ON_SITE = _wall(f"{PUBLIC} OR {AT_PLACE}", f"{ALL} OR {AT_WORK}")
_OWN_GUARDIAN = _there_is("guardians", f"p.id = guardian_id AND p.person_id = {_key('person')}")
_LINKED = "SELECT FROM student_guardians l"

WALLS: dict[str, Wall | Open] = {
    # People.
    "students": _wall(f"{ALL} OR {AT_WORK} OR id = ANY ({_keys('students')})", f"{ALL} OR {AT_WORK}"),
    "guardians": Wall(
        f"{ALL} OR person_id = {_key('person')}"
        f" OR EXISTS ({_LINKED} JOIN students s ON s.id = l.student_id WHERE l.guardian_id = guardians.id)"
        f" OR ({STAFF} AND NOT EXISTS ({_LINKED} WHERE l.guardian_id = guardians.id))",
        f"{ALL} OR {STAFF}",
        f"{ALL} OR {STAFF}",
        f"{ALL} OR {STAFF}",
    ),
    # Keys only. Staff read those of every campus: a guardian without a child is told from one with a child
    # elsewhere. Whose the keys are, the walls of students and guardians decide.
    "student_guardians": _wall(
        f"{ALL} OR {OWN_CHILD} OR {STAFF}", f"{ALL} OR {_of_work('students', 'student_id')}"
    ),
    "staff": _STRUCTURE,
    # The school.
    "academic_years": _ON_SITE,
    "terms": _STRUCTURE,
    "classes": _ON_SITE,
    "sections": _STRUCTURE,
    "subjects": _STRUCTURE,
    "teacher_subjects": _STRUCTURE,
    "bell_times": _STRUCTURE,
    "timetable_lessons": _STRUCTURE,
    # Who was away on which day is the school's own business.
    "timetable_substitutes": _CAMPUS,
    "subject_groups": _STRUCTURE,
    "subject_group_students": _wall(
        f"{ALL} OR {OWN_CHILD} OR {_of_work('subject_groups', 'subject_group_id')}",
        f"{ALL} OR {_of_work('subject_groups', 'subject_group_id')}",
    ),
    "subject_group_teachers": _wall(
        f"{ALL} OR {_of('subject_groups', 'subject_group_id')}",
        f"{ALL} OR {_of_work('subject_groups', 'subject_group_id')}",
    ),
    "calendar_entries": _ON_SITE,
    "enrolments": _wall(f"{ALL} OR {AT_WORK} OR {OWN_CHILD}", f"{ALL} OR {AT_WORK}"),
    "attendance_registers": _STRUCTURE,
    "attendance": _wall(
        f"{ALL} OR {OWN_CHILD} OR {_of_work('attendance_registers', 'register_id')}",
        f"{ALL} OR {_of_work('attendance_registers', 'register_id')}",
    ),
    # Families ask for their own children; what they were told is the school's to look up.
    "leave_cases": Wall(
        f"{ALL} OR {AT_WORK} OR {OWN_CHILD}",
        f"{ALL} OR {AT_WORK} OR {OWN_CHILD}",
        f"{ALL} OR {AT_WORK} OR {OWN_CHILD}",
        ALL,
    ),
    "absence_notices": _wall(f"{ALL} OR {AT_WORK}"),
    "notice_ways": _wall(
        f"{ALL} OR {_of('guardians', 'guardian_id')}",
        f"{ALL} OR {_OWN_GUARDIAN}",
    ),
    # Kept by triggers; only the repair writes them through the application.
    "attendance_months": _CAMPUS,
    "attendance_reminders": _CAMPUS,
    "attendance_concerns": _CAMPUS,
    "attendance_concern_events": _wall(f"{ALL} OR {_of_work('attendance_concerns', 'concern_id')}"),
    # What was said is never changed: a mark that was wrong has a later line.
    "attendance_changes": Wall(
        f"{ALL} OR {_of_work('attendance_registers', 'register_id')}",
        f"{ALL} OR {_of_work('attendance_registers', 'register_id')}",
        None,
        None,
        revoke=("UPDATE", "DELETE", "TRUNCATE"),
    ),
    "attendance_rules": _STRUCTURE,
    "register_locks": _CAMPUS,
    # Whose window is open, a pupil asks too; who came in stands with the teacher, and each pupil's own line.
    "checkin_windows": _STRUCTURE,
    "checkin_entries": _wall(
        f"{ALL} OR {OWN_CHILD} OR {_of_work('checkin_windows', 'window_id')}",
        f"{ALL} OR {_of_work('checkin_windows', 'window_id')}",
    ),
    # Admission. Families apply without an account, on public pages; the private link is their key.
    "admission_cycles": _ON_SITE,
    "admission_seats": _wall(
        f"{PUBLIC} OR {_of('admission_cycles', 'cycle_id')}",
        f"{ALL} OR {_of_work('admission_cycles', 'cycle_id')}",
    ),
    "admission_seat_parts": _wall(
        f"{PUBLIC} OR {_of('admission_seats', 'seat_id')}",
        f"{ALL} OR {_of_seat_at_work('seat_id')}",
    ),
    "admission_quotas": _wall(
        f"{PUBLIC} OR {_of('admission_cycles', 'cycle_id')}",
        f"{ALL} OR {_of_work('admission_cycles', 'cycle_id')}",
    ),
    "admission_paper_kinds": _ON_SITE,
    "admission_applications": _wall(f"{PUBLIC} OR {AT_WORK}"),
    # The form in force is what families fill in; its versions go with it.
    "admission_forms": _wall(f"{PUBLIC} OR {AT_WORK}", f"{ALL} OR {AT_WORK}"),
    "admission_form_versions": _wall(
        f"{PUBLIC} OR {_of('admission_forms', 'form_id')}",
        f"{ALL} OR {_of_work('admission_forms', 'form_id')}",
    ),
    "admission_family_codes": _wall(PUBLIC),
    "admission_rankings": _wall(f"{PUBLIC} OR {AT_WORK}"),
    # The family answers on the public status page; whose offer it is, reference and phone have shown.
    "admission_offers": _wall(f"{PUBLIC} OR {AT_WORK}"),
    "admission_ranks": _wall(
        f"{PUBLIC} OR {_of('admission_rankings', 'ranking_id')}",
        f"{ALL} OR {_of_work('admission_rankings', 'ranking_id')}",
    ),
    # A draw is for everybody to see from the day its list is fixed.
    "admission_draws": _wall(f"{PUBLIC} OR {AT_WORK}", f"{ALL} OR {AT_WORK}"),
    "admission_tickets": _wall(
        f"{PUBLIC} OR {_of('admission_draws', 'draw_id')}",
        f"{ALL} OR {_of_work('admission_draws', 'draw_id')}",
    ),
    "admission_slips": _wall(f"{PUBLIC} OR {_of('admission_applications', 'application_id')}"),
    # Families read when and where their child is expected. Marks and who gives them stay in the house.
    "admission_score_parts": _wall(f"{PUBLIC} OR {AT_WORK}", f"{ALL} OR {AT_WORK}"),
    "admission_score_markers": _wall(f"{ALL} OR {_of_work('admission_score_parts', 'part_id')}"),
    "admission_score_marks": _wall(f"{ALL} OR {_of_work('admission_score_parts', 'part_id')}"),
    "admission_score_ties": _CAMPUS,
    "admission_score_slots": _wall(f"{PUBLIC} OR {AT_WORK}", f"{ALL} OR {AT_WORK}"),
    "admission_score_sittings": _wall(
        f"{PUBLIC} OR {_of('admission_score_parts', 'part_id')}",
        f"{ALL} OR {_of_work('admission_score_parts', 'part_id')}",
    ),
    "application_documents": _wall(f"{PUBLIC} OR {_of('admission_applications', 'application_id')}"),
    "application_events": _wall(f"{PUBLIC} OR {_of('admission_applications', 'application_id')}"),
    "message_texts": _wall(f"{PUBLIC} OR {AT_WORK}", f"{ALL} OR {AT_WORK}"),
    # A family reads how its payment stands; what is paid, the office and the gateway write.
    "application_fees": _wall(f"{PUBLIC} OR {AT_WORK}", f"{ALL} OR {AT_WORK}"),
    "application_enrolments": _wall(f"{ALL} OR {_of_work('admission_applications', 'application_id')}"),
    "student_papers": _wall(f"{ALL} OR {_of_work('students', 'student_id')}"),
    # The officer's desk, which no family reads.
    "admission_saved_filters": _wall(f"{ALL} OR {OWN}"),
    "admission_milestones": _wall(f"{ALL} OR {_of_work('admission_cycles', 'cycle_id')}"),
    "application_milestones": _wall(f"{ALL} OR {_of_work('admission_applications', 'application_id')}"),
    "application_pairs": _wall(f"{ALL} OR {_of_work('admission_applications', 'first_id')}"),
    "admission_batches": _CAMPUS,
    "admission_batch_lines": _wall(f"{ALL} OR {_of_work('admission_batches', 'batch_id')}"),
    "files": _wall(f"{PUBLIC} OR {AT_WORK} OR uploaded_by = {_key('user')}"),
    "file_variants": _wall(f"{PUBLIC} OR {_of('files', 'file_id')}"),
    # The site.
    "notices": _wall(
        f"{PUBLIC} OR is_published OR {AT_WORK} OR (campus_id IS NULL AND {STAFF})",
        f"{ALL} OR {AT_WORK} OR (campus_id IS NULL AND {STAFF})",
    ),
    # What the school keeps about its own work.
    "audit_logs": Wall(
        f"{ALL} OR {AT_WORK} OR user_id = {_key('user')} OR (campus_id IS NULL AND {STAFF})",
        KNOWN,
        # The chain is put on by the worker, once; a trigger of the table refuses every other change.
        ALL,
        None,
        revoke=("UPDATE", "DELETE", "TRUNCATE"),
        grant=("UPDATE (sequence, previous_hash, hash)",),
    ),
    # Written by everybody, read where somebody looks after it. Letters with links that open accounts belong to no
    # campus: for the worker, and for those who look after the whole school.
    "outbox_messages": Wall(f"{ALL} OR {AT_POST}", KNOWN, f"{ALL} OR {AT_POST}", ALL),
    # Accounts. Their public pages know nobody yet; whoever is signed in reaches their own.
    "one_time_links": _wall(f"{PUBLIC} OR {STAFF} OR {OWN}"),
    "email_changes": _wall(f"{PUBLIC} OR {OWN}"),
    "phone_changes": _wall(f"{PUBLIC} OR {OWN}"),
    "recovery_codes": _wall(f"{PUBLIC} OR {OWN}"),
    "passkey_challenges": _wall(f"{PUBLIC} OR {OWN}"),
    "half_open_sign_ins": _wall(PUBLIC),
    "reset_requests": Wall(ALL, PUBLIC, ALL, ALL),
    # Without a wall.
    "campuses": Open("the public site names every campus"),
    "pages": Open("they speak for the whole school and stand on the public site"),
    "counters": Open("numbers that belong to nobody"),
    "job_runs": Open("when the clock's jobs last ran, which is nobody's"),
    "outbox_holds": Open("a channel waits for the whole school"),
    "limit_counts": Open("counted before anybody is known, under digests"),
    "idempotency_keys": Open("looked up before anybody is known, under digests of their owners"),
    "persons": Open(
        "a person belongs to a campus only through the tables above; and behind a wall PostgreSQL would search "
        "names without their index, because its text search is not marked leakproof"
    ),
    "users": Open("read to find out who somebody is, before anybody is"),
    "user_roles": Open("read to find out what somebody is, before anybody is"),
    "sessions": Open("read to find out who somebody is, before anybody is"),
    "passkeys": Open("whether an account has one is asked by what finds out who somebody is"),
    "authenticator_apps": Open("whether an account has one is asked by what finds out who somebody is"),
}

FUNCTIONS = """
CREATE OR REPLACE FUNCTION sa_enter(the_user uuid, the_person uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $body$
-- Tells the walls who reads, for the rest of the transaction. Runs as the owner: it looks up what the walls need.
DECLARE
  work text;
  post text;
  everywhere boolean;
  family boolean;
  children text;
  places text;
BEGIN
  SELECT string_agg(campus_id::text, ',') FILTER (WHERE role NOT IN ('guardian', 'student')),
         string_agg(campus_id::text, ',') FILTER (WHERE role = 'admin'),
         coalesce(bool_or(campus_id IS NULL AND role NOT IN ('guardian', 'student')), false),
         coalesce(bool_or(role IN ('guardian', 'student')), false)
    INTO work, post, everywhere, family
    FROM user_roles WHERE user_id = the_user;
  IF family THEN
    SELECT string_agg(id::text, ','), string_agg(campus_id::text, ',') INTO children, places
      FROM students WHERE id IN (
        SELECT id FROM students WHERE person_id = the_person
        UNION
        SELECT l.student_id FROM student_guardians l JOIN guardians g ON g.id = l.guardian_id
          WHERE g.person_id = the_person);
  END IF;
  PERFORM set_config('sa.scope', CASE WHEN everywhere THEN 'all' ELSE 'member' END, true),
          set_config('sa.user', the_user::text, true),
          set_config('sa.person', coalesce(the_person::text, ''), true),
          set_config('sa.campuses', coalesce(work, ''), true),
          set_config('sa.post', coalesce(post, ''), true),
          set_config('sa.students', coalesce(children, ''), true),
          set_config('sa.places', concat_ws(',', work, places), true);
  RETURN true;
END
$body$;
REVOKE ALL ON FUNCTION sa_enter(uuid, uuid) FROM PUBLIC;
"""

EVERY_COLUMN = "*"

SECRETS: dict[str, tuple[str, ...]] = {
    "sessions": (EVERY_COLUMN,),
    "one_time_links": (EVERY_COLUMN,),
    "half_open_sign_ins": (EVERY_COLUMN,),
    "passkey_challenges": (EVERY_COLUMN,),
    "passkeys": (EVERY_COLUMN,),
    "authenticator_apps": (EVERY_COLUMN,),
    "recovery_codes": (EVERY_COLUMN,),
    "reset_requests": (EVERY_COLUMN,),
    "email_changes": (EVERY_COLUMN,),
    "phone_changes": (EVERY_COLUMN,),
    "idempotency_keys": (EVERY_COLUMN,),
    "limit_counts": (EVERY_COLUMN,),
    "users": ("password_hash",),
    "admission_draws": ("secret",),
    "checkin_windows": ("secret",),
    "admission_applications": ("token_hash", "resume_hash"),
    "admission_family_codes": (EVERY_COLUMN,),
    # Letters and texts hold links and codes that open accounts and applications.
    "outbox_messages": ("body",),
}
"""What a person who only looks does not see: these columns, or the whole table. `ops/postgres/roles.sql` has it too."""


def statements(columns: dict[str, list[str]], roles: set[str]) -> list[str]:
    """Everything that raises the walls of these tables with their columns, for the roles that this server has."""
    found = [FUNCTIONS]
    if APP_ROLE in roles:
        found.append(f"GRANT EXECUTE ON FUNCTION sa_enter(uuid, uuid) TO {APP_ROLE}")
        found.append(f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {APP_ROLE}")
    if "sa_readonly" in roles:
        found += [part for name in SECRETS if name in columns for part in _hide(name, columns[name])]
    for name, wall in WALLS.items():
        if name not in columns:
            continue
        if APP_ROLE in roles and wall.revoke:
            found.append(f"REVOKE {', '.join(wall.revoke)} ON {name} FROM {APP_ROLE}")
            found += [f"GRANT {each} ON {name} TO {APP_ROLE}" for each in getattr(wall, "grant", ())]
        found += _policies(name, wall) if isinstance(wall, Wall) else []
    return found


def _hide(name: str, columns: list[str]) -> list[str]:
    """A column more changes these statements, so that the next upgrade raises the walls anew and shows it."""
    hidden = SECRETS[name]
    shown = [] if EVERY_COLUMN in hidden else [column for column in columns if column not in hidden]
    grant = " ".join(("GRANT SELECT (", ", ".join(shown), ") ON", name, "TO sa_readonly"))
    return [f"REVOKE ALL ON {name} FROM sa_readonly", *([grant] if shown else [])]


def _policies(name: str, wall: Wall) -> list[str]:
    found = [f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"]
    for verb, condition in (
        ("SELECT", f"USING ({wall.read})"),
        ("INSERT", wall.insert and f"WITH CHECK ({wall.insert})"),
        ("UPDATE", wall.update and f"USING ({wall.update})"),
        ("DELETE", wall.delete and f"USING ({wall.delete})"),
    ):
        found.append(f"DROP POLICY IF EXISTS sa_{verb.lower()} ON {name}")
        if condition:
            found.append(f"CREATE POLICY sa_{verb.lower()} ON {name} FOR {verb} {condition}")
    return found


def digest(parts: list[str]) -> str:
    """A name for these walls, kept in the database as the comment of its function."""
    return "walls " + hashlib.sha256("\n".join(parts).encode()).hexdigest()
