"""The order in which the seats of a class are given, however it came about, and who gets one by it."""
