"""Stated times: how long a symptom has been there ("since yesterday": 1 day), and what is long gone."""

from __future__ import annotations

from dataclasses import dataclass

from cds_service.chart.dates import FhirDate
from cds_service.evidence.lexicon import Cue
from cds_service.evidence.matching import Match
from cds_service.evidence.sentence import Sentence

LONG_AGO_DAYS = 30  # "40 days ago" tells a past event unless the sentence says that it goes on
_UNIT, _NAMED, _VAGUE = "time-unit", "named-time", "vague-number"
_AGO = frozenset({"ago", "earlier", "previously", "back"})
_NOT_A_DURATION = frozenset({"old", "next", "every", "q", "within", "until", "aged", "age", "o"})
_FREQUENCY = frozenset({"once", "twice", "thrice", "times", "per", "falls", "each"})
_ORDINAL_BEFORE = frozenset({"in", "next", "every", "q", "within", "after", "age", "aged"})


@dataclass(frozen=True, slots=True)
class StatedTime:
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


def stated_times(sentence: Sentence, written: FhirDate | None) -> list[StatedTime]:
    """Return the lengths of time that *sentence* states, ages and future dates left out.

    Args:
        sentence: the sentence.
        written: when it was written, to which a year such as "in 2015" is compared; None when not recorded.
    """
    times: list[StatedTime | None] = [
        _from_unit(sentence, hit.first, hit.last, hit.meaning.days) for hit in sentence.words.get(_UNIT, ())
    ]
    for hit in sentence.words.get(_NAMED, ()):
        if hit.meaning.days is not None:
            times.append(StatedTime(hit.first, hit.last, round(hit.meaning.days), False))
    for at, token in enumerate(sentence.tokens):
        if token.kind == "fraction" and token.number is not None:
            times.append(StatedTime(at, at, round(token.number), _followed_by_ago(sentence, at)))
        elif written is not None:
            times.append(_from_year(sentence, at, written))
    return [time for time in times if time is not None]


def _from_year(sentence: Sentence, at: int, written: FhirDate) -> StatedTime | None:
    """Read "in 2015" as so many years ago and "since 2015" as so long; the year of writing says nothing."""
    token = sentence.tokens[at]
    if (
        token.number is None
        or not 1930 <= token.number < written.latest.year
        or not at
        or len(token.norm) != 4
    ):
        return None
    days = round((written.latest.year - token.number) * 365)
    return StatedTime(at, at, days, sentence.tokens[at - 1].norm != "since")


def _from_unit(sentence: Sentence, first: int, last: int, days: float | None) -> StatedTime | None:
    tokens = sentence.tokens
    after = tokens[last + 1].norm if last + 1 < len(tokens) else ""
    if days is None or after in _NOT_A_DURATION or first == 0:
        return None
    before = first - 1
    count = _count(sentence, before)
    if count is None:
        return None
    start = before
    if (
        before >= 2
        and tokens[before - 1].norm in {"to", "-", "or", "–"}
        and tokens[before - 2].number is not None
    ):
        start = before - 2
    if start and tokens[start - 1].norm in _ORDINAL_BEFORE | _FREQUENCY:
        return None
    return StatedTime(start, last, round(count * days), _followed_by_ago(sentence, last))


def _count(sentence: Sentence, at: int) -> float | None:
    token = sentence.tokens[at]
    if token.number is not None and token.kind in ("number", "grade"):
        return token.number
    for hit in sentence.words.get(_VAGUE, ()):
        if hit.first <= at <= hit.last:
            return hit.meaning.days
    return None


def _followed_by_ago(sentence: Sentence, at: int) -> bool:
    return any(token.norm in _AGO for token in sentence.tokens[at + 1 : at + 2])


def onset_days(sentence: Sentence, match: Match, times: list[StatedTime]) -> int | None:
    """Return the age of the symptom in days by the nearest time in the sentence; None when none is stated."""
    if not times:
        return None
    segment = sentence.segment[match.first]
    own = [time for time in times if sentence.segment[time.first] == segment]
    return min(own or times, key=lambda time: _gap(match, time)).days


def _gap(match: Match, time: StatedTime) -> int:
    if time.first > match.last:
        return time.first - match.last
    return max(match.first - time.last, 0)


def is_long_ago(sentence: Sentence, match: Match, times: list[StatedTime]) -> bool:
    """Tell whether *match* is told as an event of long ago that is not said to go on."""
    if any(hit.meaning.cue is Cue.ONSET for hit in sentence.cues):
        return False
    for time in times:
        if not time.ago or time.days <= LONG_AGO_DAYS:
            continue
        heads = time.first < match.first and sentence.between(time.last, match.first, frozenset({":"}))
        near = not sentence.between(
            min(time.last, match.last), max(time.first, match.first), frozenset({",", "and", "now", "but"})
        )
        ended = any(
            hit.meaning.cue is Cue.ENDS and time.last < hit.first <= match.first for hit in sentence.cues
        )
        if (heads or near) and not ended:
            return True
    return False
