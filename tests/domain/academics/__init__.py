"""Tests of the school's structure and calendar."""
