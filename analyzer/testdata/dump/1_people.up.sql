CREATE EXTENSION IF NOT EXISTS citext;
CREATE SCHEMA app;
CREATE TYPE app.mood AS ENUM ('sad', 'happy');
CREATE TABLE app.people (
  id bigserial PRIMARY KEY,
  email varchar(80) NOT NULL UNIQUE,
  "Full Name" text,
  mood app.mood DEFAULT 'happy',
  made timestamptz NOT NULL DEFAULT now(),
  tags text[]
);
