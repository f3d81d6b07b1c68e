"""What the record says about one patient."""
