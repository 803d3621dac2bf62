-- What is no table, a line each, as ObjectsOf has it. Objects of extensions and of
-- PostgreSQL itself are left out.
WITH own AS (
  SELECT oid, nspname FROM pg_namespace
  WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
),
-- The constructors of a range are part of its type.
extended AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e' OR deptype = 'i' AND classid = 'pg_proc'::regclass),
relation AS (
  SELECT c.oid, c.relkind, c.relacl, c.relowner, n.nspname || '.' || c.relname AS name, quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS quoted
  FROM pg_class c JOIN own n ON n.oid = c.relnamespace
  WHERE NOT EXISTS (SELECT FROM extended e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid)
),
proc AS (
  SELECT p.*, n.nspname || '.' || p.proname AS name, quote_ident(n.nspname) || '.' || quote_ident(p.proname) AS quoted
  FROM pg_proc p JOIN own n ON n.oid = p.pronamespace
  WHERE NOT EXISTS (SELECT FROM extended e WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid)
),
own_type AS (
  SELECT t.*, n.nspname || '.' || t.typname AS name
  FROM pg_type t JOIN own n ON n.oid = t.typnamespace
  WHERE NOT EXISTS (SELECT FROM extended e WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid)
),
function_name AS (
  SELECT p.oid, CASE n.nspname WHEN 'pg_catalog' THEN '' ELSE quote_ident(n.nspname) || '.' END || quote_ident(p.proname) AS name
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
),
granted AS (
  SELECT 'table' AS kind, quoted AS name, relacl AS acl, relowner AS owner FROM relation WHERE relkind IN ('r', 'v', 'm', 'f', 'p')
  UNION ALL SELECT 'sequence', quoted, relacl, relowner FROM relation WHERE relkind = 'S'
  UNION ALL SELECT 'schema', quote_ident(n.nspname), n.nspacl, n.nspowner FROM pg_namespace n JOIN own USING (oid)
  UNION ALL SELECT 'function', quoted, proacl, proowner FROM proc
)
SELECT CASE r.relkind WHEN 'm' THEN 'materialized view ' ELSE 'view ' END || r.name || ' reads {' || coalesce((
    SELECT string_agg(DISTINCT quote_ident(n.nspname) || '.' || quote_ident(c.relname), ', ' ORDER BY quote_ident(n.nspname) || '.' || quote_ident(c.relname))
    FROM pg_rewrite w JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
    JOIN pg_class c ON c.oid = d.refobjid JOIN own n ON n.oid = c.relnamespace
    WHERE w.ev_class = r.oid AND w.rulename = '_RETURN' AND c.oid <> r.oid AND c.relkind IN ('r', 'v', 'm', 'f', 'p')), '') || '}'
FROM relation r WHERE r.relkind IN ('v', 'm')
UNION ALL
SELECT 'enum ' || t.name || ' {' || coalesce((SELECT string_agg(enumlabel, ', ' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid), '') || '}'
FROM own_type t WHERE t.typtype = 'e'
UNION ALL
SELECT 'composite ' || t.name || ' (' || coalesce((
    SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum)
    FROM pg_attribute WHERE attrelid = t.typrelid AND NOT attisdropped), '') || ')'
FROM own_type t JOIN pg_class c ON c.oid = t.typrelid WHERE t.typtype = 'c' AND c.relkind = 'c'
UNION ALL
SELECT 'domain ' || t.name || ' over ' || format_type(t.typbasetype, t.typtypmod) || ' not null ' || t.typnotnull
  || ' default ' || (t.typdefault IS NOT NULL) || ' checks {'
  || coalesce((SELECT string_agg(conname, ', ' ORDER BY conname COLLATE "C") FROM pg_constraint WHERE contypid = t.oid AND contype = 'c'), '') || '}'
FROM own_type t WHERE t.typtype = 'd'
UNION ALL
SELECT 'range ' || t.name || ' over ' || format_type(r.rngsubtype, NULL)
FROM own_type t JOIN pg_range r ON r.rngtypid = t.oid WHERE t.typtype = 'r'
UNION ALL
SELECT CASE WHEN t.typisdefined THEN 'base ' ELSE 'shell ' END || t.name
FROM own_type t WHERE t.typtype IN ('b', 'p') AND t.typcategory <> 'A'
UNION ALL
SELECT CASE p.prokind WHEN 'p' THEN 'procedure ' WHEN 'a' THEN 'aggregate ' ELSE 'function ' END || p.name || '('
  || coalesce((SELECT string_agg(format_type(a.oid, NULL), ', ' ORDER BY a.n) FROM unnest(p.proargtypes) WITH ORDINALITY a (oid, n)), '')
  || ') language ' || l.lanname || CASE p.prokind WHEN 'f' THEN ' returns ' || format_type(p.prorettype, NULL) ELSE '' END
FROM proc p JOIN pg_language l ON l.oid = p.prolang
UNION ALL
SELECT 'trigger ' || t.tgname || ' on ' || r.name || ' '
  || CASE WHEN t.tgtype & 64 > 0 THEN 'instead of' WHEN t.tgtype & 2 > 0 THEN 'before' ELSE 'after' END || ' '
  || array_to_string(ARRAY[CASE WHEN t.tgtype & 4 > 0 THEN 'insert' END, CASE WHEN t.tgtype & 16 > 0 THEN 'update' END,
       CASE WHEN t.tgtype & 8 > 0 THEN 'delete' END, CASE WHEN t.tgtype & 32 > 0 THEN 'truncate' END], ', ')
  || ' runs ' || f.name || CASE t.tgenabled WHEN 'D' THEN ' disabled' ELSE '' END
FROM pg_trigger t JOIN relation r ON r.oid = t.tgrelid JOIN function_name f ON f.oid = t.tgfoid
WHERE NOT t.tgisinternal AND t.tgparentid = 0
UNION ALL
SELECT 'rule ' || w.rulename || ' on ' || r.name || CASE WHEN w.is_instead THEN ' instead of ' ELSE ' also ' END
  || CASE w.ev_type WHEN '1' THEN 'select' WHEN '2' THEN 'update' WHEN '3' THEN 'insert' WHEN '4' THEN 'delete' END
  || CASE w.ev_enabled WHEN 'D' THEN ' disabled' ELSE '' END
FROM pg_rewrite w JOIN relation r ON r.oid = w.ev_class WHERE w.rulename <> '_RETURN'
UNION ALL
SELECT 'policy ' || p.polname || ' on ' || r.name FROM pg_policy p JOIN relation r ON r.oid = p.polrelid
UNION ALL
SELECT 'extension ' || e.extname || ' in ' || n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname <> 'plpgsql'
UNION ALL
SELECT 'event trigger ' || t.evtname || ' on ' || t.evtevent || ' runs ' || f.name || CASE t.evtenabled WHEN 'D' THEN ' disabled' ELSE '' END
FROM pg_event_trigger t JOIN function_name f ON f.oid = t.evtfoid
UNION ALL
SELECT 'collation ' || quote_ident(n.nspname) || '.' || quote_ident(c.collname) FROM pg_collation c JOIN own n ON n.oid = c.collnamespace
UNION ALL
SELECT DISTINCT 'grant on ' || g.kind || ' ' || g.name || ' to ' || CASE a.grantee WHEN 0 THEN 'public' ELSE a.grantee::regrole::text END || ': '
  || string_agg(DISTINCT lower(a.privilege_type), ', ' ORDER BY lower(a.privilege_type))
FROM granted g, aclexplode(g.acl) a
WHERE a.grantee <> g.owner AND NOT (g.kind = 'function' AND a.grantee = 0) AND NOT (g.name = 'public' AND g.kind = 'schema' AND a.grantee = 0)
GROUP BY g.kind, g.name, a.grantee
