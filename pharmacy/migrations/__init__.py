"""The steps that bring a database to the present schema, in the order in which they were written."""
