"""What HTTP without encryption needs: a context that knows no authorities.

Convention: the services of the tests speak plain HTTP. A client of `httpx` reads the certificates of the whole world anew before its first
request (some 20 ms of the processor), and so does each `httpx.get`; with `verify=NO_TLS` it does not, and `https` would be refused.
"""

import ssl

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Without a single authority: no certificate would be believed."""
