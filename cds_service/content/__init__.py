"""Clinical content read, checked, cross-referenced, frozen and hashed."""
