"""Registers of the past from a file: what each line would do, then do it."""
