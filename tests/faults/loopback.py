"""Small servers on 127.0.0.1 that misbehave in one way each."""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

Behaviour = Callable[[socket.socket, bytes, threading.Event], None]
"""Given a connection, the request's head and the event that says that the test is over."""

LOGIN_PAGE = (
    "<!DOCTYPE html><html><head><title>Sign in</title><style>p{color:red}</style></head><body><p>Sign in to Acme</p>"
)


@dataclass
class Loopback:
    """A running server, and the first lines of the requests that it saw."""

    port: int
    requests: list[str] = field(default_factory=list)

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def uri(self) -> str:
        return f"http://{self.place}"


def answer(status: int, body: str | bytes, content_type: str = "text/html", **headers: str) -> Behaviour:
    """Answer every request alike."""
    content = body.encode() if isinstance(body, str) else body

    def behave(connection: socket.socket, _head: bytes, _over: threading.Event) -> None:
        lines = [f"HTTP/1.1 {status} Whatever", f"Content-Type: {content_type}", f"Content-Length: {len(content)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        connection.sendall("\r\n".join([*lines, "Connection: close", "", ""]).encode() + content)

    return behave


def answer_json(status: int, body: object, **headers: str) -> Behaviour:
    """Answer every request with the same JSON."""
    return answer(status, json.dumps(body), "application/json", **headers)


def silent(_connection: socket.socket, _head: bytes, over: threading.Event) -> None:
    """Accept and read, and say nothing."""
    over.wait()


def cut(connection: socket.socket, _head: bytes, _over: threading.Event) -> None:
    """Promise more than is sent."""
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"exp')


def hang_up(_connection: socket.socket, _head: bytes, _over: threading.Event) -> None:
    """Read the request and close."""


def drip(connection: socket.socket, _head: bytes, over: threading.Event) -> None:
    """Send a byte now and then, so that no single read takes long and the whole never ends."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n")
    while not over.wait(0.05):
        connection.sendall(b" ")


def login(connection: socket.socket, head: bytes, over: threading.Event) -> None:
    """Redirect to a login page, as proxies that want a session do."""
    if b" /login" in head.split(b"\r\n", 1)[0]:
        answer(200, LOGIN_PAGE)(connection, head, over)
    else:
        answer(302, "", Location="/login")(connection, head, over)


def redirect_loop(connection: socket.socket, head: bytes, over: threading.Event) -> None:
    """Redirect for ever."""
    answer(302, "", Location="/again")(connection, head, over)


@contextlib.contextmanager
def serve(behave: Behaviour, *, tls: ssl.SSLContext | None = None) -> Iterator[Loopback]:
    """Run a server that behaves so, one thread for each connection."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        running = Loopback(listener.getsockname()[1])

        def handle(connection: socket.socket) -> None:
            with contextlib.suppress(OSError), connection:
                wrapped = tls.wrap_socket(connection, server_side=True) if tls else connection
                with wrapped:
                    head = _head(wrapped)
                    if head:
                        running.requests.append(head.split(b"\r\n", 1)[0].decode(errors="replace"))
                        behave(wrapped, head, over)

        def accept() -> None:
            with contextlib.suppress(OSError):
                while not over.is_set():
                    connection, _ = listener.accept()
                    threading.Thread(target=handle, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        try:
            yield running
        finally:
            over.set()
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)


def _head(connection: socket.socket) -> bytes:
    """The head of a request, its body read and dropped."""
    data = b""
    while b"\r\n\r\n" not in data:
        got = connection.recv(65536)
        if not got:
            return b""
        data += got
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (int(line.split(b":", 1)[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
    )
    while len(body) < length:
        got = connection.recv(65536)
        if not got:
            break
        body += got
    return head


def self_signed(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's TLS context with a certificate that nobody has signed, and that certificate's file."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / "cert.pem", folder / "key.pem"
    cert_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert_file, key_file)
    return context, cert_file
