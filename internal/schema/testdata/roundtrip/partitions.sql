-- Partitions: made as such, attached with columns in another order, and under one another.
CREATE TABLE events (id bigint NOT NULL, at date NOT NULL DEFAULT '2026-01-01', kind text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE events_2 (kind text, at date NOT NULL, id bigint NOT NULL);
ALTER TABLE events ATTACH PARTITION events_2 FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
CREATE TABLE events_rest PARTITION OF events DEFAULT PARTITION BY LIST (at);
CREATE TABLE events_rest_a PARTITION OF events_rest (CHECK (kind <> 'b')) FOR VALUES IN ('2026-05-01');
CREATE INDEX by_kind ON events (kind);
CREATE INDEX only_here ON events_1 (kind, id);
CREATE INDEX half ON ONLY events (at, kind);
CREATE TABLE hashed (id int, CHECK (id > 0)) PARTITION BY HASH (id);
CREATE TABLE hashed_0 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE loose (id int NOT NULL, at date NOT NULL, kind text, PRIMARY KEY (id, at));
ALTER TABLE events DETACH PARTITION events_1;
CREATE TABLE refers (id bigint, at date, FOREIGN KEY (id, at) REFERENCES events ON UPDATE CASCADE);
