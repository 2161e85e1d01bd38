"""Labels in and out of files: one file per format, both ways, streaming, without a database or a network.

`registry.FORMATS` is the table of formats, `model` holds the record they all read and write and the errors they raise,
`contract` says what a format, a sink and a source are, `manifest` reads lists of what to import.
"""
