"""Where an import's rows come from: one file per kind of source, each a generator of chunks from a given place on."""
