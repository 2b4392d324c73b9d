"""A provider of a language model on loopback, speaking the chat protocol that many of them speak."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Provider:
    """Its address, what it was asked, and how it behaves: what it says, its status, how long it takes."""

    url: str = ""
    says: str = ""
    status: int = 200
    takes_s: float = 0.0
    raw: bytes | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)


class _Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.provider.keys.append(self.headers.get("Authorization", ""))
        self.provider.asked.append(json.loads(body))
        time.sleep(self.provider.takes_s)
        status = self.provider.status if self.path == "/v1/chat/completions" else 404
        said = {"role": "assistant", "content": self.provider.says}
        choice = {"index": 0, "message": said, "finish_reason": "stop"}
        answer = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "fake", "choices": [choice]}
        written = self.provider.raw if self.provider.raw is not None else json.dumps(answer).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(written)))
            self.end_headers()
            self.wfile.write(written)
        except OSError:
            return  # the caller has had enough

    def log_message(self, format: str, *values: object) -> None:
        return


@contextmanager
def chat_model(says: str = "") -> Iterator[Provider]:
    """Runs for the length of a with block."""
    provider = Provider(says=says)
    handler = type("Handler", (_Handler,), {"provider": provider})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    provider.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
