"""Wiring only: the HTTP app, the background worker and the command line. Each table of who does what is here."""
