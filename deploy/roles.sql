-- For an installation whose database owner may not create roles: run this as a superuser, once,
-- connected to the database, and set APPLICATION_DATABASE_URL to this role.
-- Row-level security binds it; it owns nothing. `afterword migrate` grants it what it needs.
--
--   psql -v role=afterword_app -v password='...' -f roles.sql

CREATE ROLE :"role" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION
    NOINHERIT PASSWORD :'password';
-- Compiling the policies costs half a second where the statement takes a millisecond.
ALTER ROLE :"role" SET jit = off;
-- A plan kept from when the tables were empty is thousands of times slower than planning.
ALTER ROLE :"role" SET plan_cache_mode = force_custom_plan;
GRANT USAGE ON SCHEMA public TO :"role";

-- Reads contributions across organisations, for one transaction at a time: nobody connects as it,
-- and the application role, which is NOINHERIT, must take it on.
SELECT :'role' || '_benchmark' AS benchmark \gset
CREATE ROLE :"benchmark" NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION;
GRANT :"benchmark" TO :"role";
