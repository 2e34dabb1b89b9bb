"""Records and how they are kept: tables, transactions, the audit chain, and the queries behind list pages."""
