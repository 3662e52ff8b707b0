"""The ledger's byte formats as pure functions: usable without the service and without its database."""
