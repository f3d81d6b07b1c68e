"""Invented notes: a seeded vocabulary of several thousand words, and sentences as clinicians write them."""

from __future__ import annotations

from itertools import product
from random import Random

_STEMS = """
cardio gastro hepato nephro pneumo dermato hemato osteo arthro thyro ophthalmo rhino laryngo broncho
cholecysto pancreato entero colo procto cysto uretero hystero oophoro masto adeno lympho angio phlebo
athero thrombo leuko erythro chondro teno myo fascio spleno gluco lipo litho sialo blepharo kerato
"""
_ENDINGS = """
itis osis emia pathy plasty scopy tomy ectomy gram graphy logy cele megaly lysis malacia plegia ptosis
rrhagia rrhea sclerosis spasm stasis stenosis trophy uria algia cyte genic oid oma penia phage philia
"""
_GENERAL = """
the a an and or but with without from into over under after before during since until because although
today yesterday week month year morning evening night daily twice once often rarely sometimes usually
patient woman man daughter son wife husband mother father sister brother family home house garden work
school office kitchen stairs car bus train walk drive cook read write sleep eat drink call visit return
continue start stop increase decrease change review discuss explain agree plan follow refer order check
repeat measure record report note state describe mention ask answer understand prefer decline accept
blood pressure heart rate temperature weight height oxygen saturation glucose sodium potassium calcium
creatinine hemoglobin platelets cholesterol albumin urine sample culture screen panel level range normal
elevated low high mild moderate severe chronic acute recent previous current new old same better worse
tablet capsule cream drops inhaler injection dose milligram refill pharmacy allergy rash cough fever
chill nausea vomiting appetite diet exercise smoking alcohol coffee water salt sugar vegetables fruit
meeting letter phone message portal insurance form copy result image film scan ultrasound biopsy surgery
clinic hospital ward room nurse doctor therapist dentist specialist appointment schedule tomorrow soon
good fine stable comfortable pleasant alert oriented cooperative well nourished groomed dressed seated
"""
_FORMS = ("", "s", "ed", "ing")
_PAIRED = ("itis", "pathy", "scopy")

_PLAIN = (
    "{w} {w} {w} {w} {w} {w} {w} {w}.",
    "Seen for {w} {w} and {w}; {w} {w} {w} {w}.",
    "The {w} was {w} and the {w} {w} {w}.",
    "Continue {w} {n} mg {w}, recheck {w} in {n} weeks.",
    "{w} {n}, {w} {n}, {w} {n} {w} {w}.",
    "No {w}, {w} or {w} reported.",
    "Discussed {w} {w} with the {w}, who agrees to {w} {w}.",
    "Plan: {w} {w} {w}, {w} {w} {w} {w}.",
)
_SPOKEN = (
    "Low back pain for {n} months, worse with {w}.",
    "Denies bowel or bladder incontinence.",
    "Strength {s}/5 in both legs.",
    "Reflexes 2+ and symmetric at the knees.",
    "Gait is {w} and steady.",
    "No numbness or weakness of the arms.",
    "Reports tingling in the {side} foot after {w}.",
    "Straight leg raise positive on the {side}.",
    "Hoffmann sign negative bilaterally.",
    "Babinski downgoing bilaterally, no clonus.",
    "Neck pain for {n} weeks with {w} {w}.",
    "Unsteady on stairs, {w} {w} {n} times last month.",
    "Sensation intact to light touch.",
    "MRI of the lumbar spine from {n} years ago showed {w} disc disease.",
    "Trouble with buttons in the {side} hand since {w}.",
)
SHARE_SPOKEN = 0.2
"""Sentences that speak of what the service looks for; the rest of a record is about something else."""


def vocabulary() -> tuple[str, ...]:
    """Return some thousand different words, always the same ones in the same order."""
    stems = _STEMS.split()
    clinical = (stem + ending for stem, ending in product(stems, _ENDINGS.split()))
    paired = (one + other + ending for one, other, ending in product(stems, stems, _PAIRED) if one != other)
    general = (word + form for word, form in product(_GENERAL.split(), _FORMS))
    return tuple(dict.fromkeys((*general, *clinical, *paired)))


class Notes:
    """An endless supply of notes, no two alike."""

    def __init__(self, seed: int, spoken: float = SHARE_SPOKEN) -> None:
        """Begin at *seed*: the same seed tells the same notes.

        Args:
            seed: where to begin.
            spoken: share of the sentences that speak of what the service looks for.
        """
        self._random = Random(seed)
        self._spoken = spoken
        self._words = vocabulary()

    def note(self, words: int) -> str:
        """Return a note of about so many *words*."""
        lines: list[str] = []
        count = 0
        while count < words:
            sentence = self._sentence()
            count += sentence.count(" ") + 1
            lines.append(sentence)
        return "\n".join(" ".join(lines[at : at + 5]) for at in range(0, len(lines), 5))

    def _sentence(self) -> str:
        pick = self._random
        shapes = _SPOKEN if pick.random() < self._spoken else _PLAIN
        shape = pick.choice(shapes)
        return "".join([self._filled(slot) if slot else part for part, slot in _SLOTS[shape]])

    def _filled(self, slot: str) -> str:
        pick = self._random
        if slot == "w":
            return pick.choice(self._words)
        if slot == "n":
            return str(pick.randint(2, 90))
        return pick.choice(("4", "4+", "5", "5-")) if slot == "s" else pick.choice(("left", "right"))


def _parts(shape: str) -> tuple[tuple[str, str], ...]:
    """Return the literal texts and the slots of *shape* in their order."""
    parts: list[tuple[str, str]] = []
    for piece in shape.split("{"):
        slot, brace, rest = piece.partition("}")
        parts.extend((("", slot), (rest, "")) if brace else ((piece, ""),))
    return tuple(part for part in parts if any(part))


_SLOTS = {shape: _parts(shape) for shape in (*_PLAIN, *_SPOKEN)}
