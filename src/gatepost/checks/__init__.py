"""One file per question that is asked of a client or a message; evidence only, never a decision."""
