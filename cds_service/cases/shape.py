"""The format of the worked cases, and the reader of the case files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, model_validator

from cds_service.content.mistakes import nearest, read_as
from cds_service.content.schema import Strict, Text
from cds_service.errors import ContentError

ORDERS = "orders.yaml"
KINDS = (
    "note",
    "observation",
    "questionnaire",
    "condition",
    "imaging",
    "procedure",
    "order",
    "referral",
    "device",
    "medication",
    "family",
    "reason",
)


class OrderEntry(Strict):
    """cases/orders.yaml: draft orders that cases call by name."""

    id: Text
    text: Text
    code: str = ""


class Item(Strict):
    """One thing on record: exactly one key names its kind, the text is what the record says.

    Attributes:
        days: how many days ago; 0 is today.
        code: "system|code" with the short name of the system ("cpt|72148").
    """

    note: str = ""
    observation: str = ""
    questionnaire: str = ""
    condition: str = ""
    imaging: str = ""
    procedure: str = ""
    order: str = ""
    referral: str = ""
    device: str = ""
    medication: str = ""
    family: str = ""
    reason: str = ""
    days: int = 0
    value: str | int | float | None = None
    code: str = ""
    status: str = ""
    verification: str = ""
    patient: str = ""

    @property
    def kind(self) -> str:
        """Return which kind of record it is."""
        return next((kind for kind in KINDS if getattr(self, kind)), "")

    @property
    def text(self) -> str:
        """Return what the record says."""
        return str(getattr(self, self.kind))

    @model_validator(mode="after")
    def _is_one_thing(self) -> Item:
        if sum(bool(getattr(self, kind)) for kind in KINDS) != 1:
            raise ValueError(f"name exactly one of {', '.join(KINDS)}")
        return self


class Expect(Strict):
    """What the answer has to be; what is not named is not looked at.

    Attributes:
        fires: rules that are met; ``not`` those that are not.
        card: id of the main card, null for no card at all; ``companion`` of one beside it, null for none.
        suggests: kinds that are offered; ``never`` those that are not.
        says: words that stand in the detail of the main card; ``omits`` those that do not.
        indicator: of the main card.
        settles: words that stand in what would settle an insufficient record.
    """

    tier: Literal["emergency", "urgent", "recommend", "consider", "none"] | None = None
    disposition: (
        Literal["advisory-shown", "no-concern", "insufficient-data", "suppressed", "not-applicable"] | None
    ) = None
    fires: list[Text] = []
    not_: Annotated[list[Text], Field(alias="not")] = []
    card: str | None = ""
    companion: str | None = ""
    suggests: list[Text] = []
    never: list[Text] = []
    says: list[Text] = []
    omits: list[Text] = []
    indicator: Literal["info", "warning", "critical"] | None = None
    settles: list[Text] = []


class Case(Strict):
    """One worked case; a case without ``order`` is about the first of orders.yaml.

    Attributes:
        unread: prefetch keys that could not be had; all others were answered.
    """

    case: Text
    age: int | None = 60
    order: str = ""
    hook: Literal["order-select", "order-sign"] = "order-select"
    cites: list[Text] = []
    chart: list[Item]
    unread: list[Text] = []
    expect: Expect


@dataclass(frozen=True, slots=True)
class Cases:
    """All worked cases of one recommendation, with the orders that they name."""

    recommendation: str
    orders: dict[str, OrderEntry]
    by_file: dict[str, list[Case]]

    def __iter__(self) -> Iterator[tuple[str, Case]]:
        """Yield each case with its file."""
        for file, cases in self.by_file.items():
            for case in cases:
                yield file, case


def read_cases(folder: Path, recommendation: str, mistakes: list[ContentError]) -> Cases:
    """Read every case of *recommendation*; what is wrong is added to *mistakes*."""
    place = f"{recommendation}/cases"
    names = sorted(path.name for path in (folder / place).glob("*.yaml") if path.name != ORDERS)
    orders = read_as(TypeAdapter(list[OrderEntry]), folder, f"{place}/{ORDERS}", mistakes, [])
    shape: TypeAdapter[list[Case]] = TypeAdapter(list[Case])
    by_file = {f"{place}/{name}": read_as(shape, folder, f"{place}/{name}", mistakes, []) for name in names}
    cases = Cases(recommendation, {order.id: order for order in orders}, by_file)
    mistakes.extend(_unknown_orders(cases))
    return cases


def _unknown_orders(cases: Cases) -> Iterator[ContentError]:
    for file, case in cases:
        if case.order and case.order not in cases.orders:
            yield ContentError(
                file, case.case, f"unknown order {case.order!r}; {nearest(case.order, cases.orders)}"
            )


def expected_ids(expect: Expect) -> dict[str, list[Any]]:
    """Return the ids that an expectation names, by what they are."""
    return {
        "rule": [*expect.fires, *expect.not_],
        "card": [card for card in (expect.card, expect.companion) if card],
        "suggestion": [*expect.suggests, *expect.never],
    }
