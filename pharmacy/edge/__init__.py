"""What pages and API share about a request: its clock, its transactions, who may call a view, its line in the log."""
