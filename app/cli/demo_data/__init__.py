"""What the demo school is made of: names, places, days and texts. Nobody in it exists."""
