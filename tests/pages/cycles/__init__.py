"""Tests of the pages on which the office keeps admission cycles."""
