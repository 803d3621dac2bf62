-- Names that need quotes, and some that try to be something else.
CREATE SCHEMA "Sales Dept";
CREATE TABLE "Sales Dept"."Order" (
  "select" int PRIMARY KEY,
  "Größe" numeric(10, 2),
  "a""b" text,
  "x'); DROP TABLE y; --" text,
  "two
lines" text,
  "back\slash" text
);
CREATE TABLE "user" ("table" int CONSTRAINT "check" REFERENCES "Sales Dept"."Order" ("select"), "end" timestamptz(3));
CREATE TABLE "dot.dot" ("dot.id" int PRIMARY KEY, "dot.ref" int REFERENCES "dot.dot" ("dot.id"));
CREATE SCHEMA "a.b";
CREATE SCHEMA a;
CREATE TYPE "a.b"."My.Type" AS ENUM ('x', 'it''s');
CREATE TABLE "a.b"."c.d" ("e.f" serial PRIMARY KEY, "My Col" "a.b"."My.Type" DEFAULT 'x', t text COLLATE "C", UNIQUE ("My Col", t));
CREATE TABLE "a"."b" (id int);
CREATE VIEW "a.b"."v.w" AS SELECT "e.f" AS "Number" FROM "a.b"."c.d";
CREATE VIEW "V" AS SELECT "Number" FROM "a.b"."v.w";
CREATE INDEX "I.1" ON "a.b"."c.d" ("My Col" DESC NULLS LAST, t COLLATE "POSIX" text_pattern_ops) WHERE "e.f" > 0;
CREATE TABLE "a.b".parted ("K" int, v int) PARTITION BY RANGE ("K");
CREATE TABLE "a.b"."P 1" PARTITION OF "a.b".parted FOR VALUES FROM (1) TO (5);
CREATE TABLE heir ("More" int) INHERITS ("a.b"."c.d");
