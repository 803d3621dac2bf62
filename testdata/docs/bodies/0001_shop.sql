CREATE TABLE users (id bigserial PRIMARY KEY, email text NOT NULL UNIQUE);
CREATE TABLE sessions (id bigserial PRIMARY KEY, user_id bigint NOT NULL REFERENCES users);

CREATE FUNCTION purge(name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DELETE FROM %I', name);
END
$$;

CREATE FUNCTION sign_out() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM sessions WHERE user_id = OLD.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER sign_out AFTER UPDATE OF email ON users FOR EACH ROW EXECUTE FUNCTION sign_out();
