"""SM2 signatures with SM3 (国密) by the OpenSSL 3 that the system already has, through its EVP interface.

The curve arithmetic is OpenSSL's; this file only calls it. Signatures are the DER pair of GM/T 0009, the signer's
name is the standard's default. Standard library only. Sources: GB/T 32918.2, GB/T 32905, OpenSSL's EVP manual.
"""

from __future__ import annotations

import ctypes
import ctypes.util
from ctypes import POINTER, byref, c_char_p, c_int, c_long, c_size_t, c_void_p, create_string_buffer
from functools import lru_cache
from typing import Any

SIGNER_ID = b"1234567812345678"
"""The distinguishing identifier where the parties agreed on none (GM/T 0009)."""
POINT_SIZE = 65
_SPKI = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")
"""What stands before the point in a SubjectPublicKeyInfo of this curve."""
_LIBRARIES = ("libcrypto.so.3", "libcrypto.3.dylib", "crypto")


class Unavailable(Exception):
    """This machine has no OpenSSL 3 with SM2, or a key or signature is not one."""


@lru_cache(maxsize=1)
def _crypto() -> Any:
    """Load the library and declare what we call."""
    for name in _LIBRARIES:
        try:
            library = ctypes.CDLL(name if "." in name else ctypes.util.find_library(name) or name)
            library.EVP_PKEY_CTX_set1_id  # noqa: B018  an OpenSSL 1 has none
        except (OSError, AttributeError):
            continue
        return _declare(library)
    raise Unavailable("no OpenSSL 3 on this system")


def _declare(library: Any) -> Any:
    pointers: dict[str, tuple[Any, ...]] = {
        "EVP_PKEY_CTX_new_from_name": (c_void_p, c_char_p, c_char_p),
        "EVP_PKEY_CTX_new": (c_void_p, c_void_p),
        "EVP_MD_CTX_new": (),
        "EVP_MD_fetch": (c_void_p, c_char_p, c_char_p),
        "d2i_AutoPrivateKey": (c_void_p, POINTER(c_void_p), c_long),
        "d2i_PUBKEY": (c_void_p, POINTER(c_void_p), c_long),
    }
    numbers: dict[str, tuple[Any, ...]] = {
        "EVP_PKEY_keygen_init": (c_void_p,),
        "EVP_PKEY_generate": (c_void_p, POINTER(c_void_p)),
        "EVP_PKEY_CTX_set1_id": (c_void_p, c_char_p, c_int),
        "EVP_DigestSignInit": (c_void_p, c_void_p, c_void_p, c_void_p, c_void_p),
        "EVP_DigestSign": (c_void_p, c_void_p, POINTER(c_size_t), c_char_p, c_size_t),
        "EVP_DigestVerifyInit": (c_void_p, c_void_p, c_void_p, c_void_p, c_void_p),
        "EVP_DigestVerify": (c_void_p, c_char_p, c_size_t, c_char_p, c_size_t),
        "EVP_PKEY_is_a": (c_void_p, c_char_p),
        "i2d_PrivateKey": (c_void_p, POINTER(c_void_p)),
        "i2d_PUBKEY": (c_void_p, POINTER(c_void_p)),
    }
    nothing: dict[str, tuple[Any, ...]] = {
        "EVP_MD_CTX_free": (c_void_p,),
        "EVP_MD_CTX_set_pkey_ctx": (c_void_p, c_void_p),
        "EVP_PKEY_free": (c_void_p,),
        "EVP_PKEY_CTX_free": (c_void_p,),
        "ERR_clear_error": (),
    }
    for result, functions in ((c_void_p, pointers), (c_int, numbers), (None, nothing)):
        for name, arguments in functions.items():
            function = getattr(library, name)
            function.restype, function.argtypes = result, arguments
    return library


@lru_cache(maxsize=1)
def _sm3() -> Any:
    return _good(_crypto().EVP_MD_fetch(None, b"SM3", None), "SM3")


def _good(result: Any, what: str) -> Any:
    """Let a pointer or a positive number pass; anything else is OpenSSL's way to say no."""
    if not result or (isinstance(result, int) and result < 0):
        _crypto().ERR_clear_error()
        raise Unavailable(f"OpenSSL refused: {what}")
    return result


def available() -> bool:
    """Say whether this machine can sign and check SM2."""
    try:
        _sm3()
        _free_context(_context())
    except Unavailable:
        return False
    return True


def _context() -> Any:
    return _good(_crypto().EVP_PKEY_CTX_new_from_name(None, b"SM2", None), "SM2")


def _free_context(context: Any) -> None:
    _crypto().EVP_PKEY_CTX_free(context)


class _Key:
    """One of OpenSSL's keys, freed with this object."""

    def __init__(self, pointer: Any) -> None:
        self.pointer = pointer
        self._free = _crypto().EVP_PKEY_free

    def __del__(self) -> None:
        self._free(self.pointer)


class _Digest:
    """A signing or checking context over SM3 that belongs to one call."""

    def __init__(self, key: _Key, begin: str) -> None:
        crypto = _crypto()
        self.context = _good(crypto.EVP_MD_CTX_new(), "EVP_MD_CTX_new")
        self._of_key = crypto.EVP_PKEY_CTX_new(key.pointer, None)
        try:
            _good(self._of_key, "EVP_PKEY_CTX_new")
            _good(crypto.EVP_PKEY_CTX_set1_id(self._of_key, SIGNER_ID, len(SIGNER_ID)), "set1_id")
            crypto.EVP_MD_CTX_set_pkey_ctx(self.context, self._of_key)
            _good(getattr(crypto, begin)(self.context, None, _sm3(), None, key.pointer), begin)
        except Unavailable:
            self.close()
            raise

    def close(self) -> None:
        crypto = _crypto()
        crypto.EVP_MD_CTX_free(self.context)
        crypto.EVP_PKEY_CTX_free(self._of_key)

    def __enter__(self) -> _Digest:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


class PrivateKey:
    """A private SM2 key."""

    def __init__(self, key: _Key) -> None:
        self._key = key

    @classmethod
    def generate(cls) -> PrivateKey:
        """Make a new key."""
        context, made = _context(), c_void_p()
        try:
            _good(_crypto().EVP_PKEY_keygen_init(context), "keygen_init")
            _good(_crypto().EVP_PKEY_generate(context, byref(made)), "generate")
        finally:
            _free_context(context)
        return cls(_Key(made.value))

    @classmethod
    def from_der(cls, der: bytes) -> PrivateKey:
        """Read a key as `to_der` gives it; raises `Unavailable` for anything else."""
        buffer = create_string_buffer(der, len(der))
        start = c_void_p(ctypes.addressof(buffer))
        key = _Key(_good(_crypto().d2i_AutoPrivateKey(None, byref(start), len(der)), "private key"))
        _good(_crypto().EVP_PKEY_is_a(key.pointer, b"SM2"), "not an SM2 key")
        return cls(key)

    def to_der(self) -> bytes:
        """Give the key as DER; whoever has it can sign."""
        return _der(_crypto().i2d_PrivateKey, self._key)

    def public(self) -> bytes:
        """Give the public point, uncompressed, 65 bytes."""
        return _der(_crypto().i2d_PUBKEY, self._key)[-POINT_SIZE:]

    def sign(self, message: bytes) -> bytes:
        """Sign; a DER pair of at most 72 bytes."""
        size, out = c_size_t(80), create_string_buffer(80)
        with _Digest(self._key, "EVP_DigestSignInit") as digest:
            done = _crypto().EVP_DigestSign(digest.context, out, byref(size), message, len(message))
            _good(done, "sign")
        return out.raw[: size.value]


@lru_cache(maxsize=64)
def _public_key(point: bytes) -> _Key:
    der = _SPKI + point
    buffer = create_string_buffer(der, len(der))
    start = c_void_p(ctypes.addressof(buffer))
    return _Key(_good(_crypto().d2i_PUBKEY(None, byref(start), len(der)), "public point"))


def verify(point: bytes, signature: bytes, message: bytes) -> bool:
    """Say whether a signature over a message is by the key of this point.

    Raises `Unavailable` where the point is not on the curve, or this machine has no SM2.
    """
    with _Digest(_public_key(point), "EVP_DigestVerifyInit") as digest:
        done = _crypto().EVP_DigestVerify(digest.context, signature, len(signature), message, len(message))
    if done != 1:
        _crypto().ERR_clear_error()
    return bool(done == 1)


def _der(write: Any, key: _Key) -> bytes:
    size = _good(write(key.pointer, None), "length")
    buffer = create_string_buffer(size)
    start = c_void_p(ctypes.addressof(buffer))
    _good(write(key.pointer, byref(start)), "encoding")
    return buffer.raw
