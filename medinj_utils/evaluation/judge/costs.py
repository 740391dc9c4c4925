"""What judging costs: estimated before, counted after."""

from collections.abc import Iterable

from medinj_utils.core.judges import Prices
from medinj_utils.models.replies import Reply


def cost(input_tokens: int, output_tokens: int, prices: Prices | None) -> dict:
    """``cost`` of some tokens and its ``currency``; empty without prices.

    Args:
        input_tokens: of chats.
        output_tokens: of texts.
        prices: of a million of each.
    """
    if prices is None:
        return {}
    total = (input_tokens * prices.input + output_tokens * prices.output) / 1e6
    return {"cost": round(total, 6), "currency": prices.currency}


def usage(replies: Iterable[Reply], prices: Prices | None = None) -> dict:
    """Tokens that replies took, as the model reports them, and what they cost.

    Args:
        replies: of a judge.
        prices: of the tokens, where there are any.

    Returns:
        ``input_tokens``, ``output_tokens``, ``calls_without_usage`` (texts whose tokens aren't in
        these sums, since the server doesn't report them), ``call_seconds`` and, with prices,
        ``cost`` and ``currency``. Failed calls are left out: their cost is unknown.
    """
    answered = [reply for reply in replies if reply.text is not None]
    known = [reply for reply in answered if None not in (reply.input_tokens, reply.output_tokens)]
    totals = {"input_tokens": sum(reply.input_tokens for reply in known),
             "output_tokens": sum(reply.output_tokens for reply in known),
             "calls_without_usage": len(answered) - len(known),
             "call_seconds": round(sum(reply.seconds for reply in answered), 3)}
    return totals | cost(totals["input_tokens"], totals["output_tokens"], prices)
