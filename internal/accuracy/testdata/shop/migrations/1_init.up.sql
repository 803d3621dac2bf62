CREATE TABLE customers (id serial PRIMARY KEY, name text NOT NULL, note text);
CREATE TABLE orders (
    id serial PRIMARY KEY,
    customer_id int NOT NULL REFERENCES customers ON DELETE CASCADE,
    status text NOT NULL CHECK (status IN ('open', 'sent', 'lost')),
    paid timestamptz,
    CHECK (paid IS NULL OR status <> 'open')
);
