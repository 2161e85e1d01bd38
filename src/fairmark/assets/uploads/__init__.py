"""Uploads: files that people and programs send, in one request or in pieces that can be taken up again after a cut."""
