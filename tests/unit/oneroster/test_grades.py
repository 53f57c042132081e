"""From a grade to a class."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.academics.importing.grades import MAX_CODE, OTHER_LEVEL, class_of_grade


@pytest.mark.parametrize(
    ("grade", "code", "name", "level"),
    [
        ("07", "7", "Class Seven", 7),
        ("7", "7", "Class Seven", 7),
        ("৭", "7", "Class Seven", 7),
        ("Grade 10", "10", "Class Ten", 10),
        ("12", "12", "Class Twelve", 12),
        ("13", "13", "Year 13", 13),
        ("KG", "KG", "KG", 0),
        ("00", "KG", "KG", 0),
        ("PK", "NUR", "Nursery", -1),
        ("PR", "PG", "Play", -2),
        ("UG", "UG", "UG", OTHER_LEVEL),
    ],
)
def test_a_grade_is_a_class(grade: str, code: str, name: str, level: int) -> None:
    shape = class_of_grade(grade)
    assert (shape.code, shape.name.en, shape.level) == (code, name, level)


def test_known_classes_are_named_in_three_languages() -> None:
    assert all(class_of_grade(f"{number:02d}").name.missing == () for number in range(13))
    assert class_of_grade("07").name.bn == "সপ্তম শ্রেণি"


@given(st.text(max_size=40))
def test_any_grade_has_a_class_that_fits(grade: str) -> None:
    shape = class_of_grade(grade)
    assert 1 <= len(shape.code) <= MAX_CODE
    assert shape.name
