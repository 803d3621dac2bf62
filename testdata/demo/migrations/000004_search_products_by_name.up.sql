-- The search ignores case now, so the index has to as well.
DROP INDEX products_name_idx;
CREATE INDEX products_name_idx ON products (lower(name));
