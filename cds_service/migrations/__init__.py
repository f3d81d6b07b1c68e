"""Schema migrations, run by ``python -m cds_service migrate``."""
