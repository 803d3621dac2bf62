UPDATE customers SET note = 'none' WHERE note = 'n/a';
CREATE INDEX CONCURRENTLY customers_name ON customers (name);
