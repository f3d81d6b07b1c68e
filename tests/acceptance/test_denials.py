"""What a note denies is asserted by no way of denying it, and what follows a denial is not lost by it."""

from __future__ import annotations

import pytest

from tests.content.library import the_library
from tests.unit.evidence.tiny import asserted

DENIALS = """
No hand symptoms, leg weakness or gait trouble.
No weakness, numbness, or gait difficulty.
No bowel or bladder trouble, leg weakness, or balance problems.
Negative for falls, leg weakness, numbness, tingling, saddle anesthesia, or bladder changes.
He has had no falls, no hand clumsiness, and no trouble walking.
No fever, chills, weight loss, bowel/bladder incontinence, saddle anesthesia, leg weakness.
Denies fevers, chills, urinary retention, stool incontinence, perineal numbness, or progressive weakness.
ROS: no weakness, no numbness, no incontinence.
No red flags (saddle anesthesia, incontinence, retention, progressive weakness).
Red flags: none (no saddle numbness, sphincter disturbance or leg weakness).
Never any problems with his hands, walking, bladder or bowels.
Neither weakness nor numbness in the legs.
No hand clumsiness, dropping of objects, handwriting change or trouble with buttons.
Nil: weakness, numbness, falls, incontinence.
Bladder, bowels, saddle sensation and gait all normal.
Weakness - no. Numbness - no. Bladder - no. Falls - no.
Without any weakness, sensory loss, gait disturbance or sphincter involvement.
There is no history of falls, unsteadiness, hand numbness, or urinary incontinence.
No signs of myelopathy: no Hoffmann, no clonus, no hyperreflexia, plantars down.
No Hoffmann, Babinski or clonus.
Absent: Hoffmann, clonus, Babinski.
Hoffmann, clonus and Babinski absent.
She has not noticed any weakness, clumsiness, unsteadiness or change in her bladder.
No difficulties with walking, hands, or passing urine.
No pain, pins and needles, numbness or weakness in either leg.
Free of leg weakness, numbness, and incontinence.
No electric shocks on bending the neck, band-like feelings or falls.
Cauda equina symptoms (numbness when wiping, retention, incontinence) specifically denied.
He reports no trouble with buttons, keys, handwriting or his phone, no falls and no leg stiffness.
Hands: no numbness, tingling, weakness, or dropping of objects.
Neuro: no focal weakness, numbness, gait disturbance.
No leg pain, leg numbness, leg weakness, leg stiffness.
Saddle numbness, incontinence and retention all denied.
Saddle numbness and leg weakness are denied.
Bowel, bladder symptoms denied.
Leg weakness, falls, clumsy hands: all absent.
Pertinent negatives: saddle numbness, incontinence, leg weakness, falls.
Patient was asked about saddle numbness, incontinence and weakness and has none of these.
Does not have any numbness, tingling or weakness of the legs, gait trouble or incontinence.
Hasn't had falls, weakness, or loss of balance.
Not dropping things, no trouble with buttons, walks well.
There has been no dropping of objects, no gait change, no incontinence.
Walking, hand use, bladder and bowels unaffected.
Has not fallen, does not drop things, can button his shirt.
Can do buttons, coins and keys without trouble.
No longer has saddle numbness; bladder fine.
Saddle sensation preserved, anal tone normal, no retention.
Never falls, never drops things, never incontinent.
Has never had saddle numbness, urinary retention or incontinence of stool.
No one in the family has weakness or falls.
No c/o weakness, numbness or B/B changes.
No numbness/tingling/weakness in legs, no B/B issues.
No paraesthesia, weakness, gait disturbance, or Lhermitte's.
Bowel/bladder: no incontinence, retention, urgency.
Gait: no ataxia, spasticity, or instability.
Hands: dexterous, no numbness, no weakness, no wasting.
Reflexes normal, no clonus, Hoffmann's, or Babinski.
Reflexes: no hyperreflexia, clonus or crossed adductors.
Tone normal without spasticity, clonus or drift.
Motor: no weakness of hip flexion, knee extension or dorsiflexion.
No evidence of myelopathy, cord compression, or spasticity.
Legs: no pain, weakness or numbness.
In the legs no pain, weakness or numbness.
No back pain, leg weakness or numbness.
No falls, leg weakness or hand clumsiness.
Denies back pain, leg weakness, or numbness of the legs.
No b/b dysfunction, saddle numbness or leg weakness.
Without pain, weakness or numbness in the legs.
No falls, weakness, saddle anaesthesia, incontinence.
No recent falls or leg weakness.
Hoffmann's sign, which had been positive on the right in May, is absent on both sides today.
Eight months ago she was admitted with saddle anaesthesia and urinary retention.
"""

NOT_REACHED = """
leg.weakness: No back pain; legs weak.
leg.weakness: No back pain, legs weak.
leg.weakness: No back pain but weak legs.
leg.weakness: No back pain, weakness of both legs for 2 weeks.
leg.weakness: No back pain, progressive weakness of both legs.
leg.sensory: No pain, legs weak and numb.
gait.reported: No falls, walks unsteadily.
gait.reported: No back pain, gait unsteady.
sph.saddle: No falls, saddle numbness since yesterday.
sph.retention: No hand symptoms, urinary retention since this morning.
sph.saddle: No feeling when wiping, leg weakness or numbness in both legs.
leg.weakness: No feeling when wiping, leg weakness or numbness in both legs.
hand.clumsy: No longer manages buttons, weak legs.
leg.weakness: No longer manages buttons, weak legs.
sph.anal-tone: No anal tone, no retention.
sph.saddle: No perianal sensation.
leg.weakness: No weakness, which surprised me, legs weak today.
umn.clonus: Clonus, which was absent last year, is now present on the left.
leg.weakness: Two years ago she fell and both legs are weak.
"""

NAMES_A_DENIAL = frozenset({"back.no-pain"})
"""Findings that a denial asserts."""


@pytest.mark.parametrize("sentence", DENIALS.strip().splitlines())
def test_a_denial_asserts_nothing(sentence: str) -> None:
    assert asserted(sentence, the_library().finder) - NAMES_A_DENIAL == frozenset()


@pytest.mark.parametrize("line", NOT_REACHED.strip().splitlines())
def test_a_denial_reaches_no_further_than_what_it_denies(line: str) -> None:
    finding, _, sentence = line.partition(": ")
    assert finding in asserted(sentence, the_library().finder)
