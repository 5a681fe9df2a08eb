"""The report's export as CSV (docs/systems/zoho_survey.md#export): one row a response, metadata, variables, then questions."""

from __future__ import annotations

import csv
import io

from emulators.zoho_survey.account import Account
from emulators.zoho_survey.models import Response, Survey
from emulators.zoho_survey.payloads import answered, columns, metadata

BOM = "\ufeff"
LEFT_OUT = ("RESPONSE_URL",)


def exported(account: Account, survey: Survey, *, header: str = "", only: list[str] | None = None) -> str:
    """The text of the file. `header` first or second overrides the switch; `only` names the responses of a filtered report."""
    names, options = _header(account, survey)
    target = io.StringIO()
    writer = csv.writer(target)
    if (header or account.reading("csv_header")) == "second":
        writer.writerow([survey.name])
    writer.writerow(names)
    if any(options):
        writer.writerow(options)
    for response in survey.responses.values():
        if only is None or response.key in only:
            writer.writerow(_row(account, survey, response))
    return (BOM if account.reading("csv_bom") == "yes" else "") + target.getvalue()


def _header(account: Account, survey: Survey) -> tuple[list[str], list[str]]:
    """The names, and the second row of options, which is empty but under its own reading."""
    form = account.reading("csv_multiple")
    names = [label for (key, label) in metadata(account, survey, Response("", next(iter(survey.collectors)), 0.0)) if key not in LEFT_OUT]
    names += [variable.label for variable in survey.variables]
    options = [""] * len(names)
    for _, label, question, _ in columns(survey):
        if question.kind != "multiple" or form == "one_cell":
            names.append(label)
            options.append("")
        elif form == "repeated_header":
            names += [label] * len(question.options)
            options += [""] * len(question.options)
        else:
            names += [label] + [""] * (len(question.options) - 1)
            options += question.options
    return names, options


def _row(account: Account, survey: Survey, response: Response) -> list[str]:
    form = account.reading("csv_multiple")
    cells = [value for (key, _), value in metadata(account, survey, response).items() if key not in LEFT_OUT]
    cells += [response.known.get(variable.key, "") for variable in survey.variables]
    for _, _, question, row in columns(survey):
        answer = answered(response, question, row)
        if question.kind != "multiple":
            cells.append(str(answer))
        elif form == "one_cell":
            cells.append(", ".join(answer))
        else:
            cells += [option if option in answer else "" for option in question.options]
    return cells
