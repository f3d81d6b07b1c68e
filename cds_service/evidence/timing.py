"""Stated times: how long a symptom has been there ("since yesterday": 1 day), and what is long gone."""

from __future__ import annotations

from typing import NamedTuple

from cds_service.evidence.lexicon import Cue
from cds_service.evidence.matching import Match
from cds_service.evidence.sentence import Sentence

LONG_AGO_DAYS = 30  # "40 days ago" tells a past event unless the sentence says that it goes on
_UNIT, _NAMED, _VAGUE = "time-unit", "named-time", "vague-number"
_AGO = frozenset({"ago", "earlier", "previously", "back"})
_NOT_A_DURATION = frozenset({"old", "next", "every", "q", "within", "until", "aged", "age", "o"})
_COLON = frozenset({":"})
_BREAKS = frozenset({",", "and", "now", "but", "(", ")"})
_AND = frozenset({"and"})
_LISTS = frozenset({",", "and"})
# "A year ago, when both legs became weak", "in 2016 he presented with retention, numbness and weak feet"
_TELLS_OF_THEN = frozenset({"when", "presented", "admitted", "suffered", "experienced"})
_VISITS = frozenset(
    {"reviewed", "seen", "saw", "visited", "visit", "review", "appointment", "examined", "discharged"}
)
_SOME = 3  # units of time, where the text does not say how many
_FOR = "for"  # tells how long it lasted, and not that it goes on
_RANGE = frozenset({"to", "-", "or", "–"})
_ARTICLES = frozenset({"a", "an"})  # "two leaks a week" is no length, "for a week" is one
_LENGTH_AFTER = frozenset(
    {"", "for", "over", "past", "last", "about", "within", "only", "than", "lasting", "under", ","}
)
_NO_LENGTH_AFTER = frozenset(  # "in 3 weeks", "every 3 weeks", "twice a week"
    {"in", "next", "every", "q", "within", "after", "age", "aged"}
    | {"once", "twice", "thrice", "times", "per", "falls", "each"}
)


class StatedTime(NamedTuple):
    """A length of time in a sentence.

    Attributes:
        first, last: tokens.
        days: its length in days.
        ago: it is followed by "ago".
        since: it is preceded by "since" or another word of onset.
    """

    first: int
    last: int
    days: int
    ago: bool


def stated_times(sentence: Sentence, year: int | None) -> list[StatedTime]:
    """Return the lengths of time that *sentence* states, ages and future dates left out.

    Args:
        sentence: the sentence.
        year: when it was written, to which a year such as "in 2015" is compared; None when not recorded.
    """
    times: list[StatedTime | None] = [
        _from_unit(sentence, hit.first, hit.last, hit.meaning.days) for hit in sentence.words.get(_UNIT, ())
    ]
    for hit in sentence.words.get(_NAMED, ()):
        if hit.meaning.days is not None:
            times.append(StatedTime(hit.first, hit.last, round(hit.meaning.days), False))
    for at, number in sentence.tokens.numbers.items():
        if sentence.tokens.kinds[at] == "fraction":
            times.append(StatedTime(at, at, round(number), _followed_by_ago(sentence, at)))
        elif year is not None:
            times.append(_from_year(sentence, at, number, year))
    return [time for time in times if time is not None]


def _from_year(sentence: Sentence, at: int, number: float, year: int) -> StatedTime | None:
    """Read "in 2015" as so many years ago and "since 2015" as so long; the year of writing says nothing."""
    norms = sentence.tokens.norms
    if not 1930 <= number < year or len(norms[at]) != 4:
        return None
    return StatedTime(at, at, round((year - number) * 365), at == 0 or norms[at - 1] != "since")


def _from_unit(sentence: Sentence, first: int, last: int, days: float | None) -> StatedTime | None:
    norms, numbers = sentence.tokens.norms, sentence.tokens.numbers
    after = norms[last + 1] if last + 1 < len(norms) else ""
    if days is None or after in _NOT_A_DURATION or first == 0:
        return None
    start = first - 1
    count = _count(sentence, start)
    ago = _followed_by_ago(sentence, last)
    if count is None:  # "years ago"
        return (
            StatedTime(first, last, round(_SOME * days), ago) if ago and norms[last].endswith("s") else None
        )
    if start >= 2 and norms[start - 1] in _RANGE and start - 2 in numbers:
        start -= 2
    before = norms[start - 1] if start else ""
    if before in _NO_LENGTH_AFTER or (norms[start] in _ARTICLES and not ago and before not in _LENGTH_AFTER):
        return None
    return StatedTime(start, last, round(count * days), ago)


def _count(sentence: Sentence, at: int) -> float | None:
    if at in sentence.tokens.numbers and sentence.tokens.kinds[at] in ("number", "grade"):
        return sentence.tokens.numbers[at]
    for hit in sentence.words.get(_VAGUE, ()):
        if hit.first <= at <= hit.last:
            return hit.meaning.days
    return None


def _followed_by_ago(sentence: Sentence, at: int) -> bool:
    return at + 1 < len(sentence.tokens.norms) and sentence.tokens.norms[at + 1] in _AGO


def onset_days(sentence: Sentence, match: Match, times: list[StatedTime]) -> int | None:
    """Return the age of the symptom in days by the nearest time in the sentence; None when none is stated."""
    if not times:
        return None
    segment, norms = sentence.segment[match.first], sentence.tokens.norms
    own = [time for time in times if sentence.segment[time.first] == segment]
    near = own or [time for time in times if time.first == 0 or norms[time.first - 1] not in _VISITS]
    return min(near, key=lambda time: _gap(match, time)).days if near else None


def _gap(match: Match, time: StatedTime) -> int:
    if time.first > match.last:
        return time.first - match.last
    return max(match.first - time.last, 0)


def is_long_ago(sentence: Sentence, match: Match, times: list[StatedTime]) -> bool:
    """Tell whether *match* is told as an event of long ago that is not said to go on."""
    norms = sentence.tokens.norms
    told = {time.last + 1 for time in times}  # "four years since" tells of then, as "four years ago" does
    if not times or any(norms[hit.first] != _FOR and hit.first not in told for hit in sentence.of(Cue.ONSET)):
        return False
    for time in times:
        if not time.ago or time.days <= LONG_AGO_DAYS:
            continue
        heads = time.first < match.first and (
            time.last == 0 or sentence.between(time.last, match.first, _COLON)  # "2019 - an infarct, ..."
        )
        # "Two years ago she had a fall and incontinence" tells both of then.
        breaks = _BREAKS if time.first or match.stated else _BREAKS - _AND
        begins = sentence.opening_around(match.first) if time.last < match.first else None
        low, high = min(time.last, match.last), max(time.first, begins or match.first)
        if not _TELLS_OF_THEN.isdisjoint(norms[low:high]):
            breaks -= _LISTS
        near = not sentence.between(low, high, breaks)
        ended = any(time.last < hit.first <= match.first for hit in sentence.of(Cue.ENDS))
        if (heads or near) and not ended:
            return True
    return False
