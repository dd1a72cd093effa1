"""The board's own certificate: made for one workshop, and known by its mark alone.

No authority has signed it and no browser is to trust it. A learner's laptop has its mark from the
join line, and speaks to nobody who cannot prove that the key is theirs.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from ecokit.cli import copies, invited

FILE = "certificate.pem"
LEEWAY = timedelta(days=2)
"""Clocks of laptops go wrong; by so much they may."""


@dataclass(frozen=True)
class Certificate:
    """A certificate with its key.

    Attributes
    ----------
    path
        The file that holds both, which nobody else may read.
    """

    path: Path

    @classmethod
    def of(cls, folder: Path, now: datetime, ends: datetime) -> Certificate:
        """Return the certificate of a board, made where there is none yet.

        Parameters
        ----------
        folder
            Of the board.
        now, ends
            It holds from now to the end of the workshop.
        """
        path = folder / FILE
        if not path.exists():
            copies.write(path, made(now - LEEWAY, ends + LEEWAY), mode=0o600)
        return cls(path)

    @property
    def mark(self) -> str:
        """What a join line says of it."""
        text = self.path.read_text("ascii")
        begin = text.index("-----BEGIN CERTIFICATE")
        return invited.mark_of(ssl.PEM_cert_to_DER_cert(text[begin:]))

    def context(self) -> ssl.SSLContext:
        """Return how a server speaks with it: TLS 1.3, as every Python of the course can."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(self.path)
        return context


def made(begins: datetime, ends: datetime) -> bytes:
    """Return a key on the curve P-256 and a certificate that it has signed itself, as PEM."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ecokit board")])
    while True:
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins)
            .not_valid_after(ends)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .sign(key, hashes.SHA256())
        )
        if invited.is_whole(invited.mark_of(certificate.public_bytes(serialization.Encoding.DER))):
            break
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ) + certificate.public_bytes(serialization.Encoding.PEM)
