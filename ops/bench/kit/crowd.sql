-- A queue of thousands in one cycle: what `crowd.py` writes as the owner of the tables, one statement under the name
-- of each table.
-- `:officer` is the address of the officer whose queue it becomes, `:most` how many it has in the end.

-- [admission_applications]
WITH cycle AS (
  SELECT c.id, c.campus_id, array_agg(s.class_id ORDER BY s.class_id) AS classes
  FROM admission_cycles c
  JOIN admission_seats s ON s.cycle_id = c.id
  WHERE c.campus_id = (
    SELECT r.campus_id FROM user_roles r JOIN users u ON u.id = r.user_id
    WHERE u.email = :officer AND r.campus_id IS NOT NULL
  )
  GROUP BY c.id
  ORDER BY c.opens_on DESC
  LIMIT 1
), last AS (
  SELECT max(submitted_at) AS at FROM admission_applications
), wanted AS (
  SELECT :most - count(*) AS more
  FROM admission_applications a JOIN cycle ON cycle.id = a.cycle_id
  WHERE a.status <> 'draft' AND a.reference IS NOT NULL
)
INSERT INTO admission_applications (
  id, campus_id, cycle_id, class_id, reference, token_hash, locale, status, child_name_en, child_name_bn, born_on,
  gender, birth_registration_no, guardian_name_bn, relationship, phone, address, district, submitted_at, search_key
)
SELECT
  uuidv7(), cycle.campus_id, cycle.id, cycle.classes[1 + n % cardinality(cycle.classes)],
  'CROWD-' || lpad(n::text, 6, '0'), md5('crowd ' || n) || md5('token ' || n), 'bn',
  (ARRAY['submitted', 'submitted', 'submitted', 'under_review', 'under_review', 'shortlisted', 'waitlisted', 'rejected'])
    [1 + n % 8],
  'Child ' || n, 'শিশু ' || n, date '2013-01-01' + n % 1800, (ARRAY['male', 'female'])[1 + n % 2],
  -- One in a hundred was sent twice, one in forty is a sister or brother of the one before.
  '2014' || lpad((n - (n % 100 = 0)::int)::text, 13, '0'), 'অভিভাবক ' || n, 'mother',
  '+88018' || lpad((n - (n % 40 = 0)::int)::text, 8, '0'), 'House ' || n, 'Mymensingh',
  last.at - n * interval '3 minutes', 'child ' || n || ' শিশু ' || n
FROM cycle CROSS JOIN last CROSS JOIN wanted CROSS JOIN generate_series(1, wanted.more::int) AS n;

-- [files]
INSERT INTO files (id, storage_key, file_name, content_type, file_size, sha256, campus_id, state, refusal)
SELECT
  uuidv7(), 'crowd/' || a.id || '/' || kind, kind || '.jpg', 'image/jpeg', 1000, md5(kind) || md5(a.id::text), a.campus_id,
  CASE WHEN is_refused THEN 'refused' ELSE 'released' END, CASE WHEN is_refused THEN 'damaged' END
FROM admission_applications a
CROSS JOIN unnest(ARRAY['photo', 'birth_certificate']) AS kind
CROSS JOIN LATERAL (SELECT kind = 'photo' AND right(a.reference, 2) = '07' AS is_refused) AS found
WHERE a.reference LIKE 'CROWD-%' AND NOT (kind = 'photo' AND right(a.reference, 1) = '3');

-- [application_documents]
INSERT INTO application_documents (id, application_id, document_type, file_id)
SELECT uuidv7(), a.id, kind, f.id
FROM admission_applications a
CROSS JOIN unnest(ARRAY['photo', 'birth_certificate']) AS kind
JOIN files f ON f.storage_key = 'crowd/' || a.id || '/' || kind
WHERE a.reference LIKE 'CROWD-%';

-- [application_events]
INSERT INTO application_events (id, application_id, at, kind, from_status, to_status, details)
SELECT uuidv7(), a.id, a.submitted_at, 'submitted', 'draft', 'submitted', '{"version": 1}'
FROM admission_applications a
WHERE a.reference LIKE 'CROWD-%';
