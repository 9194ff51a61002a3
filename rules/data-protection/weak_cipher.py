from collections.abc import Iterable, Iterator

from linter.backend import Backend, Site
from linter.rule import Confidence, CstRule, Outcome, Severity

_PYCRYPTO = ("Crypto.Cipher", "Cryptodome.Cipher")
_BROKEN = ("DES", "DES3", "ARC2", "ARC4", "Blowfish", "CAST", "XOR")
_ALGORITHMS = ("TripleDES", "Blowfish", "CAST5", "SEED", "IDEA", "ARC4", "RC2")
_MODULES = (
    "cryptography.hazmat.primitives.ciphers.algorithms",
    "cryptography.hazmat.decrepit.ciphers.algorithms",
)
_CIPHERS = {
    **{f"{package}.{name}.new": name for package in _PYCRYPTO for name in _BROKEN},
    **{f"{module}.{name}": name for module in _MODULES for name in _ALGORITHMS},
}
_ECB = "cryptography.hazmat.primitives.ciphers.modes.ECB"
_AES = tuple(f"{package}.AES.new" for package in _PYCRYPTO)
_KEYS = {
    "cryptography.hazmat.primitives.asymmetric.rsa.generate_private_key": (1, "key_size"),
    "cryptography.hazmat.primitives.asymmetric.dsa.generate_private_key": (0, "key_size"),
    "Crypto.PublicKey.RSA.generate": (0, "bits"),
    "Cryptodome.PublicKey.RSA.generate": (0, "bits"),
}
_LEAST = 2048


class WeakCipher(CstRule):
    """Data is encrypted with a cipher, a mode or a key that no longer protects it.

    ## Why
    DES and RC4 are broken in hours, ciphers with blocks of 64 bits leak after some gigabytes, ECB shows which
    blocks are the same, and RSA below 2048 bits is within reach. What was encrypted so and copied is readable
    for good.

    ## Bad
        cipher = AES.new(key, AES.MODE_ECB)

    ## Good
        cipher = AESGCM(key)

    ## Limits
    pycryptodome and cryptography. A protocol that leaves no choice is not told from code that has one. ECB
    has medium confidence: one block of random data is safe in it.

    ## References
    - https://cwe.mitre.org/data/definitions/327.html
    - https://cheatsheetseries.owasp.org/cheatsheets/Cryptographic_Storage_Cheat_Sheet.html
    """

    severity = Severity.WARNING
    confidence = Confidence.HIGH
    noun = "ciphers and generated keys"
    cwe = 327
    owasp = "A02:2021"

    def subjects(self, backend: Backend) -> Iterable[Site]:
        """Ciphers that are made, the mode ECB, and keys of RSA and DSA."""
        return backend.calls(*_CIPHERS, *_AES, _ECB, *_KEYS)

    def check(self, subject: Site, backend: Backend) -> Iterator[Outcome]:
        """A broken cipher, ECB, or a key that is too short."""
        name = subject.callee.name
        if name in _CIPHERS:
            yield self.finding(
                subject,
                f"`{_CIPHERS[name]}` no longer protects what is encrypted with it",
                help="use AES-GCM or ChaCha20-Poly1305",
            )
        elif name == _ECB or (name in _AES and self._is_ecb(subject)):
            yield self.finding(
                subject,
                "the mode `ECB` encrypts equal blocks alike, so the data shows through",
                help="use AES-GCM, which also notices changes",
                confidence=Confidence.MEDIUM,
            )
        elif name in _KEYS:
            size = backend.constant(subject.function, subject.argument(*_KEYS[name]))
            if isinstance(size, int) and 0 < size < _LEAST:
                yield self.finding(
                    subject,
                    f"`{name}` makes a key of {size} bits, which is within reach of an attacker",
                    help="use 3072 bits, or an elliptic curve",
                )

    def _is_ecb(self, site: Site) -> bool:
        mode = site.resolve(site.argument(1, "mode"))
        return mode is not None and mode.name.endswith(".AES.MODE_ECB")
