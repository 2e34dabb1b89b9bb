"""The `pharmacy` command line."""
