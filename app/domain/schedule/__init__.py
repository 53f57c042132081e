"""What happens by the clock: when each job last ran, and what came of it."""
