"""The ICE-confirmation service: an inquiry is logged, a call is placed, a status is returned, the log can be checked."""
