"""The service against the bare ceiling: the same server with a handler that only parses and answers."""
