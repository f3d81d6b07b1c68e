"""The certificate authorities that FHIR servers and key servers are checked against."""

from __future__ import annotations

import ssl

from cds_service.errors import SettingError


def authorities(file: str) -> str | bool:
    """Return what ``requests`` takes for ``verify``: *file*, or True (the usual ones) when there is none.

    Raises:
        SettingError: the file cannot be read, or holds no certificate.
    """
    if not file:
        return True
    try:
        ssl.create_default_context(cafile=file)
    except OSError as error:
        raise SettingError(f"CDS_FETCH_CA_BUNDLE: {file} is no file of certificates in PEM") from error
    return file
