"""Comment threads: what reviewers, leads and the author of a submission say to one another about a mark or a place."""
