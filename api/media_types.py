"""Which media type a client likes best, by its Accept header."""

from dataclasses import dataclass


def negotiated(accept: str, offered: tuple[str, ...]) -> str | None:
    """Return which of the offered media types an Accept header likes best, or None.

    As RFC 9110 has it: each type has the weight of the most specific range that covers it, and
    a weight of 0 refuses it. Of equals the one named earlier wins, then the one offered first.

    Args:
        accept: The header's value; an empty one takes anything.
        offered: Media types in lower case, the default first.
    """
    if not accept:
        return offered[0]
    ranges = [_media_range(one, place) for place, one in enumerate(accept.split(","))]
    best: tuple[float, int, int] | None = None
    chosen = None
    for order, media in enumerate(offered):
        fitting = [one for one in ranges if one.covers(media)]
        if not fitting:
            continue
        closest = max(fitting, key=lambda one: one.specificity)
        rank = (closest.weight, -closest.place, -order)
        if closest.weight > 0 and (best is None or rank > best):
            best, chosen = rank, media
    return chosen


@dataclass(frozen=True, slots=True)
class _MediaRange:
    type: str
    subtype: str
    weight: float
    place: int

    @property
    def specificity(self) -> int:
        return (self.type != "*") + (self.subtype != "*")

    def covers(self, media: str) -> bool:
        kind, _, subtype = media.partition("/")
        return self.type in ("*", kind) and self.subtype in ("*", subtype)


def _media_range(text: str, place: int) -> _MediaRange:
    name, *parameters = text.lower().split(";")
    kind, _, subtype = name.strip().partition("/")
    weight = 1.0
    for parameter in parameters:
        key, _, value = parameter.strip().partition("=")
        if key == "q":
            try:
                weight = float(value)
            except ValueError:
                weight = 0.0
    return _MediaRange(kind, subtype, weight if 0 <= weight <= 1 else 0.0, place)
