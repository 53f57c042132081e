"""Families and staff, invented one after the other from a seed: the same seed gives the same people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from app.cli.demo_data import names
from app.cli.demo_data.names import Part
from app.domain.kernel.digits import to_local_digits
from app.domain.people.types import Gender, Relationship


@dataclass(frozen=True, slots=True)
class Child:
    """A pupil to be: name, gender, birthday, and the class it sits in."""

    name: Part
    gender: Gender
    born_on: date
    level: int


@dataclass(frozen=True, slots=True)
class Adult:
    """A parent or guardian."""

    name: Part
    gender: Gender
    relationship: Relationship
    phone: str
    occupation: str


@dataclass(slots=True)
class Family:
    """Parents and their children at the school. The first adult is the one the school calls."""

    adults: list[Adult]
    address: str
    children: list[Child] = field(default_factory=list)


FATHERS_WORK = (
    "ব্যবসায়ী",
    "শিক্ষক",
    "সরকারি চাকরিজীবী",
    "প্রবাসী",
    "ব্যাংক কর্মকর্তা",
    "কৃষক",
    "প্রকৌশলী",
    "চিকিৎসক",
    "দোকানি",
    "গাড়িচালক",
    "দর্জি",
    "আইনজীবী",
)
MOTHERS_WORK = ("গৃহিণী", "গৃহিণী", "গৃহিণী", "শিক্ষক", "সেবিকা", "ব্যাংক কর্মকর্তা", "উদ্যোক্তা", "চিকিৎসক")


class Phones:
    """Mobile numbers that stand in nobody's telephone: five noughts follow the prefix, one by one."""

    def __init__(self, after: int = 0) -> None:
        self._last = after

    def next(self) -> str:
        """The next number, E.164. Raises OverflowError after the last one that nobody has."""
        self._last += 1
        if self._last > 99_999:
            raise OverflowError("there are no more numbers that stand in nobody's telephone")
        return f"+88017000{self._last:05d}"


class Registry:
    """Makes people. Everything random comes from the one generator it is given."""

    def __init__(self, rng: Random, year: int, phones: Phones | None = None) -> None:
        self.rng = rng
        self.year = year
        self.phones = phones or Phones()

    def family(self, levels: Sequence[int], streets: Sequence[str], town: str) -> Family:
        """A family with one child in each of these classes."""
        kind = self.rng.random()
        if kind < 0.02:
            return self._garo(levels, streets, town)
        if kind < 0.10:
            return self._hindu(levels, streets, town)
        return self._muslim(levels, streets, town)

    def _muslim(self, levels: Sequence[int], streets: Sequence[str], town: str) -> Family:
        rng = self.rng
        father = rng.choice(names.MEN)
        if rng.random() < 0.5:
            father = names.MD + father
        mother = rng.choice(names.WOMEN) + rng.choice(names.AFTER_WOMEN)
        if rng.random() < 0.15:
            mother = names.MST + mother
        shared = rng.choice(names.AFTER_BOYS) if rng.random() < 0.4 else None
        family = self._household(father, mother, streets, town)
        for level in levels:
            gender = self._gender()
            if gender is Gender.MALE:
                name = self._fresh(names.BOYS, family) + (shared or rng.choice(names.AFTER_BOYS))
                if rng.random() < 0.35:
                    name = names.MD + name
            else:
                name = self._fresh(names.GIRLS, family) + rng.choice(names.AFTER_GIRLS)
                if rng.random() < 0.08:
                    name = names.MST + name
            family.children.append(self._child(name, gender, level))
        return family

    def _hindu(self, levels: Sequence[int], streets: Sequence[str], town: str) -> Family:
        rng = self.rng
        house = rng.choice(names.HINDU_FAMILIES)
        father, mother = rng.choice(names.HINDU_MEN) + house, rng.choice(names.HINDU_WOMEN) + house
        family = self._household(father, mother, streets, town)
        for level in levels:
            gender = self._gender()
            pool = names.HINDU_BOYS if gender is Gender.MALE else names.HINDU_GIRLS
            family.children.append(self._child(self._fresh(pool, family) + house, gender, level))
        return family

    def _garo(self, levels: Sequence[int], streets: Sequence[str], town: str) -> Family:
        rng = self.rng
        house, other = rng.sample(names.GARO_HOUSES, 2)
        father, mother = rng.choice(names.GARO_MEN) + other, rng.choice(names.GARO_WOMEN) + house
        family = self._household(father, mother, streets, town)
        for level in levels:
            gender = self._gender()
            pool = names.GARO_BOYS if gender is Gender.MALE else names.GARO_GIRLS
            family.children.append(self._child(self._fresh(pool, family) + house, gender, level))
        return family

    def _gender(self) -> Gender:
        return Gender.MALE if self.rng.random() < 0.52 else Gender.FEMALE

    def _fresh(self, pool: Sequence[Part], family: Family) -> Part:
        """A first name that no brother or sister bears."""
        used = " ".join(child.name.en for child in family.children)
        return self.rng.choice([part for part in pool if part.en not in used])

    def _child(self, name: Part, gender: Gender, level: int) -> Child:
        keep_arabic = bool(name.ar) and self.rng.random() < 0.4
        birthday = date(self.year - level - 6, 1, 1) + timedelta(self.rng.randrange(360))
        return Child(Part(name.en, name.bn, name.ar if keep_arabic else ""), gender, birthday, level)

    def _household(self, father: Part, mother: Part, streets: Sequence[str], town: str) -> Family:
        rng = self.rng
        dad = Adult(
            Part(father.en, father.bn),
            Gender.MALE,
            Relationship.FATHER,
            self.phones.next(),
            rng.choice(FATHERS_WORK),
        )
        both = rng.random() < 0.3
        mum = Adult(
            Part(mother.en, mother.bn),
            Gender.FEMALE,
            Relationship.MOTHER,
            self.phones.next(),
            rng.choice(MOTHERS_WORK),
        )
        first, second = (dad, mum) if rng.random() < 0.55 else (mum, dad)
        house = to_local_digits(str(rng.randrange(1, 140)), "bn")
        address = f"{house}, {rng.choice(list(streets))}, {town}"
        return Family([first, second] if both else [first], address)

    def member_of_staff(self, *, woman: bool | None = None) -> tuple[Part, Gender]:
        """A grown-up who works at the school."""
        rng = self.rng
        woman = rng.random() < 0.5 if woman is None else woman
        if rng.random() < 0.12:
            first = rng.choice(names.HINDU_WOMEN if woman else names.HINDU_MEN)
            name = first + rng.choice(names.HINDU_FAMILIES)
        elif woman:
            name = rng.choice(names.WOMEN) + rng.choice(names.AFTER_WOMEN)
        else:
            name = rng.choice(names.MEN)
            name = names.MD + name if rng.random() < 0.4 else name
        return Part(name.en, name.bn), Gender.FEMALE if woman else Gender.MALE
