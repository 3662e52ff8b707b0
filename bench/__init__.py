"""What the service reaches, measured: `python -m bench`."""
