"""Explanations into the words on a card."""
