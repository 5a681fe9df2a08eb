"""The rows of a bulk result: one CSV in a zip, read in constant memory and with suspicion.

The archive is never unpacked to disk, so the paths in it cannot reach anything; lines and totals are bounded, so an archive that unpacks to
far more than the job announced ends in an error instead of a full machine.
Source: Zoho CRM API v8, Download Bulk Read Result; checked 2026-11.
"""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from mailsync.errors import VendorUnavailable

# 500 fields of 50,000 characters are the vendor's own limits; a line beyond this is no record.
LONGEST_CELL = 1 << 20
LONGEST_LINE = 1 << 22
SPARE_ROWS = 1000


class BrokenArchive(VendorUnavailable):
    """The result cannot be read: cut short, not a zip, or not what was announced."""


@contextmanager
def rows(archive: IO[bytes], *, announced: int) -> Iterator[tuple[list[str], Iterator[list[str]]]]:
    """The header, and an iterator of the rows. Raises BrokenArchive, also while iterating."""
    try:
        with zipfile.ZipFile(archive) as opened, opened.open(_the_csv(opened)) as member:
            # utf-8-sig: with or without a byte order mark. newline="" leaves line breaks inside cells as they are.
            reader = csv.reader(_lines(io.TextIOWrapper(member, encoding="utf-8-sig", newline="")))
            csv.field_size_limit(LONGEST_CELL)
            yield next(reader, []), _counted(reader, announced)
    except (zipfile.BadZipFile, zlib.error, EOFError, UnicodeDecodeError, csv.Error, NotImplementedError, RuntimeError) as error:
        raise BrokenArchive(f"The bulk result is not a readable zip with one CSV ({type(error).__name__}).") from None


def _the_csv(opened: zipfile.ZipFile) -> zipfile.ZipInfo:
    found = [entry for entry in opened.infolist() if entry.filename.lower().endswith(".csv") and not entry.is_dir()]
    if len(found) != 1:
        raise BrokenArchive(f"The bulk result holds {len(found)} CSV files instead of one.")
    return found[0]


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    while line := text.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            raise BrokenArchive("The bulk result holds a line longer than any record can be.")
        yield line


def _counted(reader: Iterator[list[str]], announced: int) -> Iterator[list[str]]:
    seen = 0
    for row in reader:
        seen += 1
        if seen > announced + SPARE_ROWS:
            raise BrokenArchive(f"The bulk result holds more rows than the {announced} it announced.")
        if row:
            yield row
    if seen < announced:
        raise BrokenArchive(f"The bulk result ends after {seen} of {announced} rows.")
