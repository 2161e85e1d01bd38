"""The client without asyncio, made from `fairmark.client.aio` by `python -m tests.client.mirror`."""
