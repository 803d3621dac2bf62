package pgsql

import (
	"strings"
	"testing"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// statementKinds has an example of every kind of statement.
var statementKinds = map[string]string{
	"AlterCollationStmt":           `ALTER COLLATION a REFRESH VERSION`,
	"AlterDatabaseRefreshCollStmt": `ALTER DATABASE a REFRESH COLLATION VERSION`,
	"AlterDatabaseSetStmt":         `ALTER DATABASE a SET b = c`,
	"AlterDatabaseStmt":            `ALTER DATABASE a CONNECTION LIMIT 1`,
	"AlterDefaultPrivilegesStmt":   `ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO a`,
	"AlterDomainStmt":              `ALTER DOMAIN a DROP CONSTRAINT b`,
	"AlterEnumStmt":                `ALTER TYPE a ADD VALUE 'b'`,
	"AlterEventTrigStmt":           `ALTER EVENT TRIGGER a DISABLE`,
	"AlterExtensionContentsStmt":   `ALTER EXTENSION a DROP TABLE b`,
	"AlterExtensionStmt":           `ALTER EXTENSION a UPDATE`,
	"AlterFdwStmt":                 `ALTER FOREIGN DATA WRAPPER a NO HANDLER`,
	"AlterForeignServerStmt":       `ALTER SERVER a VERSION '2'`,
	"AlterFunctionStmt":            `ALTER FUNCTION a() STABLE`,
	"AlterObjectDependsStmt":       `ALTER INDEX a DEPENDS ON EXTENSION b`,
	"AlterObjectSchemaStmt":        `ALTER TABLE a SET SCHEMA b`,
	"AlterOpFamilyStmt":            `ALTER OPERATOR FAMILY a USING btree ADD FUNCTION 1 (int, int) b(int, int)`,
	"AlterOperatorStmt":            `ALTER OPERATOR + (int, int) SET (RESTRICT = NONE)`,
	"AlterOwnerStmt":               `ALTER SCHEMA a OWNER TO b`,
	"AlterPolicyStmt":              `ALTER POLICY a ON b TO c`,
	"AlterPublicationStmt":         `ALTER PUBLICATION a ADD TABLE b`,
	"AlterRoleSetStmt":             `ALTER ROLE a SET b = c`,
	"AlterRoleStmt":                `ALTER ROLE a NOLOGIN`,
	"AlterSeqStmt":                 `ALTER SEQUENCE a RESTART`,
	"AlterStatsStmt":               `ALTER STATISTICS a SET STATISTICS 1`,
	"AlterSubscriptionStmt":        `ALTER SUBSCRIPTION a DISABLE`,
	"AlterSystemStmt":              `ALTER SYSTEM SET a = b`,
	"AlterTSConfigurationStmt":     `ALTER TEXT SEARCH CONFIGURATION a DROP MAPPING FOR b`,
	"AlterTSDictionaryStmt":        `ALTER TEXT SEARCH DICTIONARY a (b = c)`,
	"AlterTableMoveAllStmt":        `ALTER TABLE ALL IN TABLESPACE a SET TABLESPACE b`,
	"AlterTableSpaceOptionsStmt":   `ALTER TABLESPACE a SET (seq_page_cost = 1)`,
	"AlterTableStmt":               `ALTER TABLE a DROP b`,
	"AlterTypeStmt":                `ALTER TYPE a SET (STORAGE = plain)`,
	"AlterUserMappingStmt":         `ALTER USER MAPPING FOR a SERVER b OPTIONS (SET c 'd')`,
	"CallStmt":                     `CALL a()`,
	"CheckPointStmt":               `CHECKPOINT`,
	"ClosePortalStmt":              `CLOSE a`,
	"ClusterStmt":                  `CLUSTER a`,
	"CommentStmt":                  `COMMENT ON TABLE a IS 'b'`,
	"CompositeTypeStmt":            `CREATE TYPE a AS (b int)`,
	"ConstraintsSetStmt":           `SET CONSTRAINTS ALL DEFERRED`,
	"CopyStmt":                     `COPY a FROM STDIN`,
	"CreateAmStmt":                 `CREATE ACCESS METHOD a TYPE TABLE HANDLER b`,
	"CreateCastStmt":               `CREATE CAST (a AS b) WITHOUT FUNCTION`,
	"CreateConversionStmt":         `CREATE CONVERSION a FOR 'b' TO 'c' FROM d`,
	"CreateDomainStmt":             `CREATE DOMAIN a AS int`,
	"CreateEnumStmt":               `CREATE TYPE a AS ENUM ('b')`,
	"CreateEventTrigStmt":          `CREATE EVENT TRIGGER a ON ddl_command_end EXECUTE FUNCTION b()`,
	"CreateExtensionStmt":          `CREATE EXTENSION a`,
	"CreateFdwStmt":                `CREATE FOREIGN DATA WRAPPER a`,
	"CreateForeignServerStmt":      `CREATE SERVER a FOREIGN DATA WRAPPER b`,
	"CreateForeignTableStmt":       `CREATE FOREIGN TABLE a (b int) SERVER c`,
	"CreateFunctionStmt":           `CREATE FUNCTION a() RETURNS int LANGUAGE sql AS 'SELECT 1'`,
	"CreateOpClassStmt":            `CREATE OPERATOR CLASS a FOR TYPE b USING btree AS STORAGE c`,
	"CreateOpFamilyStmt":           `CREATE OPERATOR FAMILY a USING btree`,
	"CreatePLangStmt":              `CREATE LANGUAGE a HANDLER b`,
	"CreatePolicyStmt":             `CREATE POLICY a ON b`,
	"CreatePublicationStmt":        `CREATE PUBLICATION a`,
	"CreateRangeStmt":              `CREATE TYPE a AS RANGE (SUBTYPE = int)`,
	"CreateRoleStmt":               `CREATE ROLE a`,
	"CreateSchemaStmt":             `CREATE SCHEMA a`,
	"CreateSeqStmt":                `CREATE SEQUENCE a`,
	"CreateStatsStmt":              `CREATE STATISTICS a ON b, c FROM d`,
	"CreateStmt":                   `CREATE TABLE a (b int)`,
	"CreateSubscriptionStmt":       `CREATE SUBSCRIPTION a CONNECTION 'b' PUBLICATION c`,
	"CreateTableAsStmt":            `CREATE TABLE a AS SELECT 1`,
	"CreateTableSpaceStmt":         `CREATE TABLESPACE a LOCATION '/b'`,
	"CreateTransformStmt":          `CREATE TRANSFORM FOR a LANGUAGE b (FROM SQL WITH FUNCTION c(internal))`,
	"CreateTrigStmt":               `CREATE TRIGGER a AFTER INSERT ON b EXECUTE FUNCTION c()`,
	"CreateUserMappingStmt":        `CREATE USER MAPPING FOR a SERVER b`,
	"CreatedbStmt":                 `CREATE DATABASE a`,
	"DeallocateStmt":               `DEALLOCATE a`,
	"DeclareCursorStmt":            `DECLARE a CURSOR FOR SELECT b()`,
	"DefineStmt":                   `CREATE AGGREGATE a (int) (SFUNC = b, STYPE = int)`,
	"DeleteStmt":                   `DELETE FROM a`,
	"DiscardStmt":                  `DISCARD ALL`,
	"DoStmt":                       `DO 'BEGIN DELETE FROM a; END'`,
	"DropOwnedStmt":                `DROP OWNED BY a`,
	"DropRoleStmt":                 `DROP ROLE a`,
	"DropStmt":                     `DROP TABLE a`,
	"DropSubscriptionStmt":         `DROP SUBSCRIPTION a`,
	"DropTableSpaceStmt":           `DROP TABLESPACE a`,
	"DropUserMappingStmt":          `DROP USER MAPPING FOR a SERVER b`,
	"DropdbStmt":                   `DROP DATABASE a`,
	"ExecuteStmt":                  `EXECUTE a`,
	"ExplainStmt":                  `EXPLAIN ANALYZE DELETE FROM a`,
	"FetchStmt":                    `FETCH a`,
	"GrantRoleStmt":                `GRANT a TO b`,
	"GrantStmt":                    `GRANT SELECT ON a TO b`,
	"ImportForeignSchemaStmt":      `IMPORT FOREIGN SCHEMA a FROM SERVER b INTO c`,
	"IndexStmt":                    `CREATE INDEX a ON b (c)`,
	"InsertStmt":                   `INSERT INTO a VALUES (1)`,
	"ListenStmt":                   `LISTEN a`,
	"LoadStmt":                     `LOAD 'a'`,
	"LockStmt":                     `LOCK a`,
	"MergeStmt":                    `MERGE INTO a USING b ON a.c = b.c WHEN MATCHED THEN DELETE`,
	"NotifyStmt":                   `NOTIFY a`,
	"PrepareStmt":                  `PREPARE a AS DELETE FROM b`,
	"ReassignOwnedStmt":            `REASSIGN OWNED BY a TO b`,
	"RefreshMatViewStmt":           `REFRESH MATERIALIZED VIEW a`,
	"ReindexStmt":                  `REINDEX TABLE a`,
	"RenameStmt":                   `ALTER TABLE a RENAME TO b`,
	"RuleStmt":                     `CREATE RULE a AS ON INSERT TO b DO NOTHING`,
	"SecLabelStmt":                 `SECURITY LABEL ON TABLE a IS 'b'`,
	"SelectStmt":                   `SELECT 1 INTO a`,
	"TransactionStmt":              `BEGIN`,
	"TruncateStmt":                 `TRUNCATE a`,
	"UnlistenStmt":                 `UNLISTEN a`,
	"UpdateStmt":                   `UPDATE a SET b = 1`,
	"VacuumStmt":                   `VACUUM`,
	"VariableSetStmt":              `SET search_path = a`,
	"VariableShowStmt":             `SHOW a`,
	"ViewStmt":                     `CREATE VIEW a AS SELECT 1`,
}

// innerKinds are statements only by their name: they stand in others, or in the
// server's later stages.
var innerKinds = set("RawStmt SetOperationStmt ReturnStmt PLAssignStmt ReplicaIdentityStmt")

// TestEveryKindIsKnown fails when the parser gets a kind of statement that is
// neither read nor listed as harmless.
func TestEveryKindIsKnown(t *testing.T) {
	fields := (&pg_query.Node{}).ProtoReflect().Descriptor().Oneofs().Get(0).Fields()
	known := map[string]bool{}
	for i := range fields.Len() {
		tag := string(fields.Get(i).Message().Name())
		if !strings.HasSuffix(tag, "Stmt") {
			continue
		}
		known[tag] = true
		if statementKinds[tag] == "" && !innerKinds[tag] {
			t.Errorf("%s has no example: is it read, or harmless?", tag)
		}
	}
	for tag := range statementKinds {
		if !known[tag] {
			t.Errorf("the parser has no %s", tag)
		}
	}
	for tag := range harmless {
		if !known[tag] {
			t.Errorf("harmless names %s, which the parser does not have", tag)
		}
	}
}

// TestKinds reads every kind: what is harmless asks for nothing, everything else
// for something that is known.
func TestKinds(t *testing.T) {
	for tag, sql := range statementKinds {
		t.Run(tag, func(t *testing.T) {
			tree, err := pg_query.Parse(sql)
			if err != nil {
				t.Fatal(err)
			}
			if got := tagOf(tree.Stmts[0].Stmt); got != tag {
				t.Fatalf("%s is a %s, want a %s", sql, got, tag)
			}
			f := source.New("a.sql", []byte(sql))
			all := Read(f, f.All(), Options{})
			if len(all) != 1 {
				t.Fatalf("got %d statements, want 1", len(all))
			}
			if harmless[tag] != (len(all[0].Ops) == 0) {
				t.Errorf("harmless is %t, but it asks for %d operations", harmless[tag], len(all[0].Ops))
			}
			for _, at := range all[0].Ops {
				if u, ok := at.Op.(*op.Unknown); ok {
					t.Errorf("it is op.Unknown %s", u.Tag)
				}
			}
		})
	}
}
