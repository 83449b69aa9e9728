"""S3 clients on botocore, made as cheaply as they can be and deaf to the user's own settings.

Importing botocore and reading its models takes about half a second, so it happens when a client
is first made, or earlier in a thread by `warm_up`.  Whatever stands in the person's environment
(profiles, credentials, proxies) belongs to their account and must not reach the server under test.
"""

from __future__ import annotations

import gc
import os
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pytest_kanister.errors import EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_kanister._model.secret import Secret

__all__ = ["error_code", "make_client", "told_plainly", "warm_up"]

CONNECT_TIMEOUT_S = 5
READ_TIMEOUT_S = 60

_lock = threading.Lock()
_sessions: list[Any] = []


def warm_up() -> None:
    """Begins to load botocore and its S3 model in a thread; the first client waits for it."""
    threading.Thread(target=_load, name="pytest-kanister botocore", daemon=True).start()


def make_client(endpoint: str, access_key: Secret, secret_key: Secret, region: str) -> Any:
    """A botocore client for S3, path-style, one attempt a request; usable from threads."""
    session = _session()
    with _lock:  # sessions are not safe in threads, clients are
        return _client(session, endpoint, access_key.reveal(), secret_key.reveal(), region)


@contextmanager
def told_plainly(endpoint: str, bucket: str = "") -> Iterator[None]:
    """Turns botocore's errors into `EnvironmentProblem`."""
    from botocore.exceptions import BotoCoreError, ClientError

    where = f"bucket {bucket} at {endpoint}" if bucket else endpoint
    try:
        yield
    except ClientError as error:
        code = error_code(error)
        message = error.response.get("Error", {}).get("Message", "")
        raise EnvironmentProblem(
            f"S3 refused: {code} {message} ({where})".replace("  ", " "),
            remedies=[_REMEDIES.get(code, "see what the S3 server's pod says")],
        ) from error
    except BotoCoreError as error:
        raise EnvironmentProblem(
            f"the S3 server does not answer as it should: {error} ({where})",
            remedies=["see whether the S3 server's pod still runs and what it says"],
        ) from error


def error_code(error: Any) -> str:
    """The S3 error's word (`NoSuchKey`), or the HTTP status where the answer had no body."""
    return str(error.response.get("Error", {}).get("Code", ""))


_WRONG_KEYS = "use the access key and secret key that the server was started with"
_REMEDIES = {
    "403": _WRONG_KEYS,
    "404": "create the bucket first, or mend its name",
    "AccessDenied": _WRONG_KEYS,
    "InvalidAccessKeyId": _WRONG_KEYS,
    "InvalidBucketName": "bucket names are 3 to 63 lower-case letters, digits, dots and hyphens",
    "NoSuchBucket": "create the bucket first, or mend its name",
    "SignatureDoesNotMatch": _WRONG_KEYS,
}


def _load() -> None:
    _session()
    # The S3 model and the imports are a hundred thousand objects that live as long as the
    # process.  pytest collects garbage five times as it ends and looks at each of them every
    # time, 0.25 s in all; what is garbage now is collected, the rest the collector may forget.
    gc.collect()
    gc.freeze()


def _session() -> Any:
    """The one session; its loader keeps the S3 model, so later clients cost little."""
    with _lock:
        if not _sessions:
            from botocore.session import Session

            session = Session(
                session_vars={
                    "profile": (None, None, None, None),
                    "config_file": (None, None, os.devnull, None),
                    "credentials_file": (None, None, os.devnull, None),
                }
            )
            _client(session, "http://127.0.0.1:1", "loads", "models", "us-east-1")
            _sessions.append(session)
        return _sessions[0]


def _client(session: Any, endpoint: str, access_key: str, secret_key: str, region: str) -> Any:
    from botocore.config import Config

    config = Config(
        signature_version="s3v4",
        s3={"addressing_style": "path"},
        retries={"total_max_attempts": 1, "mode": "standard"},
        connect_timeout=CONNECT_TIMEOUT_S,
        read_timeout=READ_TIMEOUT_S,
        proxies={"http": "", "https": ""},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        ignore_configured_endpoint_urls=True,
        use_dualstack_endpoint=False,
        use_fips_endpoint=False,
    )
    return session.create_client(
        "s3",
        region_name=region,
        endpoint_url=endpoint,
        aws_access_key_id=access_key,
        aws_secret_access_key=secret_key,
        config=config,
    )
