"""Scale's public HTTP API, versions 1 and 2, as a translation onto fairmark's own use cases.

What Scale calls a task becomes an item of a fairmark project, with an ontology made from the task's parameters; what
people say about it goes back in the shape that Scale's documents describe. No rule of the work lives here. `types`
holds one file per family of task types and the table of all of them; `routes` one file per part of the API.
"""
