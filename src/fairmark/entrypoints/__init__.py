"""Wiring only: the HTTP app, the background worker and the command line. Every table that says who does what is here."""
