CREATE TABLE app.events (
  id bigint GENERATED ALWAYS AS IDENTITY,
  at date NOT NULL,
  person bigint REFERENCES app.people ON DELETE CASCADE,
  amount numeric(10,2) CHECK (amount > 0),
  PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE TABLE app.events_2026 PARTITION OF app.events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE UNIQUE INDEX one_a_day ON app.events (person, at);
CREATE VIEW app.totals AS SELECT person, sum(amount) AS total FROM app.events GROUP BY person;
CREATE FUNCTION app.forget() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM app.events WHERE person = OLD.id; RETURN OLD; END $$;
CREATE TRIGGER forget BEFORE DELETE ON app.people FOR EACH ROW EXECUTE FUNCTION app.forget();
