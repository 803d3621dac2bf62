-- Keys of several columns, foreign keys with all their actions, in circles and to themselves.
CREATE TABLE countries (code char(2) PRIMARY KEY, name varchar(80) NOT NULL UNIQUE);
CREATE TABLE people (
  id bigint CONSTRAINT people_key PRIMARY KEY,
  country char(2) NOT NULL REFERENCES countries,
  boss bigint REFERENCES people (id) ON DELETE SET NULL ON UPDATE CASCADE,
  home integer
);
CREATE TABLE homes (
  id integer PRIMARY KEY,
  owner bigint NOT NULL REFERENCES people ON DELETE CASCADE ON UPDATE RESTRICT,
  street text, number smallint,
  CONSTRAINT one_door UNIQUE (street, number)
);
ALTER TABLE people ADD CONSTRAINT lives_at FOREIGN KEY (home) REFERENCES homes (id) ON UPDATE SET NULL ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED;
CREATE TABLE visits (person bigint, home integer, PRIMARY KEY (person, home));
CREATE TABLE gifts (person bigint, home integer, what text, FOREIGN KEY (person, home) REFERENCES visits (person, home));
CREATE TABLE seats (hall text, row_no int, UNIQUE NULLS NOT DISTINCT (hall, row_no) INCLUDE (taken) DEFERRABLE, taken boolean DEFAULT false CHECK (taken IS NOT NULL) NO INHERIT);
ALTER TABLE seats ADD PRIMARY KEY (row_no), ADD CONSTRAINT twin UNIQUE (row_no);
ALTER TABLE seats ADD CONSTRAINT positive CHECK (row_no > 0) NOT VALID;
CREATE TABLE tickets (seat int DEFAULT 1 REFERENCES seats (row_no) ON DELETE SET DEFAULT ON UPDATE SET DEFAULT, person bigint,
  FOREIGN KEY (person, seat) REFERENCES visits ON DELETE SET NULL (person) DEFERRABLE,
  EXCLUDE USING gist (int4range(seat, seat, '[]') WITH &&) WHERE (person > 0) DEFERRABLE);
ALTER TABLE tickets ALTER CONSTRAINT tickets_person_seat_fkey NOT DEFERRABLE;
ALTER TABLE homes ALTER COLUMN id SET DEFAULT 7, ADD FOREIGN KEY (id) REFERENCES seats NOT VALID;
