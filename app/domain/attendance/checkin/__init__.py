"""Pupils' own check-in: a code on the teacher's screen that changes, typed on the own phone."""
