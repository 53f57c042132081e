"""Slips of an application to print, each with a code by which anybody can check it."""
