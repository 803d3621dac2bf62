-- Inheritance, and tables made like another one.
CREATE TABLE z_base (id int NOT NULL, made timestamptz);
CREATE TABLE a_derived (extra text) INHERITS (z_base);
CREATE TABLE b_further (more text) INHERITS (a_derived);
CREATE TABLE m_like (LIKE z_base, own int);
