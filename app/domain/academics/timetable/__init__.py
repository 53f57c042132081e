"""Bell times, the lessons of a week, and who stands in for whom on a day."""
