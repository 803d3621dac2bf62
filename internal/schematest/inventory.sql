-- What a database has, a line each with PostgreSQL's own text of it, for comparing
-- two databases. Names that PostgreSQL chooses by itself for what a partition has from
-- its table are left out, as are functions and what needs them to be told.
WITH own AS (
  SELECT oid, nspname FROM pg_namespace
  WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
),
extended AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e'),
relation AS (
  SELECT c.*, quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name
  FROM pg_class c JOIN own n ON n.oid = c.relnamespace
  WHERE NOT EXISTS (SELECT FROM extended e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid)
)
SELECT 'table', format('%s %s%s%s%s%s%s', name, CASE relpersistence WHEN 'u' THEN 'unlogged ' END,
  CASE WHEN relrowsecurity THEN 'row security ' END, ' by ' || pg_get_partkeydef(oid), ' ' || pg_get_expr(relpartbound, oid),
  ' of ' || nullif(reloftype, 0)::regtype,
  ' under ' || (SELECT string_agg(inhparent::regclass::text, ', ' ORDER BY inhseqno) FROM pg_inherits WHERE inhrelid = relation.oid))
FROM relation WHERE relkind IN ('r', 'p')
UNION ALL
SELECT 'column', format('%s.%s #%s %s%s%s%s%s%s', r.name, quote_ident(a.attname), count(*) OVER (PARTITION BY r.oid ORDER BY a.attnum),
  format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN ' not null' END,
  CASE a.attidentity WHEN 'a' THEN ' identity always' WHEN 'd' THEN ' identity by default' END,
  CASE a.attgenerated WHEN 's' THEN ' generated' END, ' default ' || CASE WHEN pg_get_expr(d.adbin, d.adrelid) !~ '^NULL::[^(]*$' THEN pg_get_expr(d.adbin, d.adrelid) END,
  CASE WHEN a.attcollation NOT IN (0, t.typcollation) THEN ' collate ' || a.attcollation::regcollation END)
FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_attrdef d ON d.adrelid = r.oid AND d.adnum = a.attnum
WHERE r.relkind IN ('r', 'p', 'c')
UNION ALL
SELECT 'constraint', format('%s: %s %s', coalesce(r.name, k.contypid::regtype::text), CASE WHEN k.conparentid = 0 AND k.coninhcount = 0 THEN quote_ident(k.conname) END, pg_get_constraintdef(k.oid))
FROM pg_constraint k LEFT JOIN relation r ON r.oid = k.conrelid JOIN own n ON n.oid = k.connamespace
WHERE k.contype IN ('p', 'u', 'f', 'c', 'x') AND (r.oid IS NOT NULL OR k.contypid <> 0)
  AND NOT EXISTS (SELECT FROM pg_constraint p WHERE p.oid = k.conparentid AND p.conrelid = k.conrelid)
  AND NOT EXISTS (SELECT FROM extended e WHERE e.classid = 'pg_type'::regclass AND e.objid = k.contypid)
UNION ALL
SELECT 'index', CASE WHEN EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = x.oid)
  THEN regexp_replace(pg_get_indexdef(x.oid), '^(CREATE (UNIQUE )?INDEX) .* (ON )', '\1 \3') ELSE pg_get_indexdef(x.oid) END
FROM pg_index i JOIN relation x ON x.oid = i.indexrelid JOIN relation r ON r.oid = i.indrelid AND r.relkind IN ('r', 'p')
WHERE NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
UNION ALL
SELECT 'sequence', r.name || coalesce(' of ' || (
    SELECT d.refobjid::regclass || '.' || quote_ident(a.attname) FROM pg_depend d
    JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i') LIMIT 1), '')
FROM relation r WHERE r.relkind = 'S'
UNION ALL
SELECT 'view', CASE relkind WHEN 'm' THEN 'materialized ' ELSE '' END || name || ' ' || pg_get_viewdef(oid) FROM relation WHERE relkind IN ('v', 'm')
UNION ALL
SELECT 'type', quote_ident(n.nspname) || '.' || quote_ident(t.typname) || ' ' || t.typtype::text || coalesce(' ' || nullif(t.typbasetype, 0)::regtype, '')
  || CASE WHEN t.typtype = 'd' THEN ' ' || format_type(t.typbasetype, t.typtypmod) || CASE WHEN t.typnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || t.typdefault, '') ELSE '' END
  || coalesce(' {' || (SELECT string_agg(quote_literal(enumlabel), ', ' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid) || '}', '')
  || coalesce(' over ' || (SELECT rngsubtype::regtype::text FROM pg_range WHERE rngtypid = t.oid), '')
FROM pg_type t JOIN own n ON n.oid = t.typnamespace
WHERE (t.typtype IN ('e', 'd', 'r') OR t.typtype = 'c' AND EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c'))
  AND NOT EXISTS (SELECT FROM extended e WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid)
UNION ALL
SELECT 'extension', extname || ' ' || extnamespace::regnamespace FROM pg_extension
UNION ALL
SELECT 'schema', nspname FROM own
