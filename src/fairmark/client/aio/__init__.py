"""The client for asyncio, written by hand. `fairmark.client.sync` is the same without await, made from these files."""
