"""Patterns of absence that need a talk with the family: found, owned, closed with an outcome."""
