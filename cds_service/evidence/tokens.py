"""A text cut into sentences and tokens, each with its place in the text as it was written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cds_service.evidence.forms import EMPTY_BOX, TICKED_BOX

LONGEST_SENTENCE = 800  # characters
_TOKEN = re.compile(
    r"""(?!\s)(?:
      (?P<mrc>(?<!\w)(?:mrc|mmt)\s(?:grade\s|power\s)?[0-5]\s?[+-]?(?![\w/]|[.,]\d))
    | (?P<word>[^\W\d_]{2,}(?:['’][^\W\d_]+)*(?![\d/])|[^\W\d_]{4,})
    | (?P<grade>(?:(?<![\w/.])|(?<=\+/))
        (?:[0-4]\s?\+{1,2}(?:\s?/\s?4\+?)?|[0-4]\s?/\s?4\+?|\+[1-4]|\+{2,4})(?!\w|\+|/(?!\d\+|\+\+)))
    | (?P<power>(?<![\w/.])[0-5]\s?[+-]?\s?(?:/|out\ of)\s?5(?![\w/]))
    | (?P<level>(?<!\w)[clts]\d{1,2}(?:\s?[-/]\s?[clts]?\d{1,2})*(?!\w))
    | (?P<fraction>(?<![\w/])\d{1,2}/(?:7|52|12)(?![\w/]))
    | (?P<litres>\d\.\d+\s?(?:l|lit(?:er|re)s?)(?!\w))
    | (?P<number>\d+(?:[.,]\d+)*)
    | (?P<slashed>(?<!\w)(?:[a-z]/[a-z]{1,2}|w/o|w/)(?![a-z]))
    | (?P<letter>[^\W\d_]+(?:['’][^\W\d_]+)*)
    | (?P<sign>\(\s?[+-]\s?\)|(?<![\w/])(?:-(?:/-)+|\+/\+)(?![\w/])|\+ve|-ve|->|=>
        |[→↑↓⇑⇓✓✗✘+?:,;/=&<>^()\[\]•]|(?<![^\s(])[-–—]|(?<=\w)-(?=[\s,.;)]|$))
    )""",
    re.VERBOSE | re.MULTILINE,
)
_ANSWERS = "no|nil|none|neg|negative|yes|denies|denied|never|absent|present|positive"
# "Plantars: left down; RIGHT UP": it has its subject before the semicolon.
_SIDED_VALUE = (
    r"(?:l|r|lt|rt|left|right)\b\s*[:=]?\s*(?:[?+\d-]|(?:up|down|pos|neg|positive|negative|present|absent|normal"
    r"|nil|flexor|extensor|upgoing|downgoing|equivocal|mute|brisk)\b)"
)
# A full stop ends a sentence where a space or the end follows and no abbreviation precedes it.
_STOP = re.compile(
    rf"""
    [.!;?\r\n]
    (?: (?<=[.!])(?=\s|$|["')\]])
        (?:(?<=/[a-z].)|(?<=[\s.][lrb].)|
          (?<!\bdr.)(?<!\bmr.)(?<!\bmrs.)(?<!\be\.g.)(?<!\bi\.e.)(?<!\bvs.)(?<!\bapprox.)
          (?<!\bincl.)(?<!\besp.)(?<!(?<!['’])\b[a-z].)(?<!\b[rl]t.(?=\s(?-i:[a-z]))))
      | (?<=;)(?!\s*(?:{_SIDED_VALUE}|\d+\s*beats?\b))
      | (?<=[\w)"']\?)(?=\s|$)
        (?!\s+(?:{_ANSWERS})\b|\s*(?:{EMPTY_BOX}|{TICKED_BOX}))
      | (?<=\r)\n
      | (?<=\n)
    )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_ANSWER = re.compile(rf"\s+(?:{_ANSWERS})\b", re.IGNORECASE)
_OPENS_A_QUESTION = re.compile(r"(?:\A|[.,;:\n([•-])[ \t]*\Z")
_NOTHING_FOLLOWS = re.compile(r"[ \t]*(?:[,.;)\r\n]|\Z)")
_LINE_GOES_ON = re.compile(r"[ \t]*[^\W_A-Z]|[ \t]*\d|[ \t]*[(/+]")
_LINE_STARTS_ANEW = re.compile(r"[ \t]*(?:[-*•–]\s|\d{1,2}[.)]\s|[A-Za-z][\w /]{0,30}:|\[[ xX]?\]|$)")
_SOMETHING = re.compile(r"\S")
_ANSWERED = re.compile(r"(?:\?\s*(?:no|yes)|[?:]\s*(?:nil|none|neg|negative|yes))[ \t]*$", re.IGNORECASE)
_FULL_POWER = 5  # MRC
_LEFT_OPEN_REACH = 24  # characters before a line's end that can leave it open
_LEFT_OPEN = re.compile(
    r"(?:,|/|\b(?:and|or|nor|with|without|no|not|denies|of|in|to|the|a|both|for|from|is|are|was|his|her|on|at|by"
    r"|dr\.?|mr\.?|mrs\.?|ms\.?|prof\.?|[a-z]\."
    r"|left|right|bilateral|positive|negative|negative for|had|has|have|any|new|history|since|than))[ \t]*$",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Tokens:
    """The tokens of one sentence, as parallel lists.

    Attributes:
        norms: normal forms: lower case, no apostrophes, a slip of the pen in a long word put right.
        places: (start, end) in the text.
        kinds: "word", "sign", "level" (of the spine), or a kind of number.
        numbers: the value of each number, by token.
    """

    norms: list[str]
    places: list[tuple[int, int]]
    kinds: list[str]
    numbers: dict[int, float]


class _Letters(dict[int, str]):
    """What stands for each character where only words matter; filled as characters are met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        letter = char.lower()[:1] if char.isalpha() else "'" if char in "'’" else " "
        if code < _RARE_FROM:
            self[code] = letter
        return letter


_RARE_FROM = 0x2100  # no note is written in the letters from here on; they are not worth the memory
_LETTERS = _Letters()


def words_only(text: str) -> str:
    """Return *text* in lower case with a space for all that is in no word; places stay those of *text*."""
    return text.translate(_LETTERS)


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each sentence; a line break inside a sentence does not end it.

    A line goes on where the next one begins in lower case or the line was left open ("denies", a comma).
    """
    start = 0
    for stop in _STOP.finditer(text):
        at, after = stop.span()
        if text[at] in "\r\n" and _goes_on(text, start, at, after):
            continue
        yield from _pieces(text, start, after if text[at] == "?" else at)
        start = after
    yield from _pieces(text, start, len(text))


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut what goes on without a stop for longer than any sentence, so that no text can take long."""
    while end - start > LONGEST_SENTENCE:
        cut = text.rfind(" ", start + 1, start + LONGEST_SENTENCE)
        cut = cut if cut > 0 else start + LONGEST_SENTENCE
        yield start, cut
        start = cut
    if end > start:
        yield start, end


def _goes_on(text: str, start: int, at: int, after: int) -> bool:
    line_end = text.find("\n", after, after + LONGEST_SENTENCE)
    following = text[after : line_end if line_end >= 0 else after + LONGEST_SENTENCE]
    if not _SOMETHING.search(text, start, at):
        return False
    if _LINE_STARTS_ANEW.match(following) or _ANSWERED.search(text, max(start, at - _LEFT_OPEN_REACH), at):
        return False
    line = text[start:at]
    heading = line.isupper()
    if _LINE_GOES_ON.match(following):
        return not heading  # "NOT PRESENT"
    if line.strip().lower() in ("negative", "positive") or (heading and len(line.split()) == 1):
        return False
    return bool(_LEFT_OPEN.search(text, max(start, at - _LEFT_OPEN_REACH), at))


def tokens(text: str, normal: Callable[[str], str]) -> Tokens:
    """Return the tokens of *text*, one sentence; *normal* gives the normal form of a word."""
    norms: list[str] = []
    places: list[tuple[int, int]] = []
    kinds: list[str] = []
    numbers: dict[int, float] = {}
    written: set[str] = set()
    for match in _TOKEN.finditer(_lower(text)):
        kind, raw = match.lastgroup or "sign", match.group()
        if kind in ("word", "letter"):
            kind, raw = "word", normal(raw)
        elif kind == "sign":
            raw = _sign("".join(raw.split()), match)
        elif kind in _NUMBERS:
            numbers[len(norms)] = _NUMBERS[kind](raw)
            written.add(kind)
            kind = _KIND_OF.get(kind, kind)
        elif kind == "level":
            raw = "".join(raw.split())
        norms.append(raw)
        places.append(match.span())
        kinds.append(kind)
    if "mrc" in written:
        _also_of_power(norms, kinds, numbers)
    return Tokens(norms, places, kinds, numbers)


def _also_of_power(norms: list[str], kinds: list[str], numbers: dict[int, float]) -> None:
    """Read what follows an MRC grade as one, too: "MRC 4 on the right and 4+ on the left"."""
    for at, value in numbers.items():
        if kinds[at] in ("number", "grade") and value <= _FULL_POWER and norms[at + 1 : at + 2] == ["on"]:
            kinds[at], numbers[at] = "power", _power(norms[at])


def _lower(text: str) -> str:
    """Return *text* in lower case; a letter that would become two becomes one, places stay."""
    lowered = text.lower().replace("\u2212", "-")
    return lowered if len(lowered) == len(text) else "".join(char.lower()[0] for char in text)


def without_apostrophes(word: str) -> str:
    """Return *word* in the form that the lexicon holds: "hoffmann's" as "hoffmann", "can't" as "cant"."""
    if "'" not in word and "’" not in word:
        return word
    plain = word.replace("’", "'")
    return plain.replace("'", "") if "n't" in plain else plain.removesuffix("'s").replace("'", "")


def _sign(raw: str, match: re.Match[str]) -> str:
    """Tell a question before a word from one after it, and a minus from a dash."""
    text, start, end = match.string, *match.span()
    if raw == "?":
        if _ANSWER.match(text, end):
            return ":"
        asks_ahead = end < len(text) and not text[end].isspace()
        return "query" if asks_ahead or _OPENS_A_QUESTION.search(text[max(0, start - 8) : start]) else raw
    if raw == ";":
        return ","
    if raw.startswith("-/"):
        return "-/-"
    if raw == "+" and text[start - 1 : start].isalpha() and not text[end : end + 1].strip(" ,.;)"):
        return "(+)"
    if raw in ("-", "–", "—"):
        after = text[end : end + 1]
        attached = start > 0 and text[start - 1] not in "\n\r" and after.isalpha()
        nothing = _NOTHING_FOLLOWS.match(text, end)
        return "(-)" if attached or nothing else "-"
    return raw


def _grade(raw: str) -> float:
    digits = [char for char in raw.split("/", maxsplit=1)[0] if char.isdigit()]
    return float(digits[0]) if digits else float(raw.count("+"))


def _power(raw: str) -> float:
    half = 0.5 if "+" in raw else -0.5 if "-" in raw else 0.0
    return float(next(char for char in raw if char.isdigit())) + half


def _litres(raw: str) -> float:
    """Read 1.2 L as 1200 millilitres."""
    return 1000 * _number(raw.partition("l")[0].strip())


def _number(raw: str) -> float:
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+", raw):
        return float(raw.replace(",", ""))
    whole = raw.replace(",", ".")
    return float(whole) if whole.count(".") <= 1 else float(whole.split(".")[0])


def _fraction(raw: str) -> float:
    """Read 3/7, 3/52 and 3/12 as days: sevenths of a week, fifty-seconds and twelfths of a year."""
    count, of = raw.split("/")
    return float(count) * {"7": 1.0, "52": 7.0, "12": 30.0}[of]


_NUMBERS: dict[str, Callable[[str], float]] = {
    "grade": _grade,
    "power": _power,
    "mrc": _power,
    "litres": _litres,
    "number": _number,
    "fraction": _fraction,
}
_KIND_OF = {"mrc": "power", "litres": "number"}
