"""What CDS Hooks says: request, prefetch, discovery, card, feedback."""
