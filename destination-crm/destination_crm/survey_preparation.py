"""From the option `surveys` to what the answer rules are told: every field looked up in the CRM, with what it can hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from destination_crm.survey_options import FieldOptions, RowOptions, SurveyOptions
from destination_crm.systems import Account
from mailsync.airbyte.options import Problems
from mailsync.answers.plan import Mapped, RowPlan, Survey, Target
from mailsync.errors import ConfigError
from mailsync.responses.crm import Ability

T = TypeVar("T")


class SurveyPreparation:
    """Looks up what is configured for surveys, and collects what is wrong."""

    def __init__(self, account: Account, problems: Problems) -> None:
        self._account, self._problems = account, problems

    def plan(self, surveys: Sequence[SurveyOptions]) -> tuple[Survey, ...]:
        """All of them."""
        return tuple(self._survey(one) for one in surveys)

    def _survey(self, one: SurveyOptions) -> Survey:
        fields: dict[str, tuple[Mapped, ...]] = {}
        for options in one.fields:
            for module in (options.module,) if options.module else self._account.crm.people_modules:
                target = self._tried(options.path, lambda module=module, options=options: self._account.answer_field(module, options.field))  # type: ignore[misc]
                if target is not None:
                    fields[module] = (*fields.get(module, ()), _mapped(target, options))
        for module, mapped in fields.items():
            self._once(f"{one.path}.fields", module, mapped)
        return Survey(one.survey, one.writes, one.partial, fields, one.note, self._row(one.rows) if one.rows else None)

    def _row(self, one: RowOptions) -> RowPlan | None:
        crm = self._account.crm
        if Ability.ROW not in crm.traits.supports:
            self._problems.add(f"{one.path}: {crm.traits.system} has no custom modules. Use fields and note instead.")
            return None
        lacking = sorted(set(crm.people_modules) - set(one.person_fields))
        if lacking:
            self._problems.add(f"{one.path}.person_fields names no field for {', '.join(lacking)}, and respondents may be found there.")
        filled = {one.key_field, *one.person_fields.values(), *(field.field for field in one.fields)}
        if self._tried(one.path, lambda: self._account.row_module(one.module, one.key_field, one.person_fields, filled)) is None:
            return None
        found = [(field, self._tried(field.path, lambda field=field: self._account.row_field(one.module, field.field))) for field in one.fields]  # type: ignore[misc]
        mapped = tuple(_mapped(target, field) for field, target in found if target is not None)
        self._once(f"{one.path}.fields", one.module, mapped)
        return RowPlan(one.module, one.key_field, one.person_fields, mapped)

    def _once(self, path: str, module: str, mapped: Sequence[Mapped]) -> None:
        names = [one.target.field for one in mapped]
        for name in sorted({name for name in names if names.count(name) > 1}):
            self._problems.add(f"{path}: the field {name} of {module} is filled twice.")

    def _tried(self, path: str, look: Callable[[], T]) -> T | None:
        try:
            return look()
        except ConfigError as error:
            self._problems.add(f"{path}: {error}")
            return None


def _mapped(target: Target, one: FieldOptions) -> Mapped:
    return Mapped(target, one.question, one.column, one.value)
