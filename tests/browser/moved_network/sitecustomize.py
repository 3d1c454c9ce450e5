"""Imported first by the processes of a served test: what `requests` sends goes to a provider on this machine, whatever host it names.

Convention: `BOKGI_TEST_PROVIDER` holds the port; without it nothing is changed.
"""

import os
from urllib.parse import urlsplit, urlunsplit

PORT = os.environ.get("BOKGI_TEST_PROVIDER")

if PORT:
    import requests.adapters

    _send = requests.adapters.HTTPAdapter.send

    def _moved(adapter: requests.adapters.HTTPAdapter, request: requests.PreparedRequest, **options: object) -> requests.Response:
        parts = urlsplit(str(request.url))
        request.headers["X-Asked-Host"] = parts.hostname or ""
        request.url = urlunsplit(("http", f"127.0.0.1:{PORT}", parts.path, parts.query, ""))
        return _send(adapter, request, **options | {"proxies": {}})  # type: ignore[arg-type]  # handed on as they are

    requests.adapters.HTTPAdapter.send = _moved  # type: ignore[assignment, method-assign]  # every request of this process goes there
