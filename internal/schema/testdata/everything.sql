-- db/migrations: 12 migrations read, every statement of them

CREATE SCHEMA app;

CREATE EXTENSION IF NOT EXISTS plpgsql;

CREATE TYPE app.mood AS ENUM ('sad', 'it''s ok', E'a\U0000000ab');

CREATE TYPE app.span AS RANGE (SUBTYPE = timestamp(3) without time zone);

CREATE DOMAIN app.zip AS character varying(10);

-- type public.shell (base): how it is made is not kept

CREATE TYPE app.address AS (street text, zip app.zip);

CREATE SEQUENCE app.events_id_seq;
CREATE SEQUENCE public.tickets;

CREATE TABLE app.events (
  id bigint DEFAULT nextval('app.events_id_seq'::regclass) NOT NULL,
  at timestamp with time zone DEFAULT now() NOT NULL,
  person bigint,
  CONSTRAINT events_pkey PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);

CREATE TABLE app.people (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  name text COLLATE "C" NOT NULL,
  mood app.mood DEFAULT 'sad',
  home app.address,
  zips app.zip[],
  active app.span,
  initial text GENERATED ALWAYS AS (left(name, 1)) STORED,
  -- token has a default: app.token(8)
  token text NOT NULL,
  -- photo: geometry(Point,4326) is not known to the 12 migrations read
  -- born: its type is not known to the 12 migrations read
  CONSTRAINT people_pkey PRIMARY KEY (id),
  -- check people_name_check: name <> ''
  CONSTRAINT people_name_key UNIQUE (name)
  -- unique people_photo_key (photo): not all of its columns are known
);

CREATE TABLE public.notes (
  id int4 NOT NULL,
  text text,
  during int4range,
  CONSTRAINT notes_during_excl EXCLUDE USING gist (during WITH &&),
  -- rows that were there are not checked: NOT VALID
  CONSTRAINT notes_text CHECK (length(text) < 10)
);

-- foreign table public.remote: its server is not kept
--   id int4

CREATE TABLE public.typed OF app.address;

CREATE TABLE app.events_2026 PARTITION OF app.events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');

-- not all of its columns are known: how it was made is not known to the 12 migrations read
CREATE UNLOGGED TABLE public.old (
  id int4 NOT NULL,
  why text
  -- check old_why: why <> gone
) INHERITS (public.notes);

ALTER SEQUENCE app.events_id_seq OWNED BY app.events.id;

CREATE INDEX events_2026_person ON app.events_2026 USING hash (person);
CREATE INDEX people_by_mood ON app.people (mood DESC, name) INCLUDE (zips);
CREATE UNIQUE INDEX notes_text_idx ON public.notes ((lower(text))) WHERE id > 0;
CREATE UNIQUE INDEX notes_id_idx ON public.notes (id);

ALTER TABLE app.events ADD CONSTRAINT events_person_fkey FOREIGN KEY (person) REFERENCES app.people ON DELETE CASCADE ON UPDATE SET NULL;
-- ALTER TABLE public.notes ADD CONSTRAINT notes_ghost_fkey FOREIGN KEY (id) REFERENCES public.ghost (id): the table is not known to the 12 migrations read
ALTER TABLE public.old ADD CONSTRAINT old_id_fkey FOREIGN KEY (id) REFERENCES public.notes (id) NOT VALID;

ALTER TABLE app.people ENABLE ROW LEVEL SECURITY;

-- also there, and not written out:
-- view app.adults, which reads app.people
-- materialized view app.totals
-- function app.token(integer) in plpgsql
-- trigger stamp on app.people: before insert, update, calls app.stamp
-- rule keep on app.people: instead of delete
-- policy "own rows" on app.people
-- SELECT on table app.people to reader
