"""What may be said about an item: classes, attributes, questions, and the annotation document that says it.

Pure: no database, no clock, no media. A modality (see `fairmark.modalities`) knows what a mark's geometry means; this
package knows everything else of a document: ids, classes, attributes with conditions, answers and links.
"""
