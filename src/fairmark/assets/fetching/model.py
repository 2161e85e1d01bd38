"""What can go wrong on the way to a customer's file. `transient`: trying again later may help."""

from typing import ClassVar

from fairmark.kernel.errors import Invalid


class FetchError(Invalid):
    """Root of all reasons why the bytes at an address cannot be had."""

    code = "fetch_failed"
    transient: ClassVar[bool] = False


class UrlInvalid(FetchError):
    """Not an address that can be fetched: another scheme, no host, credentials in it, a port of another service."""

    code = "url_invalid"


class AddressForbidden(FetchError):
    """The host is, or resolves to, an address inside this installation's own network."""

    code = "address_forbidden"


class BucketForbidden(FetchError):
    """The operator has not opened this bucket or folder to this organisation."""

    code = "bucket_forbidden"


class HostUnknown(FetchError):
    """The host's name does not resolve."""

    code = "host_unknown"
    transient = True


class ConnectionFailed(FetchError):
    """The host does not take the connection, breaks it off, or does not speak HTTP."""

    code = "connection_failed"
    transient = True


class FetchTimeout(FetchError):
    """The whole fetch took longer than it may."""

    code = "fetch_timeout"
    transient = True


class TooManyRedirects(FetchError):
    """The address leads on and on."""

    code = "too_many_redirects"


class HttpStatus(FetchError):
    """The host answers that it does not give the file."""

    code = "http_status"


class HttpStatusTransient(HttpStatus):
    """The host is busy or broken for now: 408, 425, 429, 5xx."""

    transient = True


class FetchTooLarge(FetchError):
    """The file, unpacked, is above the limit."""

    code = "fetch_too_large"


class EncodingRefused(FetchError):
    """The body is packed in a way that nobody asked for, or its packing is broken."""

    code = "encoding_refused"


class FileMissing(FetchError):
    """The bucket has no such file."""

    code = "file_missing"


class BucketDown(FetchError):
    """The bucket's store does not answer or refuses the operator's credentials."""

    code = "bucket_down"
    transient = True
