-- Types with their numbers, and arrays of them.
CREATE TABLE kinds (
  a smallint, b integer, c bigint, d real, e double precision, f numeric, g numeric(12), h numeric(12, 4),
  i char, j char(10), k varchar, l varchar(20), m text, n bytea, o boolean,
  p date, q time, r time(3) with time zone, s timestamp, t timestamp(6), u timestamptz, v interval,
  w uuid, x json, y jsonb, z xml,
  aa inet, ab cidr, ac macaddr, ad bit(5), ae bit varying(7), af money, ag point, ah tsvector, ai int4range,
  aj int[], ak varchar(5)[], al timestamp(3)[], am numeric(4, 1)[], an oid
);
