"""How far a denial goes: to the comma, through its list, to what is stated anew.

Source: ConText, Harkema 2009, doi:10.1016/j.jbi.2009.05.002.
"""

from __future__ import annotations

from cds_service.evidence.hits import COURSE_CUES, Hit
from cds_service.evidence.lexicon import Cue
from cds_service.evidence.matching import Match, crosses_comma
from cds_service.evidence.model import State
from cds_service.evidence.scopes import has_part_in, reaches_forward
from cds_service.evidence.sentence import Sentence

_ANSWER_ENDS = frozenset({",", ")", "(", "/", ":", "x"})  # "denied x3"
_ANSWER_MARKS = frozenset({":", "?", "=", "-", "("})
_OR = frozenset({"or", "nor"})
_LISTS = _OR | {",", "and", "/", "&"}
_TIMES = ("time-unit", "named-time")


def is_denied_before(sentence: Sentence, match: Match, *, affirmed: bool = False) -> bool:
    """Tell whether a "no" or "denies" before *match* denies it.

    Args:
        sentence: the sentence.
        match: a match in it.
        affirmed: a word such as "positive" speaks of it.
    """
    return any(_negates(sentence, hit, match, affirmed) for hit in _denials(sentence))


def _denials(sentence: Sentence) -> tuple[Hit, ...]:
    return (*sentence.of(Cue.NOT_BEFORE), *sentence.of(Cue.DENIES))


def is_answer_no(sentence: Sentence, hit: Hit) -> bool:
    """Tell whether *hit* is the answer to a question or label: "saddle numbness? No", "Weakness: none"."""
    norms = sentence.tokens.norms
    if not hit.first or norms[hit.first - 1] not in _ANSWER_MARKS:
        return False
    return hit.last + 1 == len(norms) or norms[hit.last + 1] in _ANSWER_ENDS


def _negates(sentence: Sentence, hit: Hit, match: Match, affirmed: bool) -> bool:
    """Tell whether the denial *hit* covers *match*; past a comma it leaves what is stated or affirmed."""
    cue = hit.meaning.cue
    if not reaches_forward(sentence, hit, match) or is_answer_no(sentence, hit):
        return False
    entry = hit.within
    if (
        entry is not None
        and not has_part_in(match, hit.last + 1, entry.last)
        and not _is_listed(sentence, entry.last, match)
    ):
        return False
    if not crosses_comma(sentence, hit.last, match.first):
        return True
    if match.named and cue is Cue.NOT_BEFORE and not _is_listed(sentence, hit.last, match):
        return False
    joined = match.first > 0 and sentence.tokens.norms[match.first - 1] in _OR  # "no falls, or gait trouble"
    if affirmed or (match.stated and not joined and (cue is Cue.NOT_BEFORE or match.has_subject)):
        return False
    return cue is Cue.DENIES or not _someone_new(sentence, hit, match)


def _is_listed(sentence: Sentence, last: int, match: Match) -> bool:
    """Tell whether *match* is one of a list of denials that begins before the token *last*.

    "No falls, weakness or numbness" denies all three. "No falls, weakness for two weeks" does not: what says
    since when it is, or how it goes, is there.
    """
    if match.pattern.state is State.DENIED:  # "no falls, gait normal"
        return False
    norms, chunk = sentence.tokens.norms, sentence.chunk
    value = min(first for first, _ in match.parts if first > last)
    if not sentence.between(last, value, _LISTS):
        return False
    if any(last < hit.first <= value for hit in _denials(sentence)):
        return False
    here = chunk[value]
    joined = (at for at in range(last + 1, len(norms)) if norms[at] in _OR)
    if any(chunk[at] == here or norms[at - 1] == "," for at in joined):
        return True
    told = [hit for cue in COURSE_CUES for hit in sentence.of(cue)]
    told += [hit for group in _TIMES for hit in sentence.words.get(group, ())]
    return all(chunk[hit.first] != here for hit in told)


def _someone_new(sentence: Sentence, hit: Hit, match: Match) -> bool:
    return any(hit.last < other.first < match.first for other in sentence.of(Cue.PATIENT))
