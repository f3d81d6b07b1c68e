"""A whole content folder in a few lines and without medicine: the machinery apart from the cards."""

from __future__ import annotations

from pathlib import Path

FILES = {
    "content.yaml": """
version: "1.2.3"
title: Tiny
developer: Tests
funding: None
released: 2026-01-02
revised: 2026-01-02
""",
    "windows.yaml": """
- {id: exam, days: 180, because: Tests say so.}
- {id: recent, days: 14, because: Tests say so., cites: [EV-01]}
""",
    "services.yaml": """
- id: tiny
  hook: order-select
  title: Tiny
  description: Answers knee scans.
  usageRequirements: None.
  orders: order.knee
  orders_unless: order.all
  recommendation: tiny
  prefetch: &prefetch {patient: "Patient/{{context.patientId}}", notes: "DocumentReference?patient={{context.patientId}}"}
- id: tiny-sign
  hook: order-sign
  title: Tiny
  description: Answers knee scans.
  usageRequirements: None.
  orders: order.knee
  orders_unless: order.all
  recommendation: tiny
  prefetch: *prefetch
""",
    "references.yaml": """
- {id: EV-01, citation: "Doe J. 2020.", figure: "1 in 2", population: all, limits: none, seen: true, checked: 2026-01-02}
- {id: EV-02, citation: "Roe J. 2021.", figure: "1 in 3", population: all, limits: none, seen: false, checked: 2026-01-02}
""",
    "statements.yaml": "- {id: S-1, class: [T], used_by: [A1]}\n",
    "value-sets/orders.yaml": """
- id: knee-scan
  title: Knee scan
  codes: [{system: "http://local", code: "0042", label: Knee scan, confidence: verified}]
""",
    "lexicon/words.yaml": "[]\n",
    "lexicon/times.yaml": "[]\n",
    "lexicon/alternatives.yaml": "[]\n",
    "lexicon/plain-words.yaml": "words: []\n",
    "lexicon/context.yaml": "- {cue: not-before, means: denies what follows, words: ['no']}\n",
    "findings/all.yaml": """
- {id: sign.alpha, name: alpha sign, absent: no alpha sign, window: exam, if_silent: unknown, says: [{words: [alpha sign]}]}
- {id: sign.beta, name: beta sign, window: exam, if_silent: unknown, says: [{words: [beta sign]}]}
- {id: sign.gamma, name: gamma sign, window: exam, if_silent: not-met, says: [{words: [gamma sign]}]}
- {id: scan.unsafe, name: metal, window: always, if_silent: not-met, says: [{words: [metal]}]}
- {id: scan.refused, name: refusal, window: recent, if_silent: not-met, says: [{words: [refusal]}]}
- {id: scan.done, name: scan done, window: always, if_silent: not-met, says: [{words: [scan done]}]}
- {id: order.knee, name: knee scan, window: always, if_silent: not-met, codes: [knee-scan], says: [{words: [knee scan]}]}
- {id: order.all, name: whole scan, window: always, if_silent: not-met, says: [{words: [whole scan]}]}
""",
    "tiny/rules.yaml": """
groups:
  - {id: signs, states: A sign., when: {any_of: [{finding: sign.alpha}, {finding: sign.beta}]}}
rules:
  - {id: X1, tier: emergency, states: All signs., cites: [S-1], when: {all_of: [{finding: sign.alpha}, {finding: sign.beta}, {finding: sign.gamma}]}}
  - {id: A1, tier: urgent, states: Two signs., cites: [S-1, EV-01], shows: EV-01, when: {all_of: [{finding: sign.alpha}, {finding: sign.beta}]}}
  - {id: B1, tier: recommend, states: Alpha., cites: [S-1], when: {finding: sign.alpha}}
  - {id: C1, tier: consider, states: Any sign., cites: [S-1], when: {group: signs}}
  - {id: D1, tier: display, states: Count of signs, counts: true, cites: [EV-01],
     when: {at_least: {n: 2, of: [{finding: sign.alpha}, {finding: sign.beta}, {finding: sign.gamma}]}}}
""",
    "tiny/suppressions.yaml": """
suppressions:
  - {id: P1, states: Scan done., tiers: [recommend, consider], when: {finding: scan.done}, then: {silent: true}}
  - {id: P2, states: Scan done but two signs., tiers: [urgent], when: {finding: scan.done}, then: {card: redirected, tier: consider}}
  - {id: P3, states: Refused., tiers: [urgent, recommend], when: {finding: scan.refused}, then: {without: [scan]}}
insufficient_data: {when: {finding: sign.gamma}}
""",
    "tiny/cards.yaml": """
- {id: now, tier: emergency, indicator: critical, summary: Now., lead: Act now., suggests: [{kind: scan}], overrides: [known]}
- id: soon
  title: Soon
  tier: urgent
  indicator: warning
  summary: Soon.
  lead: Think of it.
  suggests: [{kind: scan}, {kind: talk, when: {finding: sign.beta}}, {first_of: [{kind: never, when: {finding: sign.gamma}}, {kind: write}]}]
  exam: [sign.alpha, sign.beta, sign.gamma]
  notes: [{when: {finding: scan.unsafe}, text: There is metal.}]
  overrides: [known, elsewhere]
- {id: later, tier: recommend, indicator: warning, summary: Later., lead: Think of it., suggests: [{kind: scan}], exam: [sign.beta]}
- {id: maybe, tier: consider, indicator: info, summary: Maybe., lead: Look again., suggests: [{kind: write}]}
- {id: redirected, indicator: info, summary: Read it., lead: A scan is there.}
- {id: aside, companion_when: {finding: sign.gamma}, indicator: info, summary: By the way., lead: Gamma.}
""",
    "tiny/suggestions.yaml": """
suggestions:
  - {kind: scan, label: Add a scan, description: Drafts a scan., imaging: mri, resource: {code: {text: Scan, coding: [{system: "{canonical}/CodeSystem/tiny", code: scan}]}}}
  - {kind: talk, label: Ask radiology, description: Drafts a question., priority: routine, resource: {code: {text: Question}}}
  - {kind: write, label: Write it down, description: Drafts an examination., priority: urgent, resource: {code: {text: Examination}}}
  - {kind: never, label: Never, description: Never., resource: {code: {text: Never}}}
replace:
  - {when: {finding: scan.unsafe}, kinds: [scan], with: talk}
""",
    "tiny/overrides.yaml": """
- {code: known, display: Known already}
- {code: elsewhere, display: Done elsewhere, system: "http://elsewhere"}
""",
    "tiny/never.yaml": "- {words: cancel, why: speaks against the order, unless: [do not cancel]}\n",
    "tiny/cases/orders.yaml": '- {id: knee, text: Knee scan, code: "http://local|0042"}\n',
    "tiny/cases/all.yaml": """
- {case: Two signs are urgent, order: knee, chart: [{note: "Alpha sign. Beta sign."}], expect: {tier: urgent, fires: [A1], card: soon}}
""",
}


def write_content(folder: Path, changes: dict[str, str | None] | None = None) -> Path:
    """Write the tiny content below *folder*; *changes* replace whole files, None leaves a file out."""
    for name, text in (FILES | (changes or {})).items():
        if text is not None:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return folder


def changed(name: str, old: str, new: str) -> dict[str, str | None]:
    """Return the file *name* with *old* replaced by *new*; *old* has to be there."""
    assert old in FILES[name], f"{old!r} is not in {name}"
    return {name: FILES[name].replace(old, new)}
