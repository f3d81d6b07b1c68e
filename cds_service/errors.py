"""Every exception of the service, as one tree; ``web.problems`` alone maps them to HTTP.

CordCheckError
├── ContentError            clinical content or a configuration file is wrong (start-up, ``check``)
├── SettingError            a setting in the environment is wrong (start-up)
├── RequestError            the client can mend it
│   ├── MalformedBody           not JSON, or JSON that we do not accept
│   ├── UnsupportedMedia        not application/json
│   ├── BodyTooLarge            over the limit, compressed or not
│   ├── BodyTooSlow             not all there in time
│   ├── InvalidRequest          JSON, but not a request of this service
│   ├── UnknownService          no such service id
│   ├── NotAuthenticated        no credentials, or not valid ones
│   ├── NotAllowed              known client, no right
│   └── PrefetchMissing         required data can neither be found nor fetched
├── NotFetched              a FHIR server did not give what was asked (becomes a gap, never an error status)
├── Overloaded              too many requests at once
└── StoreUnavailable        what must be durable cannot be written
"""

from __future__ import annotations


class CordCheckError(Exception):
    """Root of the tree; the message says what, where and what to do, never patient data."""


class ContentError(CordCheckError):
    """Content or a configuration file that cannot be used.

    Attributes:
        file: the file, relative to the content folder.
        place: where in it ("umn.babinski, says[2].near").
        remedy: one sentence that says how to mend it.
    """

    def __init__(self, file: str, place: str, remedy: str) -> None:
        super().__init__(f"{file}: {place}: {remedy}" if place else f"{file}: {remedy}")
        self.file = file
        self.place = place
        self.remedy = remedy


class SettingError(CordCheckError):
    """A setting whose value cannot be used."""


class RequestError(CordCheckError):
    """Something in the request that its sender can mend."""


class MalformedBody(RequestError):
    """The body is not JSON, or not JSON that can be trusted (duplicate keys, NaN, too deep)."""


class UnsupportedMedia(RequestError):
    """The media type or the content encoding is not one that the service reads."""


class BodyTooLarge(RequestError):
    """The body is over the limit, as sent or once decompressed."""


class BodyTooSlow(RequestError):
    """The body did not arrive in the time that one worker can wait for it."""


class InvalidRequest(RequestError):
    """The body is JSON but not a request of this service."""


class UnknownService(RequestError):
    """No service with this id."""


class NotAuthenticated(RequestError):
    """Credentials are missing or not valid."""


class NotAllowed(RequestError):
    """A known client asks for what it has no right to."""


class PrefetchMissing(RequestError):
    """Data without which no answer is possible could not be had.

    Attributes:
        keys: the prefetch keys.
    """

    def __init__(self, keys: tuple[str, ...], why: str) -> None:
        super().__init__(f"prefetch {', '.join(keys)}: {why}")
        self.keys = keys


class NotFetched(CordCheckError):
    """A FHIR server was not asked, or did not give what was asked.

    Attributes:
        reason: a short fixed phrase, fit for a gap.
        status: HTTP status of the answer, 0 when there was none.
        try_again: the same question may be asked once more.
    """

    def __init__(self, reason: str, *, status: int = 0, try_again: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.try_again = try_again


class Overloaded(CordCheckError):
    """More requests at once than the service takes on."""


class StoreUnavailable(CordCheckError):
    """The store cannot keep what must be durable."""
