"""What users do: verbs that take (session, ..., *, actor, now), act, record the act, and never commit."""
