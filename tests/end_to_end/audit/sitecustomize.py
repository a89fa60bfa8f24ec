"""Put on PYTHONPATH by a test: every Python process of a run notes which network addresses it connects to."""

import os
import sys


def _note(event, arguments):
    if event == "socket.connect":
        address = arguments[1]
        if isinstance(address, tuple):
            with open(os.environ["CONNECTIONS_LOG"], "a", encoding="utf-8") as log_file:
                log_file.write(f"{address[0]}:{address[1]}\n")
    elif event == "socket.getaddrinfo":
        with open(os.environ["CONNECTIONS_LOG"], "a", encoding="utf-8") as log_file:
            log_file.write(f"lookup {arguments[0]}\n")


if "CONNECTIONS_LOG" in os.environ:
    sys.addaudithook(_note)
