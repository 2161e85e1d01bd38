"""Assets and items: what is to be labeled, and every way to bring it in.

Here lie items, batches and the signed addresses of media; `uploads` takes files in pieces, `imports` takes thousands of
rows in the background, `fetching` gets what lies at customers' addresses, `inspection` looks at files before anyone
trusts them, `media` serves their bytes. Each has the same few files as any package.
"""
