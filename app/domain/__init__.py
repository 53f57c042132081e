"""The school itself. No HTTP word in here; one package a feature."""
