"""The command `afterword`: the demo, and the parts of an installation one by one."""

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from deploy import bounces_command, documents_command, launch, lifeline, operators_command
from deploy.environment import BROKER, working_on
from deploy.errors import DeployError
from deploy.folder import default_path
from deploy.interrupt import interrupt_once

DEFAULT_PORT = 8000
EPILOG = """\
Where the parts find things, from the environment:
  DATABASE_URL     PostgreSQL 15 or newer, as the owner of the tables
  REDIS_URL        Redis or Valkey; or instead
  RABBITMQ_URL     RabbitMQ
  SECRET_KEY       at least 32 characters; keep it: every key follows from it
  PUBLIC_URL       where candidates and people reach the API
  SMTP_URL         mail relay, smtp://[user:password@]host:port
With --data DIR, what is not set comes from the demo on that folder, running or not.
"""

Run = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code.

    Args:
        arguments: The words after `afterword`; None for those of this process.

    Returns:
        0 when it did what it was asked, or was asked to stop; 1 when it found something wrong;
        2 when it could not be run.
    """
    parsed = _parser().parse_args(arguments)
    lifeline.hold()
    interrupt_once()
    run: Run = parsed.run
    try:
        return run(parsed)
    except KeyboardInterrupt as interrupt:
        print(f"afterword {parsed.command}: stopped by {interrupt}", file=sys.stderr)
        return 0
    except DeployError as error:
        print(f"afterword: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="afterword",
        description="Declined-offer interviews: a multi-tenant back end with a GraphQL API.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(
        title="commands", metavar="COMMAND", dest="command", required=True
    )
    _add_demo(commands)
    serve = _add_part(commands, "serve", _serve, "answer HTTP: GraphQL, forms and console")
    serve.add_argument("--host", default="127.0.0.1", help="address (default: %(default)s)")
    serve.add_argument("--port", type=int, default=DEFAULT_PORT, help="port (%(default)s)")
    serve.add_argument("--fd", type=int, help="number of an inherited listening socket instead")
    _add_part(commands, "worker", _work, "do jobs: send invitations, close interviews, flush")
    _add_part(commands, "scheduler", _schedule, "wake due jobs; one or more may run")
    start = _add_part(commands, "start", _start, "start a scheduled job now")
    start.add_argument("job", help="its name, such as interviews.flush")
    start.add_argument("--organisation", metavar="SLUG", help="for this one only")
    _add_publish(commands)
    _add_benchmark(commands)
    _add_import(commands)
    documents_command.add(commands, _add_part)
    bounces_command.add(commands, _add_part)
    operators_command.add(commands, _add_part)
    rotate = _add_part(
        commands, "rotate-keys", _rotate_keys, "make a new key that signs access tokens"
    )
    rotate.add_argument(
        "--at-once",
        action="store_true",
        help="sign with it now and forget every other: all access tokens end",
    )
    _add_audit(commands)
    _add_part(commands, "migrate", _migrate, "bring the database's tables up to date")
    _add_part(commands, "doctor", _doctor, "say what is wrong with an installation, and the cure")
    schema = commands.add_parser("schema", help="print the GraphQL schema (SDL)")
    schema.set_defaults(run=_schema)
    return parser


def _add_demo(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    demo = commands.add_parser(
        "demo",
        help="run everything on this machine, with example data",
        description="Run everything on this machine, with example data; Ctrl-C stops it all.",
    )
    demo.add_argument(
        "--port", type=int, default=DEFAULT_PORT, help="port, 0 for any free one (%(default)s)"
    )
    demo.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="where its data stays (default: .afterword here; for root, under /var/lib/afterword)",
    )
    demo.add_argument("--json", action="store_true", help="print one line of JSON when it is up")
    demo.set_defaults(run=_demo)


def _add_publish(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    publish = commands.add_parser(
        "publish",
        help="publish figures now, as the scheduler does when their time has come",
        description="Publish figures now, as the scheduler does when their time has come.",
    )
    kinds = publish.add_subparsers(title="what", metavar="WHAT", dest="what", required=True)
    insights = _add_part(
        kinds, "insights", _publish_insights, "publish an organisation's ended windows"
    )
    insights.add_argument("--organisation", metavar="SLUG", required=True, help="whose")
    benchmark = _add_part(
        kinds, "benchmark", _publish_benchmark, "make a numbered release of the benchmark"
    )
    benchmark.add_argument(
        "--window",
        metavar="FROM/TO",
        help="half-open, in months, such as 2025-10/2026-10 (default: twelve, with a month's lag)",
    )
    for one in (insights, benchmark):
        one.add_argument(
            "--as-of", metavar="YYYY-MM", help="as if this month had ended (default: last month)"
        )
        one.add_argument("--json", action="store_true", help="print one line of JSON")


def _add_benchmark(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    benchmark = commands.add_parser(
        "benchmark",
        help="look after the benchmark: verify a release, vouch for an organisation",
        description="Look after the benchmark.",
    )
    kinds = benchmark.add_subparsers(title="what", metavar="WHAT", dest="what", required=True)
    verify = _add_part(
        kinds, "verify", _verify_benchmark, "make a release again from its inputs, and compare"
    )
    verify.add_argument("number", type=_count, metavar="N", help="of the release")
    admit = _add_part(
        kinds, "admit", _admit, "vouch that an organisation is a client and nobody's invention"
    )
    admit.add_argument("organisation", metavar="SLUG", help="which")
    admit.add_argument("--family", metavar="NAME", help="the corporate family that it belongs to")
    for one in (verify, admit):
        one.add_argument("--json", action="store_true", help="print one line of JSON")


def _add_import(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    imports = commands.add_parser(
        "import",
        help="read past responses from a spreadsheet",
        description="Read what was gathered before from a spreadsheet.",
    )
    kinds = imports.add_subparsers(title="what", metavar="WHAT", dest="what", required=True)
    responses = _add_part(
        kinds, "responses", _import_responses, "import past responses; run twice it adds none twice"
    )
    responses.add_argument("file", type=Path, metavar="FILE", help="a .csv or .xlsx")
    responses.add_argument(
        "--mapping", type=Path, required=True, metavar="MAPPING", help="TOML: what FILE means"
    )
    responses.add_argument(
        "--preview",
        type=_count,
        nargs="?",
        const=5,
        metavar="N",
        help="only show what the first N rows (%(const)s) would become",
    )
    responses.add_argument(
        "--report", type=Path, metavar="FILE", help="write rejected rows here, as CSV"
    )
    responses.add_argument("--json", action="store_true", help="print one line of JSON")


def _add_audit(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    audit = commands.add_parser(
        "audit",
        help="verify the log, or export the head of its chain",
        description="Verify the log of what was done, or export the head of its chain.",
    )
    kinds = audit.add_subparsers(title="what", metavar="WHAT", dest="what", required=True)
    verify = _add_part(
        kinds, "verify", _verify_audit, "find events that were edited, removed, moved or inserted"
    )
    verify.add_argument(
        "--anchor", type=Path, metavar="FILE", help="compare with what `audit head` printed once"
    )
    verify.add_argument("--json", action="store_true", help="print one line of JSON")
    head = _add_part(kinds, "head", _export_heads, "print the heads as JSON, to keep elsewhere")
    for one in (verify, head):
        one.add_argument("--organisation", metavar="SLUG", help="of this one, or this firm, only")


def _add_part(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    run: Run,
    purpose: str,
) -> argparse.ArgumentParser:
    part = commands.add_parser(
        name,
        help=purpose,
        description=f"{purpose[0].upper()}{purpose[1:]}.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    part.add_argument("--data", type=Path, metavar="DIR", help="data folder of a demo")
    part.set_defaults(run=run)
    return part


def _demo(arguments: argparse.Namespace) -> int:
    launch.demo(arguments.port, arguments.data or default_path(), as_json=arguments.json)
    return 0


def _serve(arguments: argparse.Namespace) -> int:
    address = f"http://{arguments.host}:{arguments.port}"
    with working_on(arguments.data, public_url=address):
        _require_settings(BROKER)
        from deploy import serving

        serving.run_api(serving.listening_socket(arguments.host, arguments.port, arguments.fd))
    return 0


def _work(arguments: argparse.Namespace) -> int:
    with working_on(arguments.data):
        _require_settings(BROKER)
        from deploy import worker

        worker.run_worker()
    return 0


def _schedule(arguments: argparse.Namespace) -> int:
    with working_on(arguments.data):
        _require_settings(BROKER)
        from jobs import scheduler

        lifeline.report_ready()
        scheduler.main()
    return 0


def _start(arguments: argparse.Namespace) -> int:
    with working_on(arguments.data):
        _require_settings(BROKER)
        from deploy import starting

        count = asyncio.run(starting.start_job(arguments.job, arguments.organisation))
    print(f"{arguments.job} asked for {count} organisation{'s' if count != 1 else ''}")
    return 0


def _publish_insights(arguments: argparse.Namespace) -> int:
    with working_on(arguments.data):
        _require_settings(("DATABASE_URL", "APPLICATION_DATABASE_URL"))
        from deploy import publishing

        report = asyncio.run(publishing.publish_insights(arguments.organisation, arguments.as_of))
    print(json.dumps(report) if arguments.json else publishing.in_words(report))
    return 0


def _publish_benchmark(arguments: argparse.Namespace) -> int:
    with working_on(arguments.data):
        _require_settings(("DATABASE_URL", "APPLICATION_DATABASE_URL"))
        from deploy import benchmark_publishing as publishing

        report = asyncio.run(publishing.publish_benchmark(arguments.window, arguments.as_of))
    print(json.dumps(report) if arguments.json else publishing.in_words(report))
    return 0


def _verify_benchmark(arguments: argparse.Namespace) -> int:
    with working_on(arguments.data):
        _require_settings(("DATABASE_URL", "APPLICATION_DATABASE_URL"))
        from deploy import benchmark_verification as verification

        found = asyncio.run(verification.verify_benchmark(arguments.number))
    print(json.dumps(found) if arguments.json else verification.in_words(found))
    return int(not found["verified"])


def _admit(arguments: argparse.Namespace) -> int:
    with working_on(arguments.data):
        _require_settings(("DATABASE_URL", "APPLICATION_DATABASE_URL"))
        from deploy import benchmark_verification as verification

        found = asyncio.run(
            verification.admit_organisation(arguments.organisation, arguments.family)
        )
    print(json.dumps(found) if arguments.json else f"{found['organisation']} is verified")
    return 0


def _import_responses(arguments: argparse.Namespace) -> int:
    from deploy import import_report, importing

    if arguments.preview is not None:
        rows = importing.preview(arguments.file, arguments.mapping, arguments.preview)
        print(json.dumps(rows) if arguments.json else import_report.preview_in_words(rows))
        return int(any("rejected" in row for row in rows))
    with working_on(arguments.data):
        _require_settings(("DATABASE_URL", "APPLICATION_DATABASE_URL"))
        summary = asyncio.run(
            importing.import_connected(arguments.file, arguments.mapping, report=arguments.report)
        )
    print(json.dumps(summary.to_json()) if arguments.json else summary.in_words())
    return int(summary.rejected > 0)


def _verify_audit(arguments: argparse.Namespace) -> int:
    with working_on(arguments.data):
        _require_settings(("DATABASE_URL", "APPLICATION_DATABASE_URL"))
        from deploy import auditing

        report = asyncio.run(auditing.verify(arguments.organisation, arguments.anchor))
    print(json.dumps(report) if arguments.json else auditing.in_words(report))
    return int(not report["sound"])


def _export_heads(arguments: argparse.Namespace) -> int:
    with working_on(arguments.data):
        _require_settings(("DATABASE_URL", "APPLICATION_DATABASE_URL"))
        from deploy import auditing

        heads = asyncio.run(auditing.heads(arguments.organisation))
    print(json.dumps(heads))
    return 0


def _count(written: str) -> int:
    """Return a number of things, at least one."""
    if not (written.isascii() and written.isdecimal() and int(written[:9]) > 0):
        message = f"{written} is no number"
        raise argparse.ArgumentTypeError(message)
    return int(written[:9])


def _rotate_keys(arguments: argparse.Namespace) -> int:
    with working_on(arguments.data):
        _require_settings(("DATABASE_URL", "APPLICATION_DATABASE_URL"))
        from deploy import key_rotation

        print(asyncio.run(key_rotation.rotate(at_once=arguments.at_once)))
    return 0


def _migrate(arguments: argparse.Namespace) -> int:
    with working_on(arguments.data):
        _require_settings(("DATABASE_URL",))
        import migrations

        migrations.upgrade()
    return 0


def _doctor(arguments: argparse.Namespace) -> int:
    with working_on(arguments.data):
        from deploy import doctor

        return doctor.examine(print)


def _require_settings(names: tuple[str, ...]) -> None:
    from deploy.settings import require_settings

    require_settings(names)


def _schema(_: argparse.Namespace) -> int:
    from api.schema import sdl

    print(sdl(), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
