INSERT INTO coupons (code, percent) VALUES ('TEST10', 10), ('TEST50', 50);
