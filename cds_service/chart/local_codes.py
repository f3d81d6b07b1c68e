"""Which order codes nobody has mapped yet: the worklist of a site's terminologist."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from cds_service.chart.code_map import CodeMap
from cds_service.chart.model import Coding

STANDARD_SYSTEMS = frozenset(
    {
        "http://www.ama-assn.org/go/cpt",
        "urn:oid:2.16.840.1.113883.6.12",
        "http://snomed.info/sct",
        "urn:oid:2.16.840.1.113883.6.96",
        "http://loinc.org",
        "urn:oid:2.16.840.1.113883.6.1",
        "http://hl7.org/fhir/sid/icd-10-cm",
        "http://hl7.org/fhir/sid/icd-10",
        "http://www.nlm.nih.gov/research/umls/rxnorm",
        "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
        "http://www.nlm.nih.gov/research/umls/hcpcs",
    }
)


@dataclass(frozen=True, slots=True)
class LocalCode:
    """An order code that is in no standard system and in no concept map of the site.

    Attributes:
        client: id of the client that sent it.
        system: "" when the client sent none.
        label: the coding's display, "" when none; free text of an order is never kept.
        by_text: the service took the order for one of its own by its words alone.
    """

    client: str
    system: str
    code: str
    label: str = ""
    by_text: bool = False


@dataclass(frozen=True, slots=True)
class CountedCode:
    """A local code and how often it was ordered."""

    code: LocalCode
    orders: int


def unmapped_codes(
    client: str,
    codings: Iterable[Coding],
    code_map: CodeMap,
    *,
    by_text: bool = False,
    standard: Collection[str] = STANDARD_SYSTEMS,
) -> tuple[LocalCode, ...]:
    """Return what a terminologist should map for one order.

    Returns:
        Empty when one of *codings* is standard or mapped, since the order is then understood, and when
        the order has no code at all. *by_text* says that the order was recognised by its words alone;
        then its standard codes, too, are listed, because the content does not know them.
    """
    coded = [coding for coding in codings if coding.code.strip()]
    understood = any(c.system in standard or code_map.targets(c.system, c.code) for c in coded)
    if understood and not by_text:
        return ()
    return tuple(
        LocalCode(client, coding.system.strip(), coding.code.strip(), coding.display[:80], by_text)
        for coding in coded
        if not code_map.targets(coding.system, coding.code)
    )


def rank(counted: Iterable[CountedCode]) -> tuple[CountedCode, ...]:
    """Return *counted*, orders recognised by words alone first, then by volume, then by code."""
    return tuple(sorted(counted, key=lambda c: (not c.code.by_text, -c.orders, c.code.client, c.code.system)))
