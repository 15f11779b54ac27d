"""A small server that speaks OpenAI's chat completions, and misbehaves when it is told to."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from persrv.semantics.prompts import KEYWORDS_PROMPT


@dataclass
class Reply:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    dribble: float = 0.0
    """Seconds between single bytes: no read takes long, the whole takes for ever."""


def completion(text):
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": text}}]}).encode()


@dataclass
class ChatServer:
    url: str
    asked: list[dict] = field(default_factory=list)
    headers: list[dict] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    script: list[Reply] = field(default_factory=list)
    """Replies to the first requests, in order; then it answers properly."""
    keywords: str = "happy cat"
    description: str = "1. A cat jumps. | 2. Joy."
    delay: float = 0.0
    decide = None
    """Called with a request's body: its reply, or None for a proper one."""
    most_at_once: int = 0
    at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def reply_to(self, body):
        with self.lock:
            if self.script:
                return self.script.pop(0)
        if self.decide is not None and (reply := self.decide(body)) is not None:
            return reply
        prompt = next(part["text"] for part in body["messages"][0]["content"] if part["type"] == "text")
        text = self.keywords if prompt == KEYWORDS_PROMPT else self.description
        return Reply(body=completion(text), delay=self.delay)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Clients that gave up are part of the tests."""


@pytest.fixture
def chat_server():
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with state.lock:
                state.asked.append(body)
                state.headers.append(dict(self.headers))
                state.paths.append(self.path)
                state.times.append(time.monotonic())
                state.at_once += 1
                state.most_at_once = max(state.most_at_once, state.at_once)
            try:
                self.answer(state.reply_to(body))
            finally:
                with state.lock:
                    state.at_once -= 1

        def answer(self, reply):
            time.sleep(reply.delay)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            if not reply.dribble:
                self.wfile.write(reply.body)
                return
            for byte in reply.body:
                self.wfile.write(bytes([byte]))
                time.sleep(reply.dribble)

        def log_message(self, *args):
            pass

    server = _Server(("127.0.0.1", 0), Handler)
    state = ChatServer(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield state
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def sticker():
    """Makes an RGBA picture with a square of the given colour on nothing."""

    def make(red=200, green=40, blue=40, size=48):
        pixels = np.zeros((size, size, 4), np.uint8)
        pixels[size // 4 : -size // 4, size // 4 : -size // 4] = (red, green, blue, 255)
        return pixels

    return make
