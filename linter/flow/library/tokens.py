"""Tokens that are read without a look at their signature, and digests that prove who sent what."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from linter.flow.arguments import Args
from linter.flow.heap import Entries
from linter.flow.kinds import HARMLESS
from linter.flow.sources.tables import JSON
from linter.flow.values import SIGNED, UNKNOWN, Named, Value, const_of, marked

if TYPE_CHECKING:
    from linter.flow.calls import Calls


def _decoded(act: Calls, args: Args, receiver: Value) -> Value | None:
    """`jwt.decode(token, options={"verify_signature": False})`: claims that anybody may have written."""
    options = act.record(args.given(3, "options"))
    told = [options.entries.get("verify_signature", UNKNOWN)] if type(options) is Entries else []
    told.append(args.keywords.get("verify", UNKNOWN))
    if not any(const_of(each) is False for each in told):
        return None
    return _unverified(act, args, receiver)


def _unverified(act: Calls, args: Args, receiver: Value) -> Value:
    return Value(Named(JSON), act.deep_taints(args.given(0, "token")))


def _signature(act: Calls, args: Args, receiver: Value) -> Value:
    """A keyed digest: whoever knows the same digest of a text knows the key."""
    taints = act.fresh_part(act.deep_taints(args.given(1, "msg")), SIGNED)
    return Value(Named("hmac.HMAC"), marked(taints, HARMLESS))


TOKENS: dict[str, Callable[[Calls, Args, Value], Value | None]] = {
    **dict.fromkeys(("jwt.decode", "jwt.decode_complete", "jose.jwt.decode"), _decoded),
    **dict.fromkeys(("jwt.get_unverified_header", "jose.jwt.get_unverified_header"), _unverified),
    **dict.fromkeys(("jose.jwt.get_unverified_claims", "jose.jws.get_unverified_claims"), _unverified),
    **dict.fromkeys(("hmac.new", "hmac.HMAC", "hmac.digest"), _signature),
}
