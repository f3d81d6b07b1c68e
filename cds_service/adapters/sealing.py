"""What of a patient may be written down: sealed with the configured key, or minimized without one."""

from __future__ import annotations

import hmac
import os
from base64 import b64decode, urlsafe_b64decode
from binascii import Error as NotBase64
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cds_service.errors import SettingError, StoreUnavailable

KEY_BYTES = 32
_NONCE_BYTES = 12


class Sealing:
    """One or more keys: the first seals, all of them open, so that a key can be changed.

    Attributes:
        sealed: whether full traces are kept (a key is configured) or minimized ones.
    """

    def __init__(self, keys: Iterable[bytes], pseudonym_key: bytes) -> None:
        """Take the secrets as they are.

        Args:
            keys: 32 bytes each, newest first; empty means minimized traces.
            pseudonym_key: turns ids into pseudonyms where no sealing key does.
        """
        self._keys = tuple(keys)
        self._ciphers = {_fingerprint(key): AESGCM(_derived(key, b"seal")) for key in self._keys}
        self._pseudonym_key = pseudonym_key
        self.sealed = bool(self._keys)

    @classmethod
    def read(cls, text: str, folder: Path) -> Sealing:
        """Read ``CDS_TRACE_KEY``: base64 of 32 bytes, several separated by spaces, newest first, or "".

        Args:
            text: the value of the setting.
            folder: where the key of the pseudonyms is kept, made on first use (mode 0600).

        Raises:
            SettingError: a key is not base64 of 32 bytes.
        """
        return cls([_parsed(item) for item in text.split()], _own_key(folder / "pseudonym.key"))

    def seal(self, plain: bytes, about: str) -> bytes:
        """Return *plain* encrypted, bound to *about* (it opens only beside the same).

        Raises:
            StoreUnavailable: no key is configured.
        """
        if not self._keys:
            raise StoreUnavailable("nothing is sealed without CDS_TRACE_KEY")
        name = _fingerprint(self._keys[0])
        nonce = os.urandom(_NONCE_BYTES)
        return name + nonce + self._ciphers[name].encrypt(nonce, plain, about.encode())

    def open(self, sealed: bytes, about: str) -> bytes:
        """Return what was sealed.

        Raises:
            StoreUnavailable: its key is not configured here, or it was changed.
        """
        name, nonce, rest = sealed[:4], sealed[4 : 4 + _NONCE_BYTES], sealed[4 + _NONCE_BYTES :]
        if name not in self._ciphers:
            raise StoreUnavailable("the key that this was sealed with is not configured")
        try:
            return self._ciphers[name].decrypt(nonce, rest, about.encode())
        except InvalidTag as error:
            raise StoreUnavailable("what was sealed has been changed") from error

    def pseudonym(self, kind: str, *parts: str) -> str:
        """Return a keyed hash of an id, the same each time and no way back; "" for empty ids."""
        if not any(parts):
            return ""
        message = "\x1f".join((kind, *parts)).encode("utf-8", "surrogatepass")
        return hmac.new(self._pseudonym_key, message, sha256).hexdigest()

    def link(self, previous: str, content: bytes) -> str:
        """Return the next link of a chain; keyed where there is a key: only its holder can make one."""
        message = previous.encode() + b"\x1f" + content
        if not self._keys:
            return sha256(message).hexdigest()
        return hmac.new(_derived(self._keys[0], b"chain"), message, sha256).hexdigest()

    def links(self, previous: str, content: bytes) -> frozenset[str]:
        """Return every link that may follow: one for each key; the unkeyed one where there is none."""
        message = previous.encode() + b"\x1f" + content
        keyed = {hmac.new(_derived(key, b"chain"), message, sha256).hexdigest() for key in self._keys}
        return frozenset(keyed or {sha256(message).hexdigest()})


def _derived(key: bytes, purpose: bytes) -> bytes:
    return hmac.new(key, b"cordcheck " + purpose, sha256).digest()


def _fingerprint(key: bytes) -> bytes:
    return sha256(b"cordcheck key name" + key).digest()[:4]


def _parsed(text: str) -> bytes:
    for decode in (urlsafe_b64decode, b64decode):
        try:
            key = decode(text)
        except (NotBase64, ValueError):
            continue
        if len(key) == KEY_BYTES:
            return key
    raise SettingError("CDS_TRACE_KEY: base64 of 32 bytes is needed (head -c 32 /dev/urandom | base64)")


def _own_key(path: Path) -> bytes:
    """Return the key in *path*; the first process to come makes it, the others read it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        made = path.with_name(f"{path.name}.{uuid4().hex}")
        if not path.exists():
            try:
                made.touch(mode=0o600)
                made.write_bytes(os.urandom(KEY_BYTES))
                os.link(made, path)
            except FileExistsError:
                pass
            finally:
                made.unlink(missing_ok=True)
        return path.read_bytes()
    except OSError as error:
        raise SettingError(f"the folder of {path.name} cannot be written: {error.strerror}") from error
