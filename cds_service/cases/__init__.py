"""Worked cases: small records beside the content that say what the answer has to be."""
