"""Imports a spreadsheet of past responses: reads it row by row, writes it in batches, reports."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TimeRemainingColumn
from sqlalchemy import create_engine, text

from deploy.errors import DeployError
from deploy.import_report import Rejections, Summary, Tally, previewed, written
from tenants import db
from tenants.access import Viewer
from tenants.benchmarks import service as benchmarks
from tenants.errors import DomainError, InvalidInput
from tenants.imports import service as imports
from tenants.imports.coding import CodedResponse, Coding, Rejection
from tenants.imports.files import open_table
from tenants.imports.mapping import MappedOrganisation, ResponseMapping, parse_mapping
from tenants.imports.occurrences import counting
from tenants.imports.service import Destination
from tenants.imports.tables import Row, Table
from tenants.imports.wording import make_definition
from tenants.model import new_id
from tenants.organisations import queries as organisations
from tenants.questionnaires.definition import Definition
from tenants.settings import get_settings
from tenants.work import Session

# Responses of one transaction, and of all organisations that may wait for theirs.
BATCH: Final = 500
MOST_WAITING: Final = 4_000
# From here on the planner's idea of the tables is too far off to wait for the server's own round.
WORTH_ANALYSING: Final = 1_000
_MAPPING_BYTES: Final = 1 << 22

Show = Callable[[int], None]


@dataclass(frozen=True)
class Opened:
    """A spreadsheet with its mapping, ready to be read."""

    mapping: ResponseMapping
    definition: Definition
    table: Table
    coding: Coding


@contextmanager
def opened(file: Path, mapping_file: Path) -> Iterator[Opened]:
    """Open a spreadsheet by a mapping for the time of a block.

    Raises:
        DeployError: One of the two cannot be read, or they do not fit together.
    """
    try:
        with mapping_file.open("rb") as stream:
            document = stream.read(_MAPPING_BYTES + 1)
    except OSError as error:
        message = f"{mapping_file.name} cannot be read: {error.strerror or error}"
        raise DeployError(message) from error
    if len(document) > _MAPPING_BYTES:
        message = f"{mapping_file.name} is too long for a mapping: is it the spreadsheet?"
        raise DeployError(message)
    with ExitStack() as stack:
        try:
            mapping = parse_mapping(document)
            definition = make_definition(mapping)
            table = stack.enter_context(
                open_table(file, delimiter=mapping.delimiter, sheet=mapping.sheet)
            )
            coding = Coding(mapping, definition, table.header, stack.enter_context(counting()))
        except DomainError as error:
            raise DeployError(error.message) from error
        yield Opened(mapping, definition, table, coding)


def preview(file: Path, mapping_file: Path, rows: int) -> list[dict[str, Any]]:
    """Return what the first rows of a file would become; nothing is written or even connected.

    Returns:
        For each row either its `line`, `organisation`, `month`, `confidentiality`, `segment` and
        `answers` by question, unanswered ones left out; or `line`, `column` and `rejected`, why.

    Raises:
        DeployError: The file or the mapping cannot be used.
    """
    try:
        with opened(file, mapping_file) as source:
            return [previewed(source.coding.code(row)) for row in islice(source.table.rows(), rows)]
    except DomainError as error:
        raise DeployError(error.message) from error


async def import_connected(
    file: Path, mapping_file: Path, *, report: Path | None = None
) -> Summary:
    """Do as `import_responses` does, over a connection of its own: what the command does."""
    async with db.connected(pool_size=1):
        return await import_responses(file, mapping_file, report=report)


async def import_responses(
    file: Path, mapping_file: Path, *, report: Path | None = None
) -> Summary:
    """Import what is not there yet; a row that cannot be used is reported and passed over.

    Run again on the same file it adds nothing; stopped half-way and run again, what was missing.

    Args:
        file: CSV or XLSX.
        mapping_file: TOML that says what the file means.
        report: Where to write the rejected rows as CSV; the first of them go to standard error
            otherwise.

    Raises:
        DeployError: The file or the mapping cannot be used, or the report not be written. Rows
            before an unreadable one are imported by then.
    """
    with ExitStack() as stack:
        source = stack.enter_context(opened(file, mapping_file))
        rejections = Rejections(None if report is None else stack.enter_context(written(report)))
        show = stack.enter_context(_progress(file.name, source.table.size))
        importer = _Importer(source)
        try:
            await importer.take_all(rejections, show)
        except DomainError as error:
            message = (
                f"{error.message} {importer.summary.imported} responses were imported; put it"
                " right and run the command again, which adds the rest"
            )
            raise DeployError(message) from error
    rejections.show(sys.stderr)
    summary = importer.summary
    if summary.imported >= WORTH_ANALYSING:
        summary.analysed = _analyse()
    return summary


@dataclass(frozen=True)
class _Read:
    """Some rows, coded; and why the file cannot be read on, if it cannot."""

    coded: list[CodedResponse | Rejection]
    unreadable: InvalidInput | None


class _Importer:
    """Gathers responses by organisation and writes them in batches of one organisation each."""

    def __init__(self, source: Opened) -> None:
        self.summary = Summary()
        self._source = source
        self._known = {one.slug: one for one in source.mapping.organisations.values()}
        self._destinations: dict[str, Destination] = {}
        self._waiting: dict[str, list[CodedResponse]] = {}
        self._waiting_count = 0

    async def take_all(self, rejections: Rejections, show: Show) -> None:
        """Read the file to its end; what was read before it cannot be read on is written, too.

        The next rows are read in a thread while the server writes the ones before.

        Raises:
            InvalidInput: The rest of the file cannot be read.
        """
        rows = self._source.table.rows()
        read = await asyncio.to_thread(self._read, rows)
        while read.coded:
            reading = asyncio.create_task(asyncio.to_thread(self._read, rows, read.unreadable))
            try:
                for coded in read.coded:
                    await self._take(coded, rejections)
            finally:
                # The file is closed next, if this failed.
                await asyncio.wait([reading])
            show(self._source.table.position())
            read = reading.result()
        for slug in list(self._waiting):
            await self._write(slug)
        if read.unreadable is not None:
            raise read.unreadable

    def _read(self, rows: Iterator[Row], unreadable: InvalidInput | None = None) -> _Read:
        """Return the next rows, coded: none at the end, or after the file could not be read on."""
        coded: list[CodedResponse | Rejection] = []
        try:
            while unreadable is None and len(coded) < BATCH:
                coded.append(self._source.coding.code(next(rows)))
        except StopIteration:
            pass
        except InvalidInput as error:
            unreadable = error
        return _Read(coded, unreadable)

    async def _take(self, coded: CodedResponse | Rejection, rejections: Rejections) -> None:
        self.summary.rows += 1
        if isinstance(coded, Rejection):
            self.summary.rejected += 1
            rejections.add(coded)
            return
        self._waiting.setdefault(coded.slug, []).append(coded)
        self._waiting_count += 1
        if len(self._waiting[coded.slug]) >= BATCH:
            await self._write(coded.slug)
        elif self._waiting_count >= MOST_WAITING:
            await self._write(max(self._waiting, key=lambda slug: len(self._waiting[slug])))

    async def _write(self, slug: str) -> None:
        responses = self._waiting.pop(slug)
        self._waiting_count -= len(responses)
        destination = self._destinations.get(slug)
        if destination is None:
            destination = self._destinations[slug] = await self._prepare(self._known[slug])
        mapping = self._source.mapping
        added = await db.run(
            imports.import_responses,
            Viewer.job(destination.organisation_id),
            destination=destination,
            source=mapping.source,
            language=mapping.questionnaire.languages[0],
            responses=responses,
        )
        tally = self.summary.organisations[slug]
        tally.imported += added
        tally.already_there += len(responses) - added

    async def _prepare(self, organisation: MappedOrganisation) -> Destination:
        known = await db.run(
            organisations.find_organisation_id, Viewer.operator(), slug=organisation.slug
        )
        organisation_id = known or new_id()
        self.summary.organisations[organisation.slug] = Tally(created=known is None)
        return await db.run(
            _make_ready,
            Viewer.job(organisation_id),
            source=self._source,
            organisation_id=organisation_id,
            organisation=organisation,
            is_new=known is None,
        )


async def _make_ready(
    session: Session,
    viewer: Viewer,
    *,
    source: Opened,
    organisation_id: UUID,
    organisation: MappedOrganisation,
    is_new: bool,
) -> Destination:
    """Make an organisation ready; a new one with consent joins the benchmark in the same step.

    One that is there already is used as it is: the mapping must not undo what it decided since.
    """
    destination = await imports.prepare_organisation(
        session,
        viewer,
        organisation_id=organisation_id,
        create=organisation if is_new else None,
        code=source.mapping.questionnaire.code,
        definition=source.definition,
    )
    if is_new and organisation.consent:
        await benchmarks.join_benchmark(
            session,
            viewer,
            organisation_id=organisation_id,
            family=organisation.family or organisation.slug,
            text=source.mapping.consent_text or "",
            joined_on=organisation.since,
        )
    return destination


@contextmanager
def _progress(name: str, size: int) -> Iterator[Show]:
    """Show on a terminal how much of the file was read."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    columns = ("{task.description}", BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(name, total=size or None)
        yield lambda position: progress.update(task, completed=position)


def _analyse() -> bool:
    """Renew the planner's statistics of what grew; return whether we may, as the tables' owner."""
    url = get_settings().database_url
    if url is None:
        return False
    engine = create_engine(db.psycopg_url(url), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text("ANALYZE responses, answers"))
    finally:
        engine.dispose()
    return True
