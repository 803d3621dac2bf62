CREATE TABLE products (
    id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sku   text NOT NULL UNIQUE,
    name  text NOT NULL,
    price numeric(10, 2) NOT NULL
);

CREATE INDEX products_name_idx ON products (name);

CREATE TABLE coupons (
    code    text PRIMARY KEY,
    percent smallint NOT NULL CHECK (percent BETWEEN 1 AND 100)
);
