"""Tests of the pages of scores."""
