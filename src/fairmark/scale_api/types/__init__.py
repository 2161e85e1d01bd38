"""Task types: what their parameters mean as an ontology, and what people's answers are in their response.

Pure. `table.TYPES` names every type; a family of them is one file.
"""
