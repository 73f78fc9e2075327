"""
Values that take a way through a template: those that were found for it, and for the rest any that fit.

The bound fills in what costs most, the policy the examples; both ask here.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from straks.core.alphabet import FOREIGN
from straks.core.domain import Free, Listed, domain_of
from straks.core.list_kind import ListOf
from straks.core.meters import GSM7, PAGE_OCTETS, RECORDED, UCS2
from straks.core.narrowing import OPERATORS, TURNED
from straks.core.options import values
from straks.core.skeleton import Place
from straks.core.spelling import counted, spellings
from straks.core.way import Hole

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence

    from straks.core.domain import Domain
    from straks.core.options import Options
    from straks.core.parameter import Parameter
    from straks.core.way import Filter, Way


Alike: TypeAlias = "Callable[[str, Any, Any], bool]"
"""Whether one value of a parameter may stand in for another."""


def values_for(
    way: Way,
    parameters: Mapping[str, Parameter],
    found: Mapping[str, Any] | None = None,
    alike: Alike = lambda _ref, _one, _other: True,
) -> dict[str, Any]:
    """
    Return a value for every parameter, such that a rendering takes *way*.

    Args:
        way: A way without forks.
        parameters: The template's.
        found: Values to take, by the names that holes have for them; the others are the examples where
            those fit.
        alike: Which values may stand in for one that does not compare with another as it should.
    """
    known = found or {}
    chosen: dict[str, Any] = {}
    for name, parameter in parameters.items():
        if way.facts.there.get(name) is False:
            continue
        if isinstance(parameter, ListOf) and name in way.facts.lengths:
            example = parameter.example[0] if parameter.example else None
            refs = [f"{name}#{number}" for number in range(way.facts.lengths[name][1])]
            chosen[name] = [
                known[ref] if ref in known else _fitting(way, ref, parameter.of, example) for ref in refs
            ]
        elif name in known:
            chosen[name] = known[name]
        else:
            chosen[name] = _fitting(way, name, parameter, parameter.example)
    _reconcile(way, parameters, chosen, alike)
    return chosen


def _reconcile(way: Way, parameters: Mapping[str, Parameter], chosen: dict[str, Any], alike: Alike) -> None:
    """Put other values where two do not compare with each other as they do on *way*, if there are any."""
    for (asked, left, right), truth in way.facts.answers.items():
        if not isinstance(left, Hole) or not isinstance(right, Hole) or asked not in TURNED:
            continue
        if left.filters or right.filters or left.ref not in chosen or right.ref not in chosen:
            continue
        one, other = chosen[left.ref], chosen[right.ref]
        if _compares(asked, one, other) is truth:
            continue
        for ref, before, turned in ((right.ref, other, False), (left.ref, one, True)):
            domain = way.facts.domains.get(ref) or domain_of(parameters[ref])
            for new in _others(domain, before):
                sides = (new, other) if turned else (one, new)
                if _compares(asked, *sides) is truth and alike(ref, before, new):
                    chosen[ref] = new
                    break
            else:
                continue
            break


def _compares(asked: str, one: object, other: object) -> bool | None:
    try:
        return bool(OPERATORS[asked](one, other))
    except TypeError:
        return None


def _others(domain: Domain, before: Any) -> Iterator[Any]:  # noqa: ANN401 - any kind's value
    """Yield values of *domain* that may stand in for *before*."""
    if isinstance(domain, Free):
        yield from (before[:-1] + letter for letter in domain.alphabet if not domain.samples)
    elif isinstance(domain, Listed):
        yield from domain.values
    else:
        for low, high in domain.intervals:
            steps = domain.scale.steps(low, high)
            numbers = {*range(min(steps, _NEAR) + 1), *range(max(steps - _NEAR, 0), steps + 1)}
            yield from (domain.scale.moved(low, number) for number in sorted(numbers))


_NEAR: Final = 200
"""How far from the ends of an interval another value is looked for."""


def _fitting(way: Way, ref: str, parameter: Parameter, example: Any) -> Any:  # noqa: ANN401 - any kind's value
    domain = way.facts.domains.get(ref)
    if domain is None:
        return example if example is not None else any_value(domain_of(parameter))
    if isinstance(domain, Free):
        return _text(domain, example)
    holds = example in (domain.values if isinstance(domain, Listed) else domain)
    return example if holds else any_value(domain)


def any_value(domain: Domain) -> Any:  # noqa: ANN401 - whatever the parameter's kind takes
    """Return one value of *domain*."""
    return _text(domain, None) if isinstance(domain, Free) else values(domain)[0]


def _text(domain: Free, example: object) -> str:
    """Return a text of *domain*: *example* if it is not too long or too short, or one made of its letters."""
    if domain.samples:
        return domain.samples[0]
    text = example if isinstance(example, str) and example else domain.alphabet[0] * domain.most
    if domain.least <= len(text) <= domain.most:
        return text
    letters = "".join(text.split())
    size = min(max(len(letters), domain.least), domain.most)
    return (letters * (size // len(letters) + 1))[:size]


# --- free texts --------------------------------------------------------------------------------

Printed: TypeAlias = tuple[Hole, str, int]
"""What a value prints at a hole, and how many such holes there are."""
Score: TypeAlias = "Callable[[Sequence[Sequence[Printed]]], tuple[float, ...]]"
"""How much is wanted of a text, by what it prints in each of several ways."""

_TELLING: Final = 60
"""Characters of a text that tell how a longer one would score."""


def fullest_texts(ways: Sequence[Way], options: Options, score: Score) -> dict[str, str]:
    """
    Return texts for the free values of *ways*, none of which forks: those that score highest.

    What is known of the values is known on the first way.
    """
    known = ways[0].facts.domains
    places = [{ref: Counter(holes) for ref, holes in way.holes.items()} for way in ways]
    alike: dict[Hashable, str] = {}
    found: dict[str, str] = {}
    for ref in dict.fromkeys(chain.from_iterable(places)):
        domain = known.get(ref) or options.domain(ref)
        if not isinstance(domain, Free):
            continue
        at = [each.get(ref, Counter[Hole]()) for each in places]
        # All items of a list that stand in the same places are filled alike.
        key = (domain, *(((hole.filters, hole.place), times) for each in at for hole, times in each.items()))
        if key not in alike:
            alike[key] = _fullest(domain, at, options, score)
        found[ref] = alike[key]
    return found


def _fullest(domain: Free, at: Sequence[Counter[Hole]], options: Options, score: Score) -> str:
    def scored(text: str) -> tuple[float, ...]:
        return score([[(hole, options.printed(hole, text), n) for hole, n in each.items()] for each in at])

    if domain.samples:
        return max(domain.samples, key=scored)
    chains = tuple(dict.fromkeys(hole.filters for each in at for hole in each))
    olds = sorted({str(each.arguments[0]) for chain_ in chains for each in chain_ if each.name == "replace"})
    sorts = _telling_sorts((*domain.alphabet, *("".join(olds) if domain.anything else "")), chains)
    parts = (*sorts, *(old for old in olds if len(old) > 1))
    size = min(domain.most, _TELLING)
    # What is wanted first of all, that something forces UCS-2, one character can see to, before others
    # that cost more.
    every = {part: scored(_filled(part, size)) for part in parts}
    best = dict.fromkeys(max(parts, key=lambda part: every[part][skipped:]) for skipped in (0, 1))
    if len(best) == 1 and not any(chains):
        # Each character counts for itself, so that none in the first place makes up for being another.
        return _filled(next(iter(best)), domain.most)
    found = [(part, first) for part in best for first in (_filled(part, size)[:1], *sorts)]
    part, first = max(found, key=lambda each: scored((each[1] + _filled(each[0], size)[1:])[:size]))
    return (first + _filled(part, domain.most)[1:])[: domain.most]


@lru_cache(maxsize=256)
def _telling_sorts(sorts: tuple[str, ...], chains: tuple[tuple[Filter, ...], ...]) -> tuple[str, ...]:
    """Return one of all *sorts* that cost alike, whatever they are measured by, after each of *chains*."""
    kinds: dict[Hashable, str] = {}
    for sort in sorts:
        spelt = (spellings(Free(1, 1, (sort,)), each) for each in chains if counted(_ANY, each) is None)
        kinds.setdefault(tuple(frozenset(map(_costs, parts)) for both in spelt for parts in both), sort)
    return tuple(kinds.values())


_ANY: Final = Free(1, 1, ("a",))


@lru_cache(maxsize=1024)
def _costs(part: str) -> Hashable:
    shown = (part, unicodedata.normalize("NFC", part))
    places = tuple(PAGE_OCTETS.cost(part, Hole("", place=place)) for place in Place)
    return places, *(
        (GSM7.cost(each), UCS2.cost(each), FOREIGN.search(each) is None, RECORDED.cost(each))
        for each in shown
    )


def _filled(part: str, size: int) -> str:
    return (part * size)[:size]
