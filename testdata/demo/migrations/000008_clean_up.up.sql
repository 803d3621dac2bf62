BEGIN;

-- Everything reads price_cents since last month.
ALTER TABLE products
    DROP COLUMN price,
    ADD CONSTRAINT products_price_positive CHECK (price_cents > 0);

-- Addresses come from the delivery service now.
DROP TABLE addresses CASCADE;

COMMIT;
