"""The shape of the school: campuses, years, classes, sections, subjects, enrolments, the calendar."""
