"""Projects: what is to be said about items (ontology, guideline) and how the work goes (pipeline); all versioned."""
