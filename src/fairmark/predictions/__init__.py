"""Models that annotators ask: an operator drops an encoder and a decoder into a folder, annotators point at things in
the editor and get masks to accept. Nothing here decides what an annotation says: a person takes or leaves each answer.
"""
