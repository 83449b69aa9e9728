"""urlParse and urlJoin: Go's `net/url`, as far as sprig's dictionaries show it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote as percent_encode
from urllib.parse import unquote_to_bytes

from ..errors import FunctionError, nil_dereference
from ..quoting import quote
from ..values import entries_of, kind_of, to_bytes, to_text
from .registry import Family

urls = Family()

_PATH_SAFE = "$&+,/:;=@"
_USER_SAFE = "$&+,;="
_HOST_SAFE = "!$&'()*+,;=:[]<>\""
_FRAGMENT_SAFE = "$&+,/:;=?@!()*"
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2}).{0,2}", re.DOTALL)
_USERINFO = re.compile(r"[A-Za-z0-9\-._:~!$&'()*+,;=%@]*")


class _Invalid(Exception):
    """Why Go does not parse a URL."""


@dataclass(slots=True)
class _Url:
    scheme: str = ""
    opaque: str = ""
    user: str = ""
    has_user: bool = False
    host: str = ""
    path: str = ""
    raw_path: str = ""
    query: str = ""
    force_query: bool = False
    omit_host: bool = False
    fragment: str = ""


def _parse(text: str) -> _Url:
    """Go's `url.Parse`."""
    rest, _, fragment = text.partition("#")
    url = _Url(fragment=_unescaped(fragment))
    if any(c < " " or c == "\x7f" for c in rest):
        raise _Invalid("net/url: invalid control character in URL")
    if rest == "*":
        url.path = "*"
        return url
    if rest.startswith(":"):
        raise _Invalid("missing protocol scheme")
    scheme = _SCHEME.match(rest)
    if scheme:
        url.scheme, rest = scheme[1].lower(), rest[scheme.end() :]
    if rest.endswith("?") and rest.count("?") == 1:
        url.force_query, rest = True, rest[:-1]
    else:
        rest, _, url.query = rest.partition("?")
    if not rest.startswith("/"):
        if url.scheme:
            url.opaque = rest
            return url
        if ":" in rest.partition("/")[0]:
            raise _Invalid("first path segment in URL cannot contain colon")
    if rest.startswith("//") and (url.scheme or not rest.startswith("///")):
        authority, slash, path = rest[2:].partition("/")
        rest = slash + path
        _read_authority(url, authority)
    elif url.scheme and rest.startswith("/"):
        url.omit_host = True
    url.path = _unescaped(rest)
    if _escape(url.path, _PATH_SAFE) != rest:
        url.raw_path = rest
    return url


def _read_authority(url: _Url, authority: str) -> None:
    user, at, host = authority.rpartition("@")
    _check_port(host)
    url.host = _unescaped(host)
    if not at:
        return
    if not _USERINFO.fullmatch(user):
        raise _Invalid("net/url: invalid userinfo")
    url.has_user = True
    name, colon, password = user.partition(":")
    url.user = _escape(_unescaped(name), _USER_SAFE) + colon
    url.user += _escape(_unescaped(password), _USER_SAFE)


def _check_port(host: str) -> None:
    if host.startswith("["):
        address, bracket, port = host.rpartition("]")
        if not bracket or not address:
            raise _Invalid("missing ']' in host")
    else:
        colon = host.find(":")
        port = host[colon:] if colon >= 0 else ""
    if port and not re.fullmatch(r":[0-9]*", port):
        raise _Invalid(f"invalid port {quote(port)} after host")
    for character in host:
        if character < "\x80" and character in ' "`{}|\\^' and character not in _HOST_SAFE:
            raise _Invalid(f"invalid character {quote(character)} in host name")


def _unescaped(text: str) -> str:
    bad = _BAD_ESCAPE.search(text)
    if bad:
        raise _Invalid(f"invalid URL escape {quote(bad[0])}")
    return to_text(unquote_to_bytes(to_bytes(text)))


def _escape(text: str, safe: str) -> str:
    return percent_encode(to_bytes(text), safe=safe)


def _hostname(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    name, colon, port = host.rpartition(":")
    return name if colon and (not port or port.isdigit()) else host


@urls.add("urlParse", "string -> map")
def _url_parse(text: str) -> dict[str, object]:
    try:
        url = _parse(text)
    except _Invalid as invalid:
        raise FunctionError(f"unable to parse url: parse {quote(text)}: {invalid}") from None
    return {
        "scheme": url.scheme,
        "host": url.host,
        "hostname": _hostname(url.host),
        "path": url.path,
        "query": url.query,
        "opaque": url.opaque,
        "fragment": url.fragment,
        "userinfo": url.user,
    }


@urls.add("urlJoin", "map -> string")
def _url_join(parts: object) -> str:
    entries = {} if parts is None else entries_of(parts)

    def part(key: str) -> str:
        if key not in entries:
            return ""
        value = entries[key]
        if value is None:
            raise nil_dereference()
        if not isinstance(value, str):
            kind = kind_of(value)
            raise FunctionError(
                f"unable to parse {key} key, must be of type string, but {kind} found"
            )
        return str(value)

    url = _Url(part("scheme"), part("opaque"), host=part("host"), path=part("path"))
    url.query, url.fragment = part("query"), part("fragment")
    user = part("userinfo")
    if user:
        try:
            parsed = _parse(f"proto://{user}@host")
        except _Invalid as invalid:
            whole = quote(f"proto://{user}@host")
            raise FunctionError(
                f"unable to parse userinfo in dict: parse {whole}: {invalid}"
            ) from None
        url.user, url.has_user = parsed.user, True
    return _text(url)


def _text(url: _Url) -> str:
    """Go's `URL.String`."""
    out = f"{url.scheme}:" if url.scheme else ""
    if url.opaque:
        out += url.opaque
    else:
        if url.scheme or url.host or url.has_user:
            if url.host or url.path or url.has_user:
                out += "//"
            out += f"{url.user}@" if url.has_user else ""
            out += _escape(url.host, _HOST_SAFE)
        path = "*" if url.path == "*" else _escape(url.path, _PATH_SAFE)
        if path and path[0] != "/" and url.host:
            out += "/"
        if not out and ":" in path.partition("/")[0]:
            out = "./"
        out += path
    out += f"?{url.query}" if url.query else ""
    return out + (f"#{_escape(url.fragment, _FRAGMENT_SAFE)}" if url.fragment else "")
