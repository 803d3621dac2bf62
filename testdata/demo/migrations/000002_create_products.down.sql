DROP TABLE coupons;
DROP TABLE products;
