"""Persons: found by name in any script and by number, changed without overwriting anybody."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.dialects import postgresql

from app.domain.audit.queries import list_entries_of
from app.domain.kernel.errors import NotFound
from app.domain.people.models import Person
from app.domain.people.queries import find_guardian_by_phone, find_person, search_condition
from app.domain.people.services import (
    add_guardian,
    add_person,
    update_person,
)
from app.domain.people.types import NameMissing, PersonChanged
from app.uow import session
from tests.support.cast import Cast


def found(query: str) -> set[str | None]:
    return set(session().scalars(select(Person.name_en).where(search_condition(Person, query))))


@pytest.mark.parametrize(
    "query",
    ["dalia", "AKTER dal", "Akhter", "ডালিয়া", "আক্তার ডাল", "01711-000001", "০১৭১১০০০০০১", "1711000001"],
)
def test_person_is_found_in_any_script_and_by_digits(cast: Cast, query: str) -> None:
    assert "Dalia Akter" in found(query)
    assert "Bashir Uddin" not in found(query)


def test_a_part_of_a_phone_number_is_found_by_its_index(cast: Cast) -> None:
    statement = select(Person.id).where(search_condition(Person, "7110000"))
    words = statement.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})
    session().execute(text("SET LOCAL enable_seqscan = off"))
    plan = "\n".join(session().scalars(text(f"EXPLAIN {words}").execution_options(no_parameters=True)))
    assert "ix_persons_phone_parts" in plan


def test_person_is_found_by_an_arabic_name(cast: Cast) -> None:
    add_person(cast.hasan.actor, name_ar="أحمد بن يوسف", name_en="Ahmad Yusuf")
    assert found("احمد") == {"Ahmad Yusuf"}
    assert found("يوسف أحمد") == {"Ahmad Yusuf"}


def test_empty_query_is_answered_by_everybody_and_nonsense_by_nobody(cast: Cast) -> None:
    assert len(found("")) > 10
    assert found("!!! ---") == set()


@pytest.mark.parametrize(
    "query", ["' OR 1=1--", "a':* | 'b", "\\", "{{7*7}}", "%", "_", '"><svg onload=x>', "১২%"]
)
def test_hostile_query_finds_nobody_and_breaks_nothing(cast: Cast, query: str) -> None:
    assert found(query) == set()


def test_guardian_is_recognised_by_phone(cast: Cast) -> None:
    row = find_guardian_by_phone("+8801711000001")
    assert row is not None
    assert (row.guardian_id, row.person_id) == (cast.dalia.guardian_id, cast.dalia.person_id)
    assert row.names.in_("en") == ("Dalia Akter", "en")
    assert find_guardian_by_phone("+8801711999999") is None


def test_first_of_two_guardians_with_one_phone_is_recognised(cast: Cast) -> None:
    again = add_person(cast.hasan.actor, name_en="Dulal Akter", phone="+8801711000001")
    add_guardian(cast.hasan.actor, again)
    row = find_guardian_by_phone("+8801711000001")
    assert row is not None and row.guardian_id == cast.dalia.guardian_id


def test_phone_of_somebody_who_is_no_guardian_is_not_recognised(cast: Cast) -> None:
    assert find_guardian_by_phone("+8801711000009") is None


def test_change_is_stored_searchable_and_in_the_audit_log(cast: Cast) -> None:
    before = find_person(cast.dalia.person_id)
    assert before is not None
    assert update_person(cast.farida.actor, before.id, before.version, name_en="Dalia Khatun", email="")
    after = find_person(before.id)
    assert after is not None
    assert (after.names.en, after.names.bn, after.version) == (
        "Dalia Khatun",
        before.names.bn,
        before.version + 1,
    )
    assert "Dalia Khatun" in found("khatun")
    entry = list_entries_of("person", before.id)[0]
    assert entry.user_id == cast.farida.user_id
    assert (entry.old_data, entry.new_data) == ({"name_en": "Dalia Akter"}, {"name_en": "Dalia Khatun"})


def test_saving_without_a_change_writes_nothing(cast: Cast) -> None:
    row = find_person(cast.dalia.person_id)
    assert row is not None
    assert not update_person(cast.farida.actor, row.id, row.version, name_en="Dalia Akter")
    assert list_entries_of("person", row.id) == []
    again = find_person(row.id)
    assert again is not None and again.version == row.version


def test_second_of_two_editors_is_told_and_overwrites_nothing(cast: Cast) -> None:
    row = find_person(cast.dalia.person_id)
    assert row is not None
    update_person(cast.farida.actor, row.id, row.version, address="Mirpur 10")
    with pytest.raises(PersonChanged):
        update_person(cast.amina.actor, row.id, row.version, address="Banani")
    now = find_person(row.id)
    assert now is not None and now.address == "Mirpur 10"


def test_last_name_cannot_be_taken_away(cast: Cast) -> None:
    row = find_person(cast.dalia.person_id)
    assert row is not None
    with pytest.raises(NameMissing):
        update_person(cast.farida.actor, row.id, row.version, name_en=None, name_bn="")
    with pytest.raises(NameMissing):
        add_person(cast.farida.actor, phone="+8801711000077")


def test_nobody_is_found_under_a_foreign_key(cast: Cast) -> None:
    assert find_person(uuid4()) is None
    with pytest.raises(NotFound):
        update_person(cast.farida.actor, uuid4(), 1, name_en="Nobody")
