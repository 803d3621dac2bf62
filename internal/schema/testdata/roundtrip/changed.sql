-- What a history does to its tables.
CREATE SCHEMA old;
CREATE TABLE old.clients (id int PRIMARY KEY, mail text, phone varchar(10), note text NOT NULL);
CREATE TABLE orders (id int PRIMARY KEY, client int NOT NULL REFERENCES old.clients);
ALTER TABLE old.clients SET SCHEMA public;
ALTER TABLE clients RENAME TO customers;
ALTER TABLE customers RENAME COLUMN mail TO email;
ALTER TABLE customers ALTER COLUMN phone TYPE varchar(30);
ALTER TABLE customers ALTER COLUMN note DROP NOT NULL;
ALTER TABLE customers ADD COLUMN vat varchar(12) NOT NULL;
ALTER TABLE customers DROP COLUMN note;
ALTER TABLE orders RENAME COLUMN client TO customer;
ALTER TABLE orders ADD CONSTRAINT once UNIQUE (id, customer);
CREATE TABLE mistake (id int);
DROP TABLE mistake;
