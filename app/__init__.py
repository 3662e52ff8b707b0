"""The ICE-confirmation service: inquiries are logged, calls placed, a status returned; the log can be checked."""
