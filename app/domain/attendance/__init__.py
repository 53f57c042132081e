"""Registers: who was here, day by day."""
