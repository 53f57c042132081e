"""Tests of the pages of enrolment, fees and numbers."""
