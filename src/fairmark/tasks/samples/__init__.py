"""Samples for review: a lead's own draw from what is done, put back before reviewers."""
