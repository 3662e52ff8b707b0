"""Receivers on this machine, as webhooks meet them: well, slow, hostile or dead.

Each runs on threads of its own behind a socket on 127.0.0.1, so that what is tested is the network and not a stand-in.
"""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Answering = Callable[["Connection"], None]
OK = b"HTTP/1.1 204 No Content\r\n\r\n"


@dataclass
class Message:
    """A message as a receiver got it, at a time of this machine's steady clock."""

    headers: dict[str, str]
    body: bytes
    at: float
    connection: int


@dataclass
class Connection:
    """One connection to a receiver: what came over it, and a way to answer."""

    peer: socket.socket
    number: int
    receiver: "Receiver"

    def answer(self, raw: bytes) -> None:
        """Send these bytes."""
        self.peer.sendall(raw)

    def read_message(self) -> Message | None:
        """Return the next message, or None where the sender has hung up."""
        received = b""
        while b"\r\n\r\n" not in received:
            part = self.peer.recv(65536)
            if not part:
                return None
            received += part
        head, _, body = received.partition(b"\r\n\r\n")
        lines = head.decode("ascii").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        while len(body) < int(headers.get("content-length", "0")):
            body += self.peer.recv(65536)
        return Message({":request": lines[0], **headers}, body, time.monotonic(), self.number)


@dataclass
class Receiver:
    """A receiver that is listening."""

    port: int
    scheme: str = "http"
    messages: list[Message] = field(default_factory=list)
    connections: int = 0
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """Where it takes messages."""
        return f"{self.scheme}://127.0.0.1:{self.port}/hook"

    @property
    def ids(self) -> list[str]:
        """The ids of the messages that came, in order."""
        return [message.headers["webhook-id"] for message in self.messages]

    def wait_for(self, count: int, seconds: float = 10.0) -> list[Message]:
        """Return the messages once there are so many."""
        wait_until(lambda: len(self.messages) >= count, seconds)
        return list(self.messages)


def wait_until(holds: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait until something that others do holds."""
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends, "it did not come about in time"
        time.sleep(0.01)


def accepts(connection: Connection) -> None:
    """Take every message with 204."""
    while message := connection.read_message():
        connection.receiver.messages.append(message)
        connection.answer(OK)


def answers(raw: bytes) -> Answering:
    """Return what takes each message and answers with these bytes."""

    def answering(connection: Connection) -> None:
        while message := connection.read_message():
            connection.receiver.messages.append(message)
            connection.answer(raw)

    return answering


def says(status: int, *headers: str) -> Answering:
    """Return what answers with a status and no body."""
    lines = [f"HTTP/1.1 {status} X", "Content-Length: 0", *headers]
    return answers("\r\n".join(lines).encode() + b"\r\n\r\n")


def hangs(connection: Connection) -> None:
    """Take a message and never answer."""
    message = connection.read_message()
    if message:
        connection.receiver.messages.append(message)
    connection.receiver.stopping.wait(60)


def drips(connection: Connection) -> None:
    """Answer a byte at a time, for ever."""
    message = connection.read_message()
    if message:
        connection.receiver.messages.append(message)
    connection.answer(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not connection.receiver.stopping.wait(0.1):
        connection.answer(b".")


def closes_at_once(connection: Connection) -> None:
    """Hang up before anything is said."""
    connection.peer.close()


def closes_after_reading(connection: Connection) -> None:
    """Take a message and hang up without a word."""
    message = connection.read_message()
    if message:
        connection.receiver.messages.append(message)


def floods(head: bytes) -> Answering:
    """Return what answers with a head and then gigabytes; `sent` of the receiver's is how much got away."""

    def answering(connection: Connection) -> None:
        message = connection.read_message()
        if message:
            connection.receiver.messages.append(message)
        connection.answer(head)
        block = b"x" * 65536
        while not connection.receiver.stopping.is_set():
            connection.answer(block)

    return answering


def answers_late(seconds: float) -> Answering:
    """Return what answers 200, but only after a while."""

    def answering(connection: Connection) -> None:
        while message := connection.read_message():
            connection.receiver.messages.append(message)
            connection.receiver.stopping.wait(seconds)
            connection.answer(OK)

    return answering


def in_turn(*behaviours: Answering) -> Answering:
    """Return what behaves one way for the first message, another for the second, and so on; the last one stays."""
    turn = iter(behaviours[:-1])

    def answering(connection: Connection) -> None:
        next(turn, behaviours[-1])(connection)

    return answering


@contextmanager
def receiving(behaves: Answering = accepts, *, tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Run a receiver until the block ends."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=256)
    receiver = Receiver(listening.getsockname()[1], "https" if tls else "http")
    open_now: list[socket.socket] = []

    def serve(peer: socket.socket, number: int) -> None:
        try:
            if tls:
                peer = tls.wrap_socket(peer, server_side=True)
            with peer:
                behaves(Connection(peer, number, receiver))
        except (OSError, ssl.SSLError):
            pass  # the sender hung up, which many of these tests want

    def accept() -> None:
        while not receiver.stopping.is_set():
            try:
                peer, _ = listening.accept()
            except OSError:
                return
            receiver.connections += 1
            open_now.append(peer)
            threading.Thread(target=serve, args=(peer, receiver.connections), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.stopping.set()
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        for peer in open_now:
            peer.close()
        thread.join(5)


def refused_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
