"""Which addresses may be fetched."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.assets.fetching.model import BucketForbidden, UrlInvalid
from fairmark.assets.fetching.rules import (
    TRIES_MAX,
    check_source,
    check_url,
    forbidden,
    host_of,
    open_prefixes,
    parse_networks,
    prefix_of,
    retry_after,
)

ORG = UUID("01a20000-0000-7000-8000-000000000001")


class TestCheckUrl:
    @pytest.mark.parametrize(
        "url",
        [
            "https://example.com/a.jpg",
            "http://example.com",
            "https://example.com:8443/a%20b.jpg?x=1&y=2#part",
            "https://b\u00fccher.example/\u6771\u4eac.jpg",
            "HTTPS://EXAMPLE.COM/A.JPG",
            "https://[2606:4700::1111]/a.jpg",
        ],
    )
    def test_takes_addresses_of_the_web(self, url: str) -> None:
        assert check_url(url) == url

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "example.com/a.jpg",
            "//example.com/a.jpg",
            "ftp://example.com/a.jpg",
            "file:///etc/passwd",
            "gopher://example.com/",
            "data:image/png;base64,AAAA",
            "https://",
            "https:///a.jpg",
            "https://user:secret@example.com/a.jpg",
            "https://user@example.com/a.jpg",
            "https://example.com:22/a.jpg",
            "https://example.com:25/",
            "https://example.com:0/",
            "https://example.com:99999/",
            "https://example.com:x/",
            "https://exa mple.com/",
            "https://example.com/a b.jpg",
            "https://example.com/\r\nHost: inside",
            "https://example.com\\@inside.test/",
            "https://example.com/\x00",
            "https://[::1/",
            "https://example.com/" + "a" * 5000,
        ],
    )
    def test_refuses_everything_else(self, url: str) -> None:
        with pytest.raises(UrlInvalid) as refused:
            check_url(url)
        assert refused.value.mend

    @given(st.text(max_size=60))
    def test_never_fails_otherwise(self, text: str) -> None:
        for url in (text, f"https://{text}", f"https://example.com/{text}"):
            try:
                check_url(url)
            except UrlInvalid:
                continue


class TestForbidden:
    @pytest.mark.parametrize(
        "address",
        [
            "0.0.0.0", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.9.9.9", "169.254.169.254",
            "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1",
            "198.19.255.255", "198.51.100.1", "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1",
            "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
            "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::1",
            "2001::1", "2001:db8::1", "3fff::1", "fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0", "fec0::1",
            "ff02::1", "100::1", "5f00::1",
        ],
    )  # fmt: skip
    def test_holds_for_every_internal_address(self, address: str) -> None:
        assert forbidden(ip_address(address)) is not None

    @pytest.mark.parametrize(
        "address",
        ["1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.0", "172.32.0.1", "192.0.1.1", "198.20.0.1",
         "223.255.255.255", "2606:4700:4700::1111", "2a00:1450:4001::8a", "::ffff:8.8.8.8", "64:ff9b::808:808",
         "2002:808:808::1"],
    )  # fmt: skip
    def test_does_not_hold_for_public_ones(self, address: str) -> None:
        assert forbidden(ip_address(address)) is None

    def test_does_not_hold_for_networks_that_the_operator_allows(self) -> None:
        allow = parse_networks("10.1.0.0/16, fd00::/8")
        assert forbidden(ip_address("10.1.2.3"), allow) is None
        assert forbidden(ip_address("::ffff:10.1.2.3"), allow) is None
        assert forbidden(ip_address("fd00::1"), allow) is None
        assert forbidden(ip_address("10.2.0.1"), allow) is not None
        assert forbidden(ip_address("127.0.0.1"), allow) is not None

    @given(st.integers(0, 2**32 - 1))
    def test_agrees_with_the_library_on_private_ipv4(self, value: int) -> None:
        address = IPv4Address(value)
        if not address.is_global or address.is_multicast or address.is_reserved:
            assert forbidden(address) is not None

    @given(st.integers(0, 2**128 - 1))
    def test_takes_no_ipv6_outside_the_global_unicast_space(self, value: int) -> None:
        address = IPv6Address(value)
        translated = ("::ffff:0:0/96", "::/96", "64:ff9b::/96")
        if address not in ip_network("2000::/3") and not any(address in ip_network(each) for each in translated):
            assert forbidden(address) is not None


class TestHostOf:
    def test_tells_hosts_apart_and_nothing_else(self) -> None:
        assert host_of("https://Example.com:8443/a?b") == "https://example.com:8443"
        assert host_of("HTTPS://example.com:8443?x") == "https://example.com:8443"
        assert host_of("s3://bucket/a/b") == "s3://bucket"
        assert host_of("nonsense") == "nonsense://"


class TestRetryAfter:
    def test_waits_longer_each_time_and_then_stops(self) -> None:
        waits = [retry_after(tries) for tries in range(1, TRIES_MAX)]
        assert None not in waits
        assert waits == sorted(waits, key=lambda wait: wait.total_seconds() if wait else 0)
        assert retry_after(TRIES_MAX) is None


class TestOpenPrefixes:
    def test_are_everybodys_or_one_organisations(self) -> None:
        setting = f"s3://all/, {ORG}=s3://ours/folder , 01a2=gs://theirs/,, s3://bucket?x=1"
        assert open_prefixes(setting, ORG) == ["s3://all/", "s3://ours/folder/", "s3://bucket?x=1/"]
        assert open_prefixes("", ORG) == []

    @pytest.mark.parametrize(
        ("url", "found"),
        [
            ("s3://all/a.jpg", "s3://all/"),
            ("s3://all", "s3://all/"),
            ("S3://all/a/b", "s3://all/"),
            ("s3://all-others/a.jpg", None),
            ("s3://ours/a.jpg", None),
            ("s3://ours/folder/../secret/a.jpg", None),
            ("s3://ours/folder/./a.jpg", None),
            ("s3://ours/folder/a\\b.jpg", None),
            ("s3://ours/folder/a\nb.jpg", None),
            ("gs://all/a.jpg", None),
        ],
    )
    def test_hold_what_lies_below_them(self, url: str, found: str | None) -> None:
        assert prefix_of(url, ["s3://all/", "s3://ours/folder/"]) == found


class TestCheckSource:
    def test_takes_buckets_only_below_open_prefixes(self) -> None:
        assert check_source("s3://all/a.jpg", ["s3://all/"]) == "s3://all/a.jpg"
        assert check_source("https://example.com/a.jpg") == "https://example.com/a.jpg"
        for url in ("s3://all/a.jpg", "file:///etc/passwd", "gs://x/y"):
            with pytest.raises(BucketForbidden):
                check_source(url)
