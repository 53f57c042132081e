"""The developer's tool, run as a person runs it."""
