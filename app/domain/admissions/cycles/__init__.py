"""Admission cycles: what a school decides for one intake, as data that is copied from year to year."""
