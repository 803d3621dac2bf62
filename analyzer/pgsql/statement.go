package pgsql

import (
	"slices"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// statement returns what a statement asks for; span is the text that stands for
// it. Statements that take nothing away and make nothing that later ones could
// take away have no operations; each of them is named in harmless.
func (r *reader) statement(n *pg_query.Node, span source.Span) []op.At {
	defer r.enter()()
	one := func(o op.Operation) []op.At { return []op.At{{Op: o, Span: span}} }
	switch s := n.GetNode().(type) {
	case *pg_query.Node_SelectStmt:
		return r.selects(s.SelectStmt, span)
	case *pg_query.Node_InsertStmt:
		return r.inserts(s.InsertStmt, span)
	case *pg_query.Node_UpdateStmt:
		return r.updates(s.UpdateStmt, span)
	case *pg_query.Node_DeleteStmt:
		return r.deletes(s.DeleteStmt, span)
	case *pg_query.Node_MergeStmt:
		return r.merges(s.MergeStmt, span)
	case *pg_query.Node_CopyStmt:
		return r.copy(s.CopyStmt, span)
	case *pg_query.Node_ExplainStmt:
		return r.explain(s.ExplainStmt, span)
	case *pg_query.Node_PrepareStmt:
		return r.prepare(s.PrepareStmt, span)
	case *pg_query.Node_DeclareCursorStmt:
		return r.everything(s.DeclareCursorStmt.Query, span)
	case *pg_query.Node_RefreshMatViewStmt:
		if s.RefreshMatViewStmt.SkipData {
			return nil
		}
		return one(&op.Read{Relation: rangeName(s.RefreshMatViewStmt.Relation), Refresh: true})
	case *pg_query.Node_TruncateStmt:
		return truncates(s.TruncateStmt, span)
	case *pg_query.Node_DoStmt:
		return r.doBlock(s.DoStmt, span)
	}
	if all, ok := session(n, span); ok {
		return all
	}
	if all, ok := r.drops(n, span); ok {
		return all
	}
	if all, ok := r.definitions(n, span); ok {
		return all
	}
	tag := tagOf(n)
	if harmless[tag] {
		return nil
	}
	return one(&op.Unknown{Tag: tag})
}

// session reads the statements that only concern the session: transactions,
// settings, prepared statements.
func session(n *pg_query.Node, span source.Span) ([]op.At, bool) {
	one := func(o op.Operation) []op.At { return []op.At{{Op: o, Span: span}} }
	switch s := n.GetNode().(type) {
	case *pg_query.Node_TransactionStmt:
		return transaction(s.TransactionStmt, span), true
	case *pg_query.Node_VariableSetStmt:
		return setting(s.VariableSetStmt, span), true
	case *pg_query.Node_AlterDatabaseSetStmt:
		return standing(s.AlterDatabaseSetStmt.Setstmt, span), true
	case *pg_query.Node_AlterRoleSetStmt:
		return standing(s.AlterRoleSetStmt.Setstmt, span), true
	case *pg_query.Node_ExecuteStmt:
		return one(&op.Execute{Name: s.ExecuteStmt.Name}), true
	case *pg_query.Node_DeallocateStmt:
		return one(&op.Deallocate{Name: s.DeallocateStmt.Name}), true
	case *pg_query.Node_DiscardStmt:
		switch s.DiscardStmt.Target {
		case pg_query.DiscardMode_DISCARD_ALL:
			return slices.Concat(resetAll(span), one(&op.Deallocate{}), one(&op.DiscardTemporary{})), true
		case pg_query.DiscardMode_DISCARD_TEMP:
			return one(&op.DiscardTemporary{}), true
		}
		return nil, true
	}
	return nil, false
}

// tagOf returns the parse tree's name of the statement: "CommentStmt".
func tagOf(n *pg_query.Node) string {
	field := n.ProtoReflect().WhichOneof(n.ProtoReflect().Descriptor().Oneofs().Get(0))
	if field == nil {
		return "empty statement"
	}
	return string(field.Message().Name())
}

// harmless are the statements that neither take away nor make anything that the
// catalog keeps. What is not in this list and not read is op.Unknown.
var harmless = set(`
	CommentStmt SecLabelStmt AlterOwnerStmt
	AlterRoleStmt AlterRoleSetStmt CreateRoleStmt DropRoleStmt
	VacuumStmt ClusterStmt ReindexStmt CheckPointStmt LockStmt LoadStmt
	VariableShowStmt ConstraintsSetStmt NotifyStmt ListenStmt UnlistenStmt FetchStmt ClosePortalStmt
	CreateStatsStmt AlterStatsStmt AlterPolicyStmt AlterFunctionStmt AlterObjectDependsStmt
	AlterOperatorStmt AlterOpFamilyStmt AlterTypeStmt AlterCollationStmt AlterSeqStmt
	AlterExtensionStmt AlterExtensionContentsStmt
	AlterTSDictionaryStmt AlterTSConfigurationStmt
	AlterDatabaseStmt AlterDatabaseSetStmt AlterDatabaseRefreshCollStmt AlterSystemStmt AlterTableSpaceOptionsStmt
	AlterTableMoveAllStmt AlterFdwStmt AlterForeignServerStmt AlterUserMappingStmt AlterPublicationStmt AlterSubscriptionStmt
	CreatedbStmt CreateTableSpaceStmt DropTableSpaceStmt CreateFdwStmt CreateForeignServerStmt CreateUserMappingStmt
	DropUserMappingStmt ImportForeignSchemaStmt CreateAmStmt CreatePLangStmt CreateOpClassStmt
	CreateOpFamilyStmt CreateConversionStmt CreateCastStmt CreateTransformStmt CreatePublicationStmt
	CreateSubscriptionStmt DropSubscriptionStmt
`)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

func truncates(s *pg_query.TruncateStmt, span source.Span) []op.At {
	var all []op.At
	for _, n := range s.Relations {
		r := n.GetRangeVar()
		all = append(all, op.At{Span: span, Op: &op.Truncate{
			Table: rangeName(r), Only: !r.Inh, Cascade: s.Behavior == pg_query.DropBehavior_DROP_CASCADE,
		}})
	}
	return all
}

func transaction(s *pg_query.TransactionStmt, span source.Span) []op.At {
	t := &op.Transaction{Name: s.SavepointName, Chain: s.Chain}
	switch s.Kind {
	case pg_query.TransactionStmtKind_TRANS_STMT_BEGIN, pg_query.TransactionStmtKind_TRANS_STMT_START:
		t.Kind = op.Begin
	case pg_query.TransactionStmtKind_TRANS_STMT_COMMIT, pg_query.TransactionStmtKind_TRANS_STMT_PREPARE:
		t.Kind = op.Commit // a prepared transaction may still be committed: it counts as done
	case pg_query.TransactionStmtKind_TRANS_STMT_ROLLBACK:
		t.Kind = op.Rollback
	case pg_query.TransactionStmtKind_TRANS_STMT_SAVEPOINT:
		t.Kind = op.Savepoint
	case pg_query.TransactionStmtKind_TRANS_STMT_RELEASE:
		t.Kind = op.Release
	case pg_query.TransactionStmtKind_TRANS_STMT_ROLLBACK_TO:
		t.Kind = op.RollbackTo
	default:
		return nil // COMMIT PREPARED and ROLLBACK PREPARED end a transaction of another session
	}
	return []op.At{{Op: t, Span: span}}
}
