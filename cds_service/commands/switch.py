"""Switch a rule, a card, a client or everything off, or into shadow, without a deploy."""

from __future__ import annotations

import argparse
import getpass
import os
from datetime import UTC, datetime

from cds_service.adapters.store_switches import StoredSwitches
from cds_service.adapters.store_traces import SWITCH, StoredTraces
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
        SettingError: something is missing.
        StoreUnavailable: it cannot be kept.
    """
    keeping = open_keeping(Settings.read(os.environ))
    if arguments.state != "list":
        _turn(arguments, keeping.switches, keeping.traces)
    _print(keeping.switches)
    keeping.store.close()
    return 0


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
