"""Run the example on this machine: ``python -m examples.sign_in``."""

from __future__ import annotations

import secrets
import tempfile
import time

import uvicorn
from examples.sign_in.app import COOLDOWN, LIFETIME, SignIn

import straks
from straks.simulator import Simulator

PORT = 8000


def main() -> None:
    """Serve it with a simulator for the phone, until it is interrupted."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Simulator() as altinn,
        straks.SqliteStore(f"{folder}/codes.db") as store,
    ):
        sign_in = SignIn(
            codes=straks.AsyncOneTimeCodes(
                store, key=secrets.token_bytes(32), cooldown=COOLDOWN, lifetime=LIFETIME
            ),
            catalog=straks.Catalog.load(),
            transport=straks.AsyncAltinnTransport(altinn.url, altinn.token()),
            accounts={"+46701740605": "user-8841"},
            clock=time.time,
            service="Eksempel",
        )
        here = f"http://127.0.0.1:{PORT}/"
        print(f"Sign in as +46701740605 at {here}; the phone is at {altinn.url}/", flush=True)
        uvicorn.run(sign_in.app(), host="127.0.0.1", port=PORT, log_level="warning")


if __name__ == "__main__":
    main()
