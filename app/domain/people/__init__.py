"""Persons, and what they are to the school: students, guardians, staff."""
