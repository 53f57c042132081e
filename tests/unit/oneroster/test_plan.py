"""What a bundle asks for, and what a bad row costs: itself, and what needs it."""

from __future__ import annotations

from datetime import date

import pytest

from app.integrations.oneroster import Finding, Plan, Verdict, make_plan
from app.integrations.oneroster.reader import open_bundle
from tests.support.bundles import edited, line_of, small_bundle, with_row

SMALL = small_bundle()


def plan_of(files: dict[str, bytes]) -> Plan:
    """The plan of these files."""
    return make_plan(open_bundle(files))


def refusals(files: dict[str, bytes]) -> list[Finding]:
    """What is refused in these files and not in the small bundle as it stands."""
    usual = {(each.name, each.reason) for each in plan_of(SMALL).findings}
    found = plan_of(files).findings
    return [
        each for each in found if each.verdict is Verdict.REFUSED and (each.name, each.reason) not in usual
    ]


def told(files: dict[str, bytes]) -> list[str]:
    """The new refusals as they would be printed."""
    return [f"{each.place} {each.kind} {each.name}: {each.reason}" for each in refusals(files)]


def test_the_small_bundle_is_a_whole_school() -> None:
    plan = plan_of(SMALL)
    assert [school.source_id for school in plan.schools] == ["school-1"]
    assert [(year.title, year.starts_on) for year in plan.years] == [("2026", date(2026, 1, 1))]
    assert [(term.source_id, term.year_id) for term in plan.terms] == [
        ("t1", "y26"),
        ("t2", "y26"),
        ("g1", "y26"),
    ]
    assert [(room.source_id, room.grade, room.year_id) for room in plan.rooms] == [
        ("h-6a", "06", "y26"),
        ("h-7a", "07", "y26"),
        ("h-kg", "KG", "y26"),
    ]
    assert [subject.source_id for subject in plan.subjects] == ["c-math6", "c-math7", "c-quran"]
    assert [group.source_id for group in plan.groups] == ["k-m6", "k-m7", "k-q"]
    assert [user.source_id for user in plan.users if user.student_at] == [f"s-{n}" for n in range(1, 7)]
    assert [user.source_id for user in plan.users if user.guardian_at] == ["g-1", "g-2", "g-3", "p-1"]
    assert [(user.source_id, user.staff_role) for user in plan.users if user.staff_at] == [
        ("p-1", "teacher"),
        ("p-2", "principal"),
        ("p-3", "aide"),
    ]
    assert [each for each in plan.findings if each.verdict is Verdict.REFUSED] == []


def test_a_guardian_may_be_named_on_either_row() -> None:
    pairs = [(link.student_id, link.guardian_id) for link in plan_of(SMALL).links]
    assert pairs == [
        ("s-1", "g-1"),
        ("s-1", "g-2"),
        ("s-4", "g-2"),
        ("s-2", "g-3"),
        ("s-3", "g-3"),
        ("s-6", "p-1"),
    ]


def test_a_pair_named_on_both_rows_is_one_pair() -> None:
    files = edited(SMALL, "users.csv", '"s-2,s-3"', '"s-2,s-3,s-1"')
    files = edited(files, "users.csv", "সিদ্দিকা,,,,,,,06", "সিদ্দিকা,,,,,,g-3,06")
    links = [(link.student_id, link.guardian_id) for link in plan_of(files).links]
    assert links.count(("s-2", "g-3")) == 1
    assert ("s-1", "g-3") in links


def test_the_older_version_reads_roles_from_the_users() -> None:
    plan = plan_of(small_bundle("1.1"))
    assert {user.source_id: user.staff_role for user in plan.users if user.staff_at} == {
        "p-1": "teacher",
        "p-2": "administrator",
        "p-3": "aide",
    }
    refused = [each for each in plan.findings if each.verdict is Verdict.REFUSED]
    assert [f"{each.place} {each.name}" for each in refused] == ["users.csv:11 Tahmina Haque"]
    assert "no role that makes one of the two a student" in refused[0].reason


def test_the_main_role_decides_although_it_stands_below() -> None:
    teacher = next(user for user in plan_of(SMALL).users if user.source_id == "p-1")
    assert (teacher.staff_at, teacher.guardian_at, teacher.staff_role) == ("school-1", "school-1", "teacher")


def test_somebody_at_the_district_belongs_to_their_primary_school() -> None:
    principal = next(user for user in plan_of(SMALL).users if user.source_id == "p-2")
    assert principal.staff_at == "school-1"


def test_what_is_left_out_on_purpose_says_why() -> None:
    skipped = {
        f"{each.place} {each.reason}" for each in plan_of(SMALL).findings if each.verdict is Verdict.SKIPPED
    }
    assert skipped == {
        "orgs.csv:2 a district and not a school",
        "courses.csv:2 holds home rooms only",
        "enrollments.csv:8 not the primary teacher of the home room",
        "enrollments.csv:13 a class has students and teachers here, no aide",
    }


def test_names_that_look_like_code_stay_text() -> None:
    pupil = next(user for user in plan_of(SMALL).users if user.source_id == "s-4")
    assert pupil.full_name == '=HYPERLINK("http://x.example") <b>Rafi</b>'


# --- bad rows: (file, text, replacement, what is told, what is missing from the plan then)

BAD_ROWS = [
    pytest.param(
        ("users.csv", "s-6,,,true", "s-6,,,maybe"),
        ['users.csv:7 user Anika Bari: enabledUser: "maybe" is neither true nor false'],
        id="a flag that is none",
    ),
    pytest.param(
        ("demographics.csv", "2014-03-14", "14/03/2014"),
        [
            'demographics.csv:2 birth date and sex s-1: birthDate: "14/03/2014" is not a date such as 2026-01-31'
        ],
        id="a date in another form",
    ),
    pytest.param(
        ("demographics.csv", "2014-03-14", "2014-02-30"),
        [
            'demographics.csv:2 birth date and sex s-1: birthDate: "2014-02-30" is not a date such as 2026-01-31'
        ],
        id="a day that never was",
    ),
    pytest.param(
        ("demographics.csv", "2014-03-14", "0014-03-14"),
        ['demographics.csv:2 birth date and sex s-1: birthDate: "0014-03-14" is no year a school can have'],
        id="a year far away",
    ),
    pytest.param(
        ("demographics.csv", ",female,", ",woman,"),
        ['demographics.csv:3 birth date and sex s-2: sex: "woman" is not known here'],
        id="an unknown sex",
    ),
    pytest.param(
        ("demographics.csv", "s-2,", "s-99,"),
        ["demographics.csv:3 birth date and sex s-99: user s-99 is not in users.csv"],
        id="demographics of nobody",
    ),
    pytest.param(
        ("roles.csv", "primary,student", "primary,studnet"),
        [
            'roles.csv:2 role r-1: role: "studnet" is not known here; did you mean "student"?',
            "users.csv:2 user Zayan Karim: no role in roles.csv",
            "enrollments.csv:2 enrolment e-1: user s-1 is not imported (users.csv:2)",
        ],
        id="an unknown role",
    ),
    pytest.param(
        ("roles.csv", "s-1,primary", "s-77,primary"),
        ["roles.csv:2 role student: user s-77 is not in users.csv", "users.csv:2 user Zayan Karim: no role"],
        id="a role of nobody",
    ),
    pytest.param(
        ("roles.csv", "student,,,school-1", "student,,,school-9"),
        [],
        id="an unknown school falls back to the primary one",
    ),
    pytest.param(
        ("classes.csv", "06,c-home", "06,c-away"),
        [
            "classes.csv:2 section Six Padma: course c-away is not in courses.csv",
            "enrollments.csv:2 enrolment Zayan Abdul Karim: class h-6a is not imported (classes.csv:2)",
        ],
        id="a class without its course",
    ),
    pytest.param(
        ("classes.csv", "homeroom,,school-1", "homeroom,,district-1"),
        ["classes.csv:2 section Six Padma: organisation district-1 is a district and not a school"],
        id="a class of a district",
    ),
    pytest.param(
        ("classes.csv", "homeroom,,school-1,y26", "homeroom,,school-1,y99"),
        ["classes.csv:2 section Six Padma: academic session y99 is not in academicSessions.csv"],
        id="a class of an unknown year",
    ),
    pytest.param(
        ("classes.csv", "Six Padma,06,", "Six Padma,,"),
        ["classes.csv:2 section Six Padma: the home room names no grade"],
        id="a home room without a grade",
    ),
    pytest.param(
        ("classes.csv", "6A,homeroom", "6A,home room"),
        ['classes.csv:2 class Six Padma: classType: "home room" is not known here; did you mean "homeroom"?'],
        id="an unknown kind of class",
    ),
    pytest.param(
        ("academicSessions.csv", "2026-06-30", "2025-06-30"),
        [
            "academicSessions.csv:3 academic session First term: endDate is not after startDate",
            "academicSessions.csv:5 term Quarter 1: academic session t1 is not imported (academicSessions.csv:3)",
            "classes.csv:3 section সপ্তম মেঘনা: academic session t1 is not imported (academicSessions.csv:3)",
        ],
        id="a term that ends before it starts",
    ),
    pytest.param(
        ("academicSessions.csv", "2026-06-30,y26", "2026-06-30,g1"),
        ["academicSessions.csv:3 term First term: academic session t1 lies in itself"],
        id="terms in a circle",
    ),
    pytest.param(
        ("enrollments.csv", "h-6a,school-1,s-2", "h-6a,school-1,s-222"),
        ["enrollments.csv:3 enrolment e-2: user s-222 is not in users.csv"],
        id="an enrolment of nobody",
    ),
    pytest.param(
        ("enrollments.csv", "h-6a,school-1,s-2", "h-66,school-1,s-2"),
        ["enrollments.csv:3 enrolment আয়েশা সিদ্দিকা: class h-66 is not in classes.csv"],
        id="an enrolment in nothing",
    ),
    pytest.param(
        ("enrollments.csv", "h-6a,school-1,s-2,student", "h-6a,school-1,g-1,student"),
        ["enrollments.csv:3 enrolment Karim Uddin: user g-1 is no student"],
        id="a guardian as a student",
    ),
    pytest.param(
        ("enrollments.csv", "h-6a,school-1,p-1,teacher", "h-6a,school-1,s-1,teacher"),
        ["enrollments.csv:7 class teacher Zayan Abdul Karim: user s-1 does not work at the school"],
        id="a student as a teacher",
    ),
    pytest.param(
        ("enrollments.csv", "2026-01-04,2026-12-31", "2026-12-31,2026-01-04"),
        ["enrollments.csv:2 enrolment Zayan Abdul Karim: endDate lies before beginDate"],
        id="an enrolment backward",
    ),
    pytest.param(
        ("users.csv", '"g-1,g-2"', '"g-1,g-9"'),
        ["users.csv:2 guardian of a student Zayan Karim: user g-9 is not in users.csv"],
        id="an unknown guardian",
    ),
    pytest.param(
        ("users.csv", '"g-1,g-2"', '"g-1,s-2"'),
        ["users.csv:2 guardian of a student Zayan Karim: user s-2 has no role that makes one of the two"],
        id="a child as a guardian",
    ),
    pytest.param(
        ("users.csv", '"g-1,g-2"', "s-1"),
        ["users.csv:2 guardian of a student Zayan Karim: user s-1 is named as their own agent"],
        id="one's own guardian",
    ),
    pytest.param(
        ("users.csv", "Anika,Bari", ","),
        ["users.csv:7 user s-6: neither givenName nor familyName is filled"],
        id="a user without a name",
    ),
    pytest.param(
        ("users.csv", "Anika,Bari", "Ani\0ka,Bari"),
        ["givenName holds a character that cannot be kept"],
        id="a NUL",
    ),
    pytest.param(
        ("users.csv", "s-6,,,true", "s-6,asleep,,true"),
        ['users.csv:7 user Anika Bari: status: "asleep" is not known here'],
        id="an unknown status",
    ),
    pytest.param(
        ("users.csv", "Anika,Bari,,,,,,,06,,,,,,school-1,", "Anika,Bari"),
        ["users.csv:7 user Anika Bari: 8 values where the header has 22 columns"],
        id="too few values",
    ),
    pytest.param(
        ("users.csv", "Anika,Bari,,,,,,,06,,,,,,school-1,", "Anika,Bari,,,,,,,06,,,,,,school-1,,extra"),
        ["users.csv:7 user Anika Bari: 23 values where the header has 22 columns"],
        id="too many values",
    ),
    pytest.param(
        ("orgs.csv", "school-1,,,Padma Model School,school", "school-1,,,Padma Model School,scool"),
        ['orgs.csv:3 campus Padma Model School: type: "scool" is not known here; did you mean "school"?'],
        id="a school that is none",
    ),
]


@pytest.mark.parametrize(("edit", "expected"), BAD_ROWS)
def test_a_bad_row_costs_itself_and_what_needs_it(edit: tuple[str, str, str], expected: list[str]) -> None:
    lines = told(edited(SMALL, *edit))
    for sentence in expected:
        assert any(sentence in line for line in lines), lines
    assert bool(lines) == bool(expected)


def test_a_second_row_with_the_same_key_is_refused_and_the_first_stays() -> None:
    files = with_row(
        SMALL, "users.csv", sourcedId="s-1", enabledUser="true", givenName="Somebody", familyName="Else"
    )
    number = line_of(files, "users.csv", "s-1,,,true,,,Somebody")
    assert told(files) == [f'users.csv:{number} user Somebody Else: sourcedId "s-1" stands in line 2 already']
    assert plan_of(files).users[0].full_name == "Zayan Abdul Karim"


def test_a_row_marked_to_be_deleted_is_left_out_and_nothing_is_deleted() -> None:
    files = edited(SMALL, "enrollments.csv", "e-2,,", "e-2,tobedeleted,")
    plan = plan_of(files)
    assert "e-2" not in {seat.source_id for seat in plan.seats}
    assert "marked to be deleted; an import deletes nothing" in {each.reason for each in plan.findings}


def test_a_misspelt_column_that_may_be_empty_costs_the_column_only() -> None:
    files = edited(SMALL, "users.csv", "agentSourcedIds", "agentSourceIds")
    assert told(files) == [
        'users.csv:1 column agentSourceIds: not a known column; did you mean "agentSourcedIds"? '
        "Its values are not read"
    ]
    plan = plan_of(files)
    assert len(plan.users) == 12 and plan.links == []


def test_a_misspelt_required_column_costs_every_row_of_its_file() -> None:
    lines = told(edited(SMALL, "enrollments.csv", "classSourcedId", "classSourceID"))
    assert 'column classSourceID: not a known column; did you mean "classSourcedId"?' in lines[0]
    assert "column classSourcedId: missing; no enrolment can be read without it" in lines[1]
    assert len(lines) == 2 + 12
    assert all("the column classSourcedId is missing" in line for line in lines[2:])


def test_a_missing_column_of_keys_does_not_stop_the_rest() -> None:
    plan = plan_of(edited(SMALL, "demographics.csv", "sourcedId,", "personId,"))
    assert len(plan.users) == 12
    assert {user.birth_date for user in plan.users} == {None}


def test_a_column_of_the_exporting_system_is_only_noted() -> None:
    files = edited(SMALL, "orgs.csv", "parentSourcedId", "parentSourcedId,metadata.eiin,colour")
    files = edited(files, "orgs.csv", "T1,", "T1,,,")
    files = edited(files, "orgs.csv", "PADMA,district-1", "PADMA,district-1,108277,green")
    assert told(files) == []
    notes = [each for each in plan_of(files).findings if each.verdict is Verdict.NOTED]
    assert [(each.name, each.reason) for each in notes] == [
        ("colour", "not a known column; its values are not read")
    ]


def test_a_term_without_a_parent_is_found_by_its_school_year() -> None:
    files = edited(SMALL, "academicSessions.csv", "2026-06-30,y26,2026", "2026-06-30,,2026")
    assert ("t1", "y26") in {(term.source_id, term.year_id) for term in plan_of(files).terms}
    files = edited(SMALL, "academicSessions.csv", "2026-06-30,y26,2026", "2026-06-30,,")
    assert "names no school year it lies in" in told(files)[0]


def test_two_schools_have_each_their_own_year_and_subject() -> None:
    files = with_row(SMALL, "orgs.csv", sourcedId="school-2", name="Jamuna", type="school")
    files = with_row(
        files,
        "classes.csv",
        sourcedId="k-2",
        title="Maths there",
        courseSourcedId="c-math6",
        classType="scheduled",
        schoolSourcedId="school-2",
        termSourcedIds="y26",
    )
    plan = plan_of(files)
    assert {(year.source_id, year.school_id) for year in plan.years} == {
        ("y26", "school-1"),
        ("y26", "school-2"),
    }
    owners = {(subject.source_id, subject.school_id) for subject in plan.subjects}
    assert {("c-math6", "school-1"), ("c-math6", "school-2")} <= owners
    assert ("c-math7", "school-2") not in owners
