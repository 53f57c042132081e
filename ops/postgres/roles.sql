-- The four roles of the database. Run by a superuser in the school's database, as often as one likes:
--
--     psql -d smart_academy -f ops/postgres/roles.sql
--
-- sa_owner     owns the tables: migrations, and nothing else, connect as this role
-- sa_app       the pages, the worker and the commands: reads and writes rows, behind the walls of
--              app/walls.py, makes and drops nothing, and cannot change what the audit log says
-- sa_readonly  a person who looks: every row of the school, no secrets of accounts, no change
-- sa_backup    pg_dump: every row of every table, no change
--
-- Passwords are not here: ALTER ROLE sa_app PASSWORD '...' once, or peer authentication.

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['sa_owner', 'sa_app', 'sa_readonly', 'sa_backup'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
      EXECUTE format('CREATE ROLE %I LOGIN', name);
    END IF;
  END LOOP;
END
$$;
ALTER ROLE sa_owner NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
ALTER ROLE sa_app NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
ALTER ROLE sa_readonly NOSUPERUSER NOCREATEDB NOCREATEROLE BYPASSRLS;
ALTER ROLE sa_readonly SET default_transaction_read_only = on;
ALTER ROLE sa_backup NOSUPERUSER NOCREATEDB NOCREATEROLE BYPASSRLS;
ALTER ROLE sa_backup SET default_transaction_read_only = on;

-- The database and what is in it belong to the owner, also what a superuser made before there were roles.
DO $$
DECLARE
  thing record;
BEGIN
  EXECUTE format('ALTER DATABASE %I OWNER TO sa_owner', current_database());
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO sa_app, sa_readonly, sa_backup', current_database());
  FOR thing IN
    SELECT oid::regclass AS name FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
      AND relowner <> 'sa_owner'::regrole
  LOOP
    EXECUTE format('ALTER TABLE %s OWNER TO sa_owner', thing.name);
  END LOOP;
END
$$;
ALTER SCHEMA public OWNER TO sa_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO sa_app, sa_readonly, sa_backup;

-- Tables of today and of every migration to come. What single tables take back stands in app/walls.py,
-- which each migration applies anew.
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO sa_app;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO sa_readonly, sa_backup;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO sa_app;
GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO sa_backup;
ALTER DEFAULT PRIVILEGES FOR ROLE sa_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO sa_app;
ALTER DEFAULT PRIVILEGES FOR ROLE sa_owner IN SCHEMA public GRANT SELECT ON TABLES TO sa_readonly, sa_backup;
ALTER DEFAULT PRIVILEGES FOR ROLE sa_owner IN SCHEMA public GRANT USAGE ON SEQUENCES TO sa_app;
ALTER DEFAULT PRIVILEGES FOR ROLE sa_owner IN SCHEMA public GRANT SELECT ON SEQUENCES TO sa_backup;

DO $$
BEGIN
  IF to_regclass('public.alembic_version') IS NOT NULL THEN
    REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM sa_app;
  END IF;
  IF to_regclass('public.audit_logs') IS NOT NULL THEN
    REVOKE UPDATE, DELETE ON audit_logs FROM sa_app;
    IF EXISTS (
      SELECT FROM pg_attribute WHERE attrelid = 'public.audit_logs'::regclass AND attname = 'previous_hash'
    ) THEN
      GRANT UPDATE (sequence, previous_hash, hash) ON audit_logs TO sa_app;
    END IF;
  END IF;
END
$$;

-- What a person who only looks does not see, as SECRETS of app/walls.py has it.
DO $$
DECLARE
  secret record;
  shown text;
BEGIN
  FOR secret IN
    SELECT to_regclass('public.' || name) AS name, hidden FROM (VALUES
      ('sessions', '*'), ('one_time_links', '*'), ('half_open_sign_ins', '*'), ('passkey_challenges', '*'),
      ('passkeys', '*'), ('authenticator_apps', '*'), ('recovery_codes', '*'), ('reset_requests', '*'),
      ('email_changes', '*'), ('phone_changes', '*'), ('idempotency_keys', '*'), ('limit_counts', '*'),
      ('admission_family_codes', '*'), ('admission_draws', 'secret'), ('checkin_windows', 'secret'),
      ('users', 'password_hash'), ('admission_applications', 'token_hash resume_hash'), ('outbox_messages', 'body')
    ) AS secrets (name, hidden)
  LOOP
    CONTINUE WHEN secret.name IS NULL;
    EXECUTE format('REVOKE SELECT ON %s FROM sa_readonly', secret.name);
    SELECT string_agg(quote_ident(attname), ', ') INTO shown FROM pg_attribute
      WHERE attrelid = secret.name AND attnum > 0 AND NOT attisdropped 
        AND attname <> ALL (string_to_array(secret.hidden, ' '));
    IF secret.hidden <> '*' THEN
      EXECUTE format('GRANT SELECT (%s) ON %s TO sa_readonly', shown, secret.name);
    END IF;
  END LOOP;
END
$$;
