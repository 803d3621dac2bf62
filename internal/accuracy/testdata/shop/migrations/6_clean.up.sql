ALTER TABLE customers ADD COLUMN born date;
UPDATE customers SET born = '1970-01-01';
ALTER TABLE orders DROP COLUMN paid;
