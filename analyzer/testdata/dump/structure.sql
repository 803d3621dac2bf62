--
-- PostgreSQL database dump
--

\restrict bTEsBcMxAO5WCT56on69n69hm9kIXBd5gIOuHAPN9Kg9eiWZMgf4DrbQDapERhT

-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: app; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA app;


--
-- Name: citext; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA public;


--
-- Name: EXTENSION citext; Type: COMMENT; Schema: -; Owner: -
--

COMMENT ON EXTENSION citext IS 'data type for case-insensitive character strings';


--
-- Name: mood; Type: TYPE; Schema: app; Owner: -
--

CREATE TYPE app.mood AS ENUM (
    'sad',
    'happy'
);


--
-- Name: forget(); Type: FUNCTION; Schema: app; Owner: -
--

CREATE FUNCTION app.forget() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN DELETE FROM app.events WHERE person = OLD.id; RETURN OLD; END $$;


SET default_tablespace = '';

--
-- Name: events; Type: TABLE; Schema: app; Owner: -
--

CREATE TABLE app.events (
    id bigint NOT NULL,
    at date NOT NULL,
    person bigint,
    amount numeric(10,2),
    CONSTRAINT events_amount_check CHECK ((amount > (0)::numeric))
)
PARTITION BY RANGE (at);


SET default_table_access_method = heap;

--
-- Name: events_2026; Type: TABLE; Schema: app; Owner: -
--

CREATE TABLE app.events_2026 (
    id bigint NOT NULL,
    at date NOT NULL,
    person bigint,
    amount numeric(10,2),
    CONSTRAINT events_amount_check CHECK ((amount > (0)::numeric))
);


--
-- Name: events_id_seq; Type: SEQUENCE; Schema: app; Owner: -
--

ALTER TABLE app.events ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME app.events_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: people; Type: TABLE; Schema: app; Owner: -
--

CREATE TABLE app.people (
    id bigint NOT NULL,
    email character varying(80) NOT NULL,
    "Full Name" text,
    mood app.mood DEFAULT 'happy'::app.mood,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);


--
-- Name: people_id_seq; Type: SEQUENCE; Schema: app; Owner: -
--

CREATE SEQUENCE app.people_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: people_id_seq; Type: SEQUENCE OWNED BY; Schema: app; Owner: -
--

ALTER SEQUENCE app.people_id_seq OWNED BY app.people.id;


--
-- Name: totals; Type: VIEW; Schema: app; Owner: -
--

CREATE VIEW app.totals AS
 SELECT events.person,
    sum(events.amount) AS total
   FROM app.events
  GROUP BY events.person;


--
-- Name: notes; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.notes (
    id integer NOT NULL,
    body text
);


--
-- Name: schema_migrations; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.schema_migrations (
    version bigint NOT NULL,
    dirty boolean NOT NULL
);


--
-- Name: events_2026; Type: TABLE ATTACH; Schema: app; Owner: -
--

ALTER TABLE ONLY app.events ATTACH PARTITION app.events_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');


--
-- Name: people id; Type: DEFAULT; Schema: app; Owner: -
--

ALTER TABLE ONLY app.people ALTER COLUMN id SET DEFAULT nextval('app.people_id_seq'::regclass);


--
-- Data for Name: events_2026; Type: TABLE DATA; Schema: app; Owner: -
--

COPY app.events_2026 (id, at, person, amount) FROM stdin;
\.


--
-- Data for Name: people; Type: TABLE DATA; Schema: app; Owner: -
--

COPY app.people (id, email, "Full Name", mood, created_at) FROM stdin;
\.


--
-- Data for Name: notes; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.notes (id, body) FROM stdin;
1	it's; DROP TABLE app.people;
2	a\tb
\.


--
-- Data for Name: schema_migrations; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.schema_migrations (version, dirty) FROM stdin;
3	f
\.


--
-- Name: events_id_seq; Type: SEQUENCE SET; Schema: app; Owner: -
--

SELECT pg_catalog.setval('app.events_id_seq', 1, false);


--
-- Name: people_id_seq; Type: SEQUENCE SET; Schema: app; Owner: -
--

SELECT pg_catalog.setval('app.people_id_seq', 1, false);


--
-- Name: events events_pkey; Type: CONSTRAINT; Schema: app; Owner: -
--

ALTER TABLE ONLY app.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (id, at);


--
-- Name: events_2026 events_2026_pkey; Type: CONSTRAINT; Schema: app; Owner: -
--

ALTER TABLE ONLY app.events_2026
    ADD CONSTRAINT events_2026_pkey PRIMARY KEY (id, at);


--
-- Name: people people_email_key; Type: CONSTRAINT; Schema: app; Owner: -
--

ALTER TABLE ONLY app.people
    ADD CONSTRAINT people_email_key UNIQUE (email);


--
-- Name: people people_pkey; Type: CONSTRAINT; Schema: app; Owner: -
--

ALTER TABLE ONLY app.people
    ADD CONSTRAINT people_pkey PRIMARY KEY (id);


--
-- Name: notes notes_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.notes
    ADD CONSTRAINT notes_pkey PRIMARY KEY (id);


--
-- Name: schema_migrations schema_migrations_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (version);


--
-- Name: one_a_day; Type: INDEX; Schema: app; Owner: -
--

CREATE UNIQUE INDEX one_a_day ON ONLY app.events USING btree (person, at);


--
-- Name: events_2026_person_at_idx; Type: INDEX; Schema: app; Owner: -
--

CREATE UNIQUE INDEX events_2026_person_at_idx ON app.events_2026 USING btree (person, at);


--
-- Name: events_2026_person_at_idx; Type: INDEX ATTACH; Schema: app; Owner: -
--

ALTER INDEX app.one_a_day ATTACH PARTITION app.events_2026_person_at_idx;


--
-- Name: events_2026_pkey; Type: INDEX ATTACH; Schema: app; Owner: -
--

ALTER INDEX app.events_pkey ATTACH PARTITION app.events_2026_pkey;


--
-- Name: people forget; Type: TRIGGER; Schema: app; Owner: -
--

CREATE TRIGGER forget BEFORE DELETE ON app.people FOR EACH ROW EXECUTE FUNCTION app.forget();


--
-- Name: events events_person_fkey; Type: FK CONSTRAINT; Schema: app; Owner: -
--

ALTER TABLE app.events
    ADD CONSTRAINT events_person_fkey FOREIGN KEY (person) REFERENCES app.people(id) ON DELETE CASCADE;


--
-- PostgreSQL database dump complete
--

\unrestrict bTEsBcMxAO5WCT56on69n69hm9kIXBd5gIOuHAPN9Kg9eiWZMgf4DrbQDapERhT

