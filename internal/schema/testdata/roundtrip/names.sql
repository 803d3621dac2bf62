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
