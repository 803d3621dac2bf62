-- Keys of several columns, foreign keys with all their actions, in circles and to themselves.
CREATE TABLE countries (code char(2) PRIMARY KEY, name varchar(80) NOT NULL UNIQUE);
CREATE TABLE people (
  id bigint CONSTRAINT people_key PRIMARY KEY,
  country char(2) NOT NULL REFERENCES countries,
  boss bigint REFERENCES people (id) ON DELETE SET NULL,
  home integer
);
CREATE TABLE homes (
  id integer PRIMARY KEY,
  owner bigint NOT NULL REFERENCES people ON DELETE CASCADE,
  street text, number smallint,
  CONSTRAINT one_door UNIQUE (street, number)
);
ALTER TABLE people ADD CONSTRAINT lives_at FOREIGN KEY (home) REFERENCES homes (id) ON DELETE RESTRICT;
CREATE TABLE visits (person bigint, home integer, PRIMARY KEY (person, home));
CREATE TABLE gifts (person bigint, home integer, what text, FOREIGN KEY (person, home) REFERENCES visits (person, home));
