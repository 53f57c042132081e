-- What `growing.py` writes and asks, one statement under each name. `:model` is the campus that new ones are made
-- after, `:before` the name of the year before this one.

-- [known phones]
SELECT max(right(phone, 5)::int)
FROM (
  SELECT phone FROM persons UNION ALL SELECT phone FROM admission_applications UNION ALL SELECT phone FROM campuses
) AS numbers
WHERE phone LIKE '+88017000_____';

-- [is real]
SELECT EXISTS (SELECT FROM persons WHERE phone NOT LIKE '+88017000_____' OR email NOT LIKE '%.example')
  OR EXISTS (SELECT FROM campuses WHERE email IS NULL OR email NOT LIKE '%.example');

-- [years]
INSERT INTO academic_years (id, campus_id, name, starts_on, ends_on, is_current)
SELECT uuidv7(), c.id, t.name, t.starts_on, t.ends_on, t.is_current
FROM academic_years t
JOIN campuses m ON m.id = t.campus_id AND m.code = :model
CROSS JOIN campuses c
WHERE c.code = ANY (:new);

-- [classes]
INSERT INTO classes (id, campus_id, code, name, level)
SELECT uuidv7(), c.id, t.code, t.name, t.level
FROM classes t
JOIN campuses m ON m.id = t.campus_id AND m.code = :model
CROSS JOIN campuses c
WHERE c.code = ANY (:new);

-- [subjects]
INSERT INTO subjects (id, campus_id, class_id, code, name, is_mandatory)
SELECT uuidv7(), c.id, k.id, t.code, t.name, t.is_mandatory
FROM subjects t
JOIN campuses m ON m.id = t.campus_id AND m.code = :model
JOIN classes mk ON mk.id = t.class_id
CROSS JOIN campuses c
JOIN classes k ON k.campus_id = c.id AND k.code = mk.code
WHERE c.code = ANY (:new);

-- [calendar]
INSERT INTO calendar_entries (id, campus_id, starts_on, ends_on, kind, name)
SELECT uuidv7(), c.id, t.starts_on, t.ends_on, t.kind, t.name
FROM calendar_entries t
JOIN campuses m ON m.id = t.campus_id AND m.code = :model
CROSS JOIN campuses c
WHERE c.code = ANY (:new);

-- [cycles]
INSERT INTO admission_cycles (id, campus_id, academic_year_id, opens_on, closes_on, state, published_at,
  method, fee, section_most, age_from_on, age_to_on, papers)
SELECT uuidv7(), c.id, y.id, t.opens_on, t.closes_on, t.state, t.published_at,
  t.method, t.fee, t.section_most, t.age_from_on, t.age_to_on, t.papers
FROM admission_cycles t
JOIN campuses m ON m.id = t.campus_id AND m.code = :model
JOIN academic_years my ON my.id = t.academic_year_id
CROSS JOIN campuses c
JOIN academic_years y ON y.campus_id = c.id AND y.name = my.name
WHERE c.code = ANY (:new) AND t.state = 'published';

-- [seats]
INSERT INTO admission_seats (id, cycle_id, class_id, seats, age_from, age_to, age_from_months, age_to_months, papers)
SELECT uuidv7(), cy.id, k.id, t.seats, t.age_from, t.age_to, t.age_from_months, t.age_to_months, t.papers
FROM admission_seats t
JOIN admission_cycles mc ON mc.id = t.cycle_id AND mc.state = 'published'
JOIN campuses m ON m.id = mc.campus_id AND m.code = :model
JOIN classes mk ON mk.id = t.class_id
JOIN campuses c ON c.code = ANY (:new)
JOIN admission_cycles cy ON cy.campus_id = c.id
JOIN classes k ON k.campus_id = c.id AND k.code = mk.code;

-- [last year]
INSERT INTO academic_years (id, campus_id, name, starts_on, ends_on, is_current)
SELECT uuidv7(), id, :before, :first, :last, false
FROM campuses;

-- [years without terms]
SELECT y.campus_id, y.id, y.name
FROM academic_years y
WHERE NOT EXISTS (SELECT FROM terms t WHERE t.academic_year_id = y.id)
ORDER BY y.id;

-- [classes of a campus]
SELECT c.id, count(*), (SELECT max(s.code) FROM sections s WHERE s.campus_id = c.id)
FROM campuses c
JOIN classes k ON k.campus_id = c.id
WHERE c.code = :code
GROUP BY c.id;

-- [sections]
INSERT INTO sections (id, campus_id, academic_year_id, class_id, name, code, capacity, shift)
SELECT
  uuidv7(), k.campus_id, y.id, k.id, cast(:name AS jsonb), :letter, :capacity,
  CASE WHEN k.level <= 2 THEN 'morning' ELSE 'day' END
FROM classes k
JOIN academic_years y ON y.campus_id = k.campus_id
WHERE k.campus_id = :campus AND (:everywhere OR y.name = :before)
ORDER BY y.starts_on, k.level
ON CONFLICT (academic_year_id, class_id, code) DO NOTHING;

-- [sections without a teacher]
SELECT s.campus_id, s.id
FROM sections s
JOIN academic_years y ON y.id = s.academic_year_id
WHERE y.is_current AND s.class_teacher_id IS NULL
ORDER BY s.id;

-- [class teachers]
UPDATE sections SET class_teacher_id = own.teacher
FROM unnest(cast(:sections AS uuid[]), cast(:teachers AS uuid[])) AS own (section, teacher)
WHERE sections.id = own.section;

-- [class teachers of last year]
UPDATE sections b SET class_teacher_id = s.class_teacher_id
FROM sections s, academic_years y, academic_years yb
WHERE s.academic_year_id = y.id AND y.is_current
  AND b.academic_year_id = yb.id AND yb.name = :before
  AND b.class_id = s.class_id AND b.code = s.code;

-- [lessons]
-- The class teacher gives the first two subjects, the others go round among the teachers of the campus.
INSERT INTO teacher_subjects (id, campus_id, staff_id, section_id, subject_id)
WITH teachers AS (
  SELECT
    id, campus_id,
    row_number() OVER (PARTITION BY campus_id ORDER BY employee_id) - 1 AS n,
    count(*) OVER (PARTITION BY campus_id) AS total
  FROM staff
  WHERE designation = 'Teacher'
), lessons AS (
  SELECT
    s.id, s.campus_id, s.class_teacher_id, b.id AS subject_id,
    row_number() OVER (PARTITION BY s.id ORDER BY b.code) AS place,
    row_number() OVER (PARTITION BY s.campus_id ORDER BY b.code, s.id) AS n
  FROM sections s
  JOIN academic_years y ON y.id = s.academic_year_id AND y.is_current
  JOIN subjects b ON b.class_id = s.class_id
  WHERE s.class_teacher_id = ANY (cast(:new AS uuid[]))
)
SELECT uuidv7(), l.campus_id, CASE WHEN l.place <= 2 THEN l.class_teacher_id ELSE t.id END, l.id, l.subject_id
FROM lessons l
JOIN teachers t ON t.campus_id = l.campus_id AND t.n = l.n % t.total;

-- [rooms]
SELECT s.id, c.code, c.id, y.id, k.level, s.code, coalesce(max(e.roll_number), 0), count(e.id)
FROM sections s
JOIN campuses c ON c.id = s.campus_id
JOIN classes k ON k.id = s.class_id
JOIN academic_years y ON y.id = s.academic_year_id AND y.is_current
LEFT JOIN enrolments e ON e.section_id = s.id
GROUP BY s.id, c.code, c.id, y.id, k.level, s.code
ORDER BY c.code, k.level, s.code;

-- [rooms of last year]
SELECT s.campus_id, k.level, s.code, s.id, y.id
FROM sections s
JOIN classes k ON k.id = s.class_id
JOIN academic_years y ON y.id = s.academic_year_id AND y.name = :before;

-- [seated]
SELECT y.name, count(*)
FROM enrolments e
JOIN academic_years y ON y.id = e.academic_year_id
GROUP BY y.name;

-- [registers]
INSERT INTO attendance_registers (id, campus_id, section_id, date, period, taken_by, taken_at)
SELECT
  uuidv7(), s.campus_id, s.id, :day, 0, u.id,
  cast(:at AS timestamptz) + make_interval(mins => abs(hashtext(s.code || s.capacity::text)) % 20)
FROM sections s
JOIN academic_years y ON y.id = s.academic_year_id AND y.name = :year
JOIN staff t ON t.id = s.class_teacher_id
JOIN users u ON u.person_id = t.person_id
WHERE EXISTS (SELECT FROM enrolments e WHERE e.section_id = s.id)
ON CONFLICT (section_id, date, period) DO NOTHING;

-- [marks]
-- A share of the pupils is away far more often than the others. Every mark follows from the seed, the pupil's
-- number and the day.
INSERT INTO attendance (id, register_id, student_id, date, period, status)
SELECT
  uuidv7(), id, student_id, :day, 0,
  CASE
    WHEN luck < away THEN 'absent'
    WHEN luck < away + 0.018 THEN 'late'
    WHEN luck < away + 0.03 THEN 'excused'
    ELSE 'present'
  END
FROM (
  SELECT
    r.id, e.student_id,
    (hashtextextended(s.student_no || :name, :seed) & 1048575) / 1048576.0 AS luck,
    CASE WHEN hashtextextended(s.student_no, :seed) & 127 < 10 THEN 0.22 ELSE 0.035 END AS away
  FROM attendance_registers r
  JOIN enrolments e ON e.section_id = r.section_id AND e.enrolled_on <= r.date
  JOIN students s ON s.id = e.student_id
  WHERE r.date = :day AND r.period = 0 AND e.student_id <> ALL (cast(:known AS uuid[]))
  ORDER BY r.section_id, e.roll_number
) AS marks;

-- [places to apply for]
SELECT
  c.code, c.id, cy.id, s.class_id, k.level, extract(year FROM y.starts_on)::int,
  (
    SELECT r.user_id FROM user_roles r
    WHERE r.campus_id = c.id AND r.role = 'admissions_officer'
    ORDER BY r.user_id LIMIT 1
  )
FROM admission_seats s
JOIN admission_cycles cy ON cy.id = s.cycle_id AND cy.state = 'published'
JOIN campuses c ON c.id = cy.campus_id
JOIN classes k ON k.id = s.class_id
JOIN academic_years y ON y.id = cy.academic_year_id
ORDER BY c.code, k.level;

-- [months]
INSERT INTO attendance_months
  (student_id, month, section_id, campus_id, present, absent, late, excused, left_early)
SELECT student_id, month, section_id, campus_id, present, absent, late, excused, left_early
FROM attendance_months_counted;

-- [traces of registers]
INSERT INTO audit_logs (id, at, user_id, campus_id, action, entity_type, entity_id, new_data)
SELECT
  uuidv7(), r.taken_at, r.taken_by, r.campus_id, 'register.taken', 'register', r.id,
  jsonb_build_object('section', r.section_id, 'date', r.date)
FROM attendance_registers r
ORDER BY r.taken_at;

-- [traces of students]
INSERT INTO audit_logs (id, at, campus_id, action, entity_type, entity_id, new_data)
SELECT
  uuidv7(), s.created_at, s.campus_id, 'student.added', 'student', s.id,
  jsonb_build_object('person', s.person_id, 'student_no', s.student_no)
FROM students s
WHERE NOT EXISTS (SELECT FROM audit_logs a WHERE a.entity_type = 'student' AND a.entity_id = s.id);

-- [traces of applications]
INSERT INTO audit_logs (id, at, campus_id, action, entity_type, entity_id, old_data, new_data)
SELECT
  uuidv7(), p.submitted_at, p.campus_id, 'application.submitted', 'application', p.id,
  jsonb_build_object('status', 'draft'), jsonb_build_object('status', 'submitted', 'reference', p.reference)
FROM admission_applications p
WHERE p.submitted_at IS NOT NULL
  AND NOT EXISTS (SELECT FROM audit_logs a WHERE a.entity_type = 'application' AND a.entity_id = p.id);

-- [letters]
INSERT INTO outbox_messages (
  id, campus_id, channel, kind, recipient, locale, subject, body, message_id, status, attempts, sent_at, created_at,
  updated_at
)
SELECT
  uuidv7(), p.campus_id, 'sms', 'application.received', p.phone, p.locale, '', p.reference,
  '<' || replace(p.id::text, '-', '') || '@smart-academy>', 'sent', 1, p.submitted_at, p.submitted_at, p.submitted_at
FROM admission_applications p
WHERE p.submitted_at IS NOT NULL;
