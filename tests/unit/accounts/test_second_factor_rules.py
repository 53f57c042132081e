"""Codes, recovery codes, keys and names of second factors."""

from __future__ import annotations

from uuid import UUID

import pyotp
import pytest
from cryptography.fernet import InvalidToken

from app.domain.accounts.factors.rules import (
    cipher,
    hash_recovery_code,
    matching_step,
    needs_second_factor,
    new_recovery_codes,
    passkey_name,
    relying_party,
)
from app.domain.kernel.access import ROLE_PERMISSIONS, SECOND_FACTOR_ROLES, Permission, Role

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # a secret of nobody
NOW = 1_800_000_015
ONE, OTHER = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize(("steps", "holds"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_holds_for_its_half_minute_and_the_ones_beside_it(steps: int, holds: bool) -> None:
    found = matching_step(SECRET, pyotp.TOTP(SECRET).at(NOW, steps), NOW)
    assert found == (NOW // 30 + steps if holds else None)


@pytest.mark.parametrize(
    "typed", ["", "12345", "1234567", "abcdef", "½23456", "-12345", "１２３ ４５", "\x00" * 6]
)
def test_what_is_no_code_is_none(typed: str) -> None:
    assert matching_step(SECRET, typed, NOW) is None


def test_digits_of_any_script_are_a_code() -> None:
    bangla = pyotp.TOTP(SECRET).at(NOW).translate(str.maketrans("0123456789", "০১২৩৪৫৬৭৮৯"))
    assert matching_step(SECRET, f" {bangla[:3]}-{bangla[3:]} ", NOW) == NOW // 30


def test_recovery_codes_carry_no_letter_that_is_misread() -> None:
    signs = set("".join(code for _ in range(50) for code in new_recovery_codes()))
    assert not signs & set("ILOU")


def test_a_recovery_code_is_the_same_however_it_is_typed_and_another_for_another_person() -> None:
    same = {
        hash_recovery_code(ONE, typed) for typed in ("01AB-CDEF-GH23", "olab cdef gh23", " O1ABCDEFGH23\n")
    }
    assert len(same) == 1
    assert hash_recovery_code(OTHER, "01AB-CDEF-GH23") not in same


def test_a_secret_is_opened_by_the_key_that_sealed_it_and_by_those_after() -> None:
    sealed = cipher(["old" * 12]).encrypt(SECRET.encode())
    assert cipher(["new" * 12, "old" * 12]).decrypt(sealed).decode() == SECRET
    with pytest.raises(InvalidToken):
        cipher(["new" * 12]).decrypt(sealed)


@pytest.mark.parametrize(
    ("base_url", "party"),
    [
        ("https://School.Example", ("school.example", "https://school.example")),
        ("https://school.example:8443/", ("school.example", "https://school.example:8443")),
        ("http://localhost:8000", ("localhost", "http://localhost:8000")),
        ("http://127.0.0.1:8000", None),
        ("http://[::1]:8000", None),
    ],
)
def test_passkeys_belong_to_the_name_of_the_public_address(
    base_url: str, party: tuple[str, str] | None
) -> None:
    assert relying_party(base_url) == party


def test_who_changes_people_or_registers_needs_a_second_factor() -> None:
    grave = {
        Permission.STUDENTS_EDIT,
        Permission.GUARDIANS_EDIT,
        Permission.STAFF_EDIT,
        Permission.USERS_EDIT,
        Permission.REGISTERS_TAKE,
        Permission.APPLICATIONS_DECIDE,
    }
    assert {role for role in Role if ROLE_PERMISSIONS[role] & grave} <= SECOND_FACTOR_ROLES
    assert needs_second_factor({Role.GUARDIAN, Role.TEACHER})
    assert not needs_second_factor({Role.GUARDIAN, Role.STUDENT, Role.EDITOR})


def test_a_passkey_has_a_name_in_any_case() -> None:
    assert passkey_name("  my   phone\n", "Chrome") == "my phone"
    assert passkey_name(" ", "Chrome · Android") == "Chrome · Android"
    assert len(passkey_name("x" * 500, "Chrome")) == 60
