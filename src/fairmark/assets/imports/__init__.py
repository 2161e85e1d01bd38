"""Imports: thousands to millions of rows in the background, from where they are to items, chunk by chunk.

Each chunk is a transaction of its own that also moves the import's place in its source, so that a worker that is
killed costs nothing but time: another goes on behind the last chunk that was committed.
"""
