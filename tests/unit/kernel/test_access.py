"""Roles, permissions, and who is acting."""

import dataclasses
import re
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.kernel.access import (
    ALL,
    ROLE_PERMISSIONS,
    STAFF_ROLES,
    SYSTEM,
    Actor,
    Grant,
    Permission,
    Role,
    visitor,
)

NORTH = UUID(int=1)
SOUTH = UUID(int=2)

grants = st.builds(Grant, st.sampled_from(Role), st.sampled_from([None, NORTH, SOUTH]))
actors = st.builds(
    lambda held: Actor(UUID(int=9), UUID(int=8), "Amina", "bn", tuple(held)), st.lists(grants, max_size=4)
)


def actor(*held: Grant) -> Actor:
    return Actor(UUID(int=9), UUID(int=8), "Amina", "bn", held)


def test_every_permission_is_a_resource_and_an_action_and_somebody_has_it() -> None:
    assert all(re.fullmatch(r"[a-z_]+:[a-z]+", permission) for permission in Permission)
    assert frozenset().union(*ROLE_PERMISSIONS.values()) == frozenset(Permission)


def test_every_role_may_enter_and_look_after_its_account() -> None:
    assert set(ROLE_PERMISSIONS) == set(Role)
    for permissions in ROLE_PERMISSIONS.values():
        assert {Permission.PORTAL_ENTER, Permission.ACCOUNT_MANAGE} <= permissions


def test_families_reach_their_own_records_only() -> None:
    assert ROLE_PERMISSIONS[Role.GUARDIAN] == {"portal:enter", "account:manage", "family:read", "leave:ask"}
    assert ROLE_PERMISSIONS[Role.STUDENT] == {"portal:enter", "account:manage", "own_record:read"}
    for role in STAFF_ROLES:
        assert not ROLE_PERMISSIONS[role] & {
            Permission.FAMILY_READ,
            Permission.OWN_RECORD_READ,
            Permission.LEAVE_ASK,
        }


@pytest.mark.parametrize(
    ("role", "permission", "may"),
    [
        (Role.ADMIN, Permission.USERS_EDIT, True),
        (Role.PRINCIPAL, Permission.USERS_EDIT, False),
        (Role.PRINCIPAL, Permission.APPLICATIONS_DECIDE, True),
        (Role.ADMISSIONS_OFFICER, Permission.APPLICATIONS_ENROL, True),
        (Role.ADMISSIONS_OFFICER, Permission.REGISTERS_TAKE, False),
        (Role.TEACHER, Permission.REGISTERS_TAKE, True),
        (Role.TEACHER, Permission.STUDENTS_EDIT, False),
        (Role.TEACHER, Permission.APPLICATIONS_READ, False),
        (Role.ACCOUNTANT, Permission.GUARDIANS_EDIT, False),
        (Role.EDITOR, Permission.SITE_EDIT, True),
        (Role.EDITOR, Permission.STUDENTS_READ, False),
    ],
)
def test_roles_may_what_their_work_needs(role: Role, permission: Permission, may: bool) -> None:
    assert actor(Grant(role)).may(permission) is may


def test_a_role_at_one_campus_is_no_role_at_another() -> None:
    officer = actor(Grant(Role.ADMISSIONS_OFFICER, NORTH), Grant(Role.TEACHER, SOUTH))
    assert officer.may(Permission.APPLICATIONS_READ)
    assert officer.may(Permission.APPLICATIONS_READ, NORTH)
    assert not officer.may(Permission.APPLICATIONS_READ, SOUTH)
    assert officer.campuses_for(Permission.APPLICATIONS_READ) == frozenset({NORTH})
    assert officer.campuses_for(Permission.STUDENTS_READ) == frozenset({NORTH, SOUTH})
    assert officer.campuses_for(Permission.AUDIT_READ) == frozenset()
    assert officer.roles == {Role.ADMISSIONS_OFFICER, Role.TEACHER}


def test_a_role_without_a_campus_reaches_all() -> None:
    head = actor(Grant(Role.PRINCIPAL), Grant(Role.TEACHER, NORTH))
    assert head.campuses_for(Permission.STUDENTS_READ) is ALL
    assert head.may(Permission.STUDENTS_READ, SOUTH)
    assert SOUTH in ALL


def test_a_visitor_may_nothing_and_the_system_everything() -> None:
    stranger = visitor("bn", ip="127.0.0.1")
    assert (stranger.is_visitor, stranger.is_system, stranger.ip) == (True, False, "127.0.0.1")
    assert (SYSTEM.is_visitor, SYSTEM.is_system, SYSTEM.user_id) == (False, True, None)
    for permission in Permission:
        assert not stranger.may(permission)
        assert stranger.campuses_for(permission) == frozenset()
        assert SYSTEM.may(permission, NORTH)
        assert SYSTEM.campuses_for(permission) is ALL


def test_an_actor_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        SYSTEM.locale = "bn"  # type: ignore[misc]  # it must not be writable


@given(actors, st.sampled_from(Permission))
def test_lists_and_single_objects_agree(someone: Actor, permission: Permission) -> None:
    campuses = someone.campuses_for(permission)
    for campus in (NORTH, SOUTH, UUID(int=3)):
        assert someone.may(permission, campus) == (campus in campuses)
    assert someone.may(permission) == (campuses is ALL or bool(campuses))
