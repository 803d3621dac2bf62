#!/usr/bin/env bash
# Restores a backup into a scratch database and compares the rows of every table with the
# source's. Exit code 0: the backup can be restored and has the rows. 1: it cannot, or has not.
#
#   SOURCE_URL    the database that the backup is of, best a read replica
#   SCRATCH_URL   an empty database, which the backup is restored into
#                 (both as psql takes them; passwords in PGPASSWORD or a password file)
#   DUMP          a dump of pg_dump -Fc to try; without it, one is made of SOURCE_URL
#   RESTORED=yes  SCRATCH_URL holds the restored backup already (a base backup): only compare
#   ALLOWED_DROP  by how many percent a table may have fewer rows than the source; 5
set -euo pipefail
export LC_ALL=C PGAPPNAME=restore-drill

fail() {
  printf 'restore drill: %s\n' "$*" >&2
  exit 1
}

[ -n "${SOURCE_URL:-}" ] || fail "SOURCE_URL is not set"
[ -n "${SCRATCH_URL:-}" ] || fail "SCRATCH_URL is not set"
[ "$SOURCE_URL" != "$SCRATCH_URL" ] || fail "SOURCE_URL and SCRATCH_URL are the same database"
drop=${ALLOWED_DROP:-5}
[[ $drop =~ ^[0-9]{1,2}$ ]] || fail "ALLOWED_DROP is from 0 to 99, not '$drop'"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# sql URL: runs what it reads, and prints one row a line, with tabs between the columns.
sql() { psql --no-psqlrc --quiet --tuples-only --no-align --field-separator=$'\t' --set=ON_ERROR_STOP=on --dbname="$1"; }

# Tables that a dump brings: no system tables, none that an extension makes, none unlogged
# (a replica has no rows of those), no partitioned ones (their partitions are counted).
tables="
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence = 'p'
  AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
    WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')"

# count URL FILE: a line for each table, its rows and its name, all seen at the same moment.
count() {
  sql "$1" >"$2" <<SQL
BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;
SET LOCAL row_security = off; -- an error is better than the rows of one tenant
SELECT format('SELECT count(*), %L FROM ONLY %I.%I',
  translate(format('%I.%I', n.nspname, c.relname), E'\n\t', '??'), n.nspname, c.relname)
$tables ORDER BY 1 \gexec
COMMIT;
SQL
}

# Counted before the dump is made: rows that come in meanwhile make no table look short.
count "$SOURCE_URL" "$work/source" || fail "the rows of the source could not be counted"
[ -s "$work/source" ] || fail "the source has no tables: is it the right database, and may the role see them?"

if [ "${RESTORED:-}" != yes ]; then
  found=$(sql "$SCRATCH_URL" <<<"SELECT count(*) $tables") || fail "the scratch database cannot be reached"
  [ "$found" = 0 ] || fail "the scratch database is not empty"
  dump=${DUMP:-$work/dump}
  if [ -z "${DUMP:-}" ]; then
    pg_dump --format=custom --no-owner --no-privileges --no-unlogged-table-data --file="$dump" --dbname="$SOURCE_URL" ||
      fail "the source could not be dumped"
  fi
  [ -s "$dump" ] || fail "the dump is empty or missing: $dump"
  pg_restore --exit-on-error --no-owner --no-privileges --dbname="$SCRATCH_URL" "$dump" ||
    fail "the dump could not be restored: $dump"
fi
count "$SCRATCH_URL" "$work/restored" || fail "the restored rows could not be counted"

# A table fails when it is missing, when it lost all its rows, or when it has fewer than allowed.
awk -F '\t' -v drop="$drop" '
  FILENAME == ARGV[1] { rows[$2] = $1; there[$2] = 1; next }
  {
    verdict = "ok"
    if (!($2 in there)) { verdict = "MISSING"; have = "-" }
    else {
      have = rows[$2]
      if (($1 > 0 && have == 0) || have * 100 < $1 * (100 - drop)) verdict = "SHORT"
    }
    if (verdict != "ok") bad++
    total += $1
    printf "%-8s %12s of %12s rows  %s\n", verdict, have, $1, $2
  }
  END {
    printf "%d tables, %.0f rows in the source; %d missing or short\n", FNR, total, bad
    exit bad > 0
  }
' "$work/restored" "$work/source" || fail "the restored backup is not the source"
