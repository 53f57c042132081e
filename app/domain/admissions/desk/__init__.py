"""The officer's desk: the queue, who works on what, milestones, second applications, and acts on many at once."""
