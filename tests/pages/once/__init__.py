"""Tests of forms that are sent twice."""
