SELECT purge('sessions');

UPDATE users SET email = lower(email) WHERE email <> lower(email);

DO $$
DECLARE
    old record;
BEGIN
    FOR old IN SELECT tablename FROM pg_tables WHERE tablename LIKE 'tmp\_%' LOOP
        EXECUTE 'DROP TABLE ' || quote_ident(old.tablename);
    END LOOP;

    IF EXISTS (SELECT FROM pg_indexes WHERE indexname = 'users_email_key') THEN
        ALTER INDEX users_email_key RENAME TO users_email_unique;
    END IF;
END
$$;
