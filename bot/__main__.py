"""`sitrep`: what an operator types. Each command does its own imports, so that `--help` is quick."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from workflows.errors import SitrepError

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_show_locals=False)
config_cli = typer.Typer(help="Look at the configuration.", no_args_is_help=True)
cli.add_typer(config_cli, name="config")
runbooks_cli = typer.Typer(help="Look after the runbooks.", no_args_is_help=True)
cli.add_typer(runbooks_cli, name="runbooks")

Output = Annotated[str, typer.Option("--output", "-o", help="A file, or - for the terminal.")]


def main() -> None:
    """The console script. What was raised on purpose is one sentence on stderr and exit code 1."""
    try:
        cli()
    except SitrepError as problem:
        print(problem, file=sys.stderr)
        sys.exit(1)


def show_version(wanted: bool) -> None:
    """Print the version and end, if that is what was asked for."""
    if wanted:
        from importlib.metadata import version

        print(f"sitrep {version('sitrep')}")
        raise typer.Exit


@cli.callback()
def about(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Show the version and exit.",
            is_eager=True,
            callback=show_version,
        ),
    ] = False,
) -> None:
    """Sitrep: a Slack-native incident bot."""


@cli.command()
def run(
    http: Annotated[str, typer.Option(help="HOST:PORT for Slack's signed requests, beside or without a socket.")] = "",
) -> None:
    """Run the bot with the tokens in the environment or in .env."""
    from bot.config import Settings
    from bot.running import run_until_told

    env = dict(os.environ)
    if http:
        env["SITREP_HTTP"] = http
    asyncio.run(run_until_told(Settings.from_env(env, Path.cwd()), http=bool(http)))


@cli.command()
def demo(
    *,
    serve: Annotated[bool, typer.Option("--serve", help="Keep the workspace up for another bot.")] = False,
    speed: Annotated[float, typer.Option(help="How fast the demo is told; 1 is for watching.")] = 1.0,
    port: Annotated[int, typer.Option(min=1, max=65535, help="With --serve: where the workspace listens.")] = 8765,
) -> None:
    """Watch a whole incident in a local workspace. Needs no Slack and no tokens."""
    from bot import demo as show

    asyncio.run(show.serve(Path.cwd(), port=port) if serve else show.play(Path.cwd(), speed=speed))


@cli.command()
def doctor() -> None:
    """Check tokens, scopes, Socket Mode, database and configuration."""
    from bot.doctor import examine_everything

    sys.exit(asyncio.run(examine_everything(os.environ, Path.cwd())))


@cli.command()
def export(
    reference: Annotated[str, typer.Argument(help="Which incident, for example INC-7.")] = "",
    file_format: Annotated[str, typer.Option("--format", help="md, html or json.")] = "md",
    output: Output = "-",
    *,
    near_misses: Annotated[bool, typer.Option("--near-misses", help="All near misses instead, as md or json.")] = False,
) -> None:
    """Write an incident's postmortem draft, or everything on record about it; or what almost became incidents."""
    from bot import export_cli, near_misses_cli
    from bot.config import Settings

    settings = Settings.from_env(os.environ, Path.cwd(), need_slack=False)
    if near_misses:
        asyncio.run(near_misses_cli.export(settings, file_format, output))
        return
    asyncio.run(export_cli.export(settings, reference, file_format, output))


@cli.command()
def audit(
    reference: Annotated[str, typer.Argument(help="Which incident; empty: refusals and exports of all.")] = "",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,
) -> None:
    """List who did what with an incident, when and how: changes, refusals, exports."""
    from bot.audit_cli import audit as look
    from bot.config import Settings

    settings = Settings.from_env(os.environ, Path.cwd(), need_slack=False)
    print(asyncio.run(look(settings, reference, as_json=as_json)))


@cli.command()
def classify(
    *,
    answer: Annotated[
        list[str] | None,
        typer.Option("--answer", "-a", help="For scripts: a question's key with yes or no, as down=no."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, and ask nobody.")] = False,
) -> None:
    """Find out how bad it is: a few yes-or-no questions lead to a severity, and say why."""
    from bot import classify_cli
    from bot.config import Settings

    policy = Settings.from_env(os.environ, Path.cwd(), need_slack=False).policy
    ask = sys.stdin.isatty() and not as_json
    try:
        print(classify_cli.classify(policy, answer or (), as_json=as_json, ask=ask))
    except classify_cli.NotAnswered as missing:
        print(missing, file=sys.stderr)
        sys.exit(classify_cli.MISSING)


@cli.command(context_settings={"ignore_unknown_options": True})
def incident(
    words: Annotated[list[str] | None, typer.Argument(help="As after /incident in Slack; `help` lists them.")] = None,
    *,
    by: Annotated[str, typer.Option("--as", envvar="SITREP_USER", help="Your Slack member id.")] = "",
) -> None:
    """Do what /incident does on the record alone: update INC-7 …, severity, note, resolved, declare, list, status.

    It works while Slack is away and while the bot runs; Slack is brought up to date by the bot.
    """
    from bot.config import Settings
    from bot.incident_cli import answer

    settings = Settings.from_env(os.environ, Path.cwd(), need_slack=False)
    print(asyncio.run(answer(settings, " ".join(words or ()), by)))


@cli.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The new file, for example backups/sitrep-2026-11-21.db.")],
) -> None:
    """Copy the SQLite database while the bot runs."""
    from bot.backup_cli import back_up
    from bot.config import Settings

    print(back_up(Settings.from_env(os.environ, Path.cwd(), need_slack=False), file))


@cli.command()
def manifest(
    *,
    url: Annotated[str, typer.Option(help="HTTP mode: where Slack reaches the bot.")] = "",
    check: Annotated[bool, typer.Option("--check", help="Compare manifest.yml with the code.")] = False,
) -> None:
    """Print the manifest with which the Slack app is created."""
    from bot import manifest as app_manifest

    if not check:
        print(app_manifest.render(app_manifest.build(app_manifest.public_address(url))), end="")
        return
    problems = app_manifest.check(Path("manifest.yml"))
    print("\n".join(problems) or "manifest.yml is what the code needs.")
    sys.exit(1 if problems else 0)


@config_cli.command("check")
def check_config() -> None:
    """Say whether the environment and sitrep.toml can be used, with every problem and its line."""
    from bot.config import examine

    examined = examine(os.environ, Path.cwd())
    problems = [*examined.problems, *examined.slack_problems]
    for problem in problems:
        print(f"- {problem}")
    levels = ", ".join(severity.level for severity in examined.settings.policy.severities)
    print("Fix these and run it again." if problems else f"All good. Severities: {levels}.")
    sys.exit(1 if problems else 0)


@runbooks_cli.command("check")
def check_runbooks(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,
) -> None:
    """Say what the runbooks lack, which are out of date, and which services and alerts have none."""
    from bot import runbooks_cli as runbooks
    from bot.clock import SystemClock
    from bot.config import Settings

    policy = Settings.from_env(os.environ, Path.cwd(), need_slack=False).policy
    report = runbooks.check(policy, SystemClock().now().astimezone(policy.time_zone).date())
    print(runbooks.as_json(report) if as_json else runbooks.in_words(report, policy.runbooks.folder))
    sys.exit(0 if report.good else 1)


if __name__ == "__main__":
    main()
