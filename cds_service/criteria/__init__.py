"""The rule language: three-valued logic, shapes, assessment."""
