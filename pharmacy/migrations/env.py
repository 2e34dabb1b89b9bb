"""Run by Alembic for every upgrade; `pharmacy.store.schema` passes a connection with an open transaction.

Migrations are written by hand and name every constraint, so no metadata is given here. SQLite cannot alter a
table in place, and Alembic's `batch_alter_table` makes it anew without its triggers: a migration that uses it
has to put them back, and tests/store/test_migrations.py compares the list of triggers.
"""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
