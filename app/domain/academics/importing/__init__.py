"""Making a school of what another system exported: the part of an import that knows our school.

It stands here because academics is the highest feature an import needs: campuses, years, classes, sections,
subjects and enrolments are its own tables, people are below it and are stored through
`app.domain.people.importing`, and nothing of admissions or attendance is touched. The file format is not known
here: `app.integrations.oneroster` reads it and hands over a plan.

`roster.import_roster` is the one way in. The steps are `places` (campus to subject group), `people` and
`seats` (enrolments, class teachers, who is in which group); `run` is what they share.
"""
