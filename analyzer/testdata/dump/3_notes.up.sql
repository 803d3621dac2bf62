CREATE TABLE public.notes (id int PRIMARY KEY, body text);
ALTER TABLE app.people DROP COLUMN tags;
ALTER TABLE app.people RENAME COLUMN made TO created_at;
CREATE TABLE public.schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL);
