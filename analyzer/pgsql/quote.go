package pgsql

// QuoteName is PostgreSQL's quote_ident: the name as SQL writes it.
func QuoteName(name string) string { return quoteName(name) }
