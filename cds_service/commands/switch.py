"""Switch a rule, a card, a client or everything off, or into shadow, without a deploy."""

from __future__ import annotations

import argparse
import getpass
import os
from datetime import UTC, datetime
from pathlib import Path

from cds_service.adapters.store_switches import StoredSwitches
from cds_service.adapters.store_traces import SWITCH, StoredTraces
from cds_service.clients_file import read_clients
from cds_service.content.load import load_library
from cds_service.content.mistakes import nearest
from cds_service.errors import SettingError
from cds_service.keeping import open_keeping
from cds_service.memory import Scope, SwitchState
from cds_service.settings import Settings

HELP = "switch a rule, card, client or everything off, on, or into shadow; list what is switched"

EPILOG = """examples:
  switch off rule C5 --reason "fires on every second order"
  switch shadow client north --reason "silent run until January"
  switch off everything --reason "incident 4711"
  switch on rule C5
  switch list
All workers follow within two seconds. Every change is noted in the trace chain."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command understands."""
    parser.add_argument("state", choices=["off", "shadow", "on", "list"])
    parser.add_argument("scope", nargs="?", choices=[str(scope) for scope in Scope])
    parser.add_argument("name", nargs="?", default="", help="id of the rule, card or client")
    parser.add_argument("--reason", default="", help="why; needed for off and shadow")
    parser.add_argument("--by", default="", help="who; the name of the account by default")
    parser.epilog = EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter


def run(arguments: argparse.Namespace) -> int:
    """Set the switch and note it, or list what is set.

    Raises:
        SettingError: something is missing, or there is no rule, card or client of that name.
        ContentError: what rules, cards or clients there are cannot be read.
        StoreUnavailable: it cannot be kept.
    """
    settings = Settings.read(os.environ)
    if arguments.state in list(SwitchState):
        _check_name(arguments, settings)
    keeping = open_keeping(settings)
    if arguments.state != "list":
        _turn(arguments, keeping.switches, keeping.traces)
    _print(keeping.switches)
    keeping.store.close()
    return 0


def _check_name(arguments: argparse.Namespace, settings: Settings) -> None:
    """Refuse a name that nothing has: the switch would look set. What is gone can still be switched on."""
    known = _names(arguments.scope, settings) if arguments.name else frozenset()
    if known and arguments.name not in known:
        raise SettingError(
            f"switch: no {arguments.scope} {arguments.name!r}; {nearest(arguments.name, known)}"
        )


def _names(scope: str, settings: Settings) -> frozenset[str]:
    """Return what can be switched in *scope*; empty where there are no names, or anybody may have one."""
    if scope == Scope.CLIENT and settings.clients:
        return frozenset(client.id for client in read_clients(Path(settings.clients)).by_iss.values())
    if scope not in (Scope.RULE, Scope.CARD):
        return frozenset()
    library = load_library(Path(settings.cards))
    if scope == Scope.CARD:
        return frozenset(card for catalogue in library.catalogues.values() for card in catalogue.cards)
    return frozenset(rule.id for one in library.recommendations.values() for rule in one.rules)


def _turn(arguments: argparse.Namespace, switches: StoredSwitches, traces: StoredTraces) -> None:
    if not arguments.scope or (arguments.scope != Scope.EVERYTHING and not arguments.name):
        raise SettingError("switch: say what: everything, or rule, card or client with its id")
    state = None if arguments.state == "on" else SwitchState(arguments.state)
    if state is not None and not arguments.reason.strip():
        raise SettingError("switch: --reason is needed; somebody will ask")
    scope, by = Scope(arguments.scope), arguments.by or getpass.getuser()
    what = {
        "state": arguments.state,
        "scope": scope,
        "name": arguments.name,
        "reason": arguments.reason,
        "by": by,
    }
    traces.note(SWITCH, what)
    switches.turn(scope, arguments.name, state, arguments.reason, by)


def _print(switches: StoredSwitches) -> None:
    items = switches.read().all
    for item in items:
        when = datetime.fromtimestamp(item.changed_ms / 1000, UTC).isoformat(timespec="seconds")
        print(f"{item.state:7} {item.scope:10} {item.name:30} {when} {item.changed_by}: {item.reason}")
    if not items:
        print("nothing is switched off")
