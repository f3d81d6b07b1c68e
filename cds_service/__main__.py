"""The command line: ``python -m cds_service COMMAND``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pkgutil import iter_modules

from cds_service import commands
from cds_service.errors import ContentError, CordCheckError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return 0, 1 when what was asked about is wrong, 2 when it could not be asked.

    A command is a module of ``commands`` with ``HELP``, ``add_arguments`` and ``run``.
    """
    parser = argparse.ArgumentParser(
        prog="python -m cds_service", description="CordCheck, a CDS Hooks service."
    )
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for name in command_names():
        module = import_module(f"{commands.__name__}.{name}")
        command = subparsers.add_parser(name, help=module.HELP, description=module.HELP)
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    arguments = parser.parse_args(argv)
    try:
        code = int(arguments.run(arguments))
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # "| head" has read enough; at its end Python would try to write the rest
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except CordCheckError as error:
        print(f"cordcheck: {error}", file=sys.stderr)
        return 1 if isinstance(error, ContentError) else 2


def command_names() -> tuple[str, ...]:
    """Return the names of all commands."""
    return tuple(sorted(module.name for module in iter_modules(commands.__path__)))


if __name__ == "__main__":
    sys.exit(main())
