"""The Python client and the commands that use it: needs no server package."""
