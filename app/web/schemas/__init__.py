"""What clients send and read (api.md). Inputs forbid what they do not name; outputs have every field, always."""
