"""Tests of the pages of draws."""
