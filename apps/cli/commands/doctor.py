"""`incident-marts doctor`: what is set up, what is not, and how to fix it."""

from __future__ import annotations

import json

import click

from apps.cli import options

MARKS = {"ok": "ok     ", "note": "note   ", "problem": "PROBLEM"}


@click.command("doctor")
@options.as_json
@options.demo
@click.option("--offline", is_flag=True, help="Leave out the check of the connection.")
def command(as_json: bool, demo: bool, offline: bool) -> None:
    """Check versions, settings, seeds, key, disk, lock and connection; say how to fix each.

    Changes nothing. Exits with 1 when there is a problem, else with 0.
    """
    from apps.cli.checkup import examine

    findings = examine(demo=demo, offline=offline)
    if as_json:
        document = {"ok": not _has_problem(findings), "findings": [vars(finding) for finding in findings]}
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            click.echo(f"{MARKS[finding.status]}  {finding.subject:<12} {finding.message}")
            if finding.fix:
                click.echo(f"{'':<22}fix: {finding.fix}")
    if _has_problem(findings):
        raise SystemExit(1)


def _has_problem(findings: list) -> bool:
    return any(finding.status == "problem" for finding in findings)
