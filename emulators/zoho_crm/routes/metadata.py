"""Modules, fields, layouts, views, users, the organisation, the price list (docs/systems/zoho_crm.md#modules, #fields, #views, #account)."""

from __future__ import annotations

from typing import Any

from emulators.zoho_crm import people_of_account as people
from emulators.zoho_crm.errors import invalid_data, param_missing
from emulators.zoho_crm.fields import describe as describe_field
from emulators.zoho_crm.guard import EMPTY, Answer, Call, Endpoint
from emulators.zoho_crm.prices import listing
from emulators.zoho_crm.record_rules import ACTIVITIES
from emulators.zoho_crm.routes.paging import info, page_of
from emulators.zoho_crm.seed.modules import describe as describe_module
from emulators.zoho_crm.seed.texts import PIPELINES
from emulators.zoho_crm.state import Crm, Module
from emulators.zoho_crm.views import View


class Metadata:
    """Settings calls; one credit each."""

    def __init__(self, crm: Crm) -> None:
        self._crm = crm

    def endpoints(self) -> list[Endpoint]:
        """All of them, for every version."""
        base = self._crm.product.records
        settings = f"{base}/settings"
        return [
            Endpoint(f"{settings}/modules", {"GET": self.modules}),
            Endpoint(f"{settings}/modules/{{name}}", {"GET": self.one_module}),
            Endpoint(f"{settings}/fields", {"GET": self.fields}),
            Endpoint(f"{settings}/fields/{{id}}", {"GET": self.one_field}),
            Endpoint(f"{settings}/layouts", {"GET": self.layouts}),
            Endpoint(f"{settings}/layouts/{{id}}", {"GET": self.one_layout}),
            Endpoint(f"{settings}/custom_views", {"GET": self.views}),
            Endpoint(f"{settings}/custom_views/{{id}}", {"GET": self.one_view}),
            Endpoint(f"{settings}/related_lists", {"GET": self.related_lists}),
            Endpoint(f"{settings}/pipeline", {"GET": self.pipelines}),
            Endpoint(f"{base}/users", {"GET": self.users}),
            Endpoint(f"{base}/org", {"GET": self.organisation}),
            Endpoint(f"{base}/__apis", {"GET": self.prices}),
        ]

    # -- modules

    async def modules(self, call: Call) -> Answer:
        """All modules, or those of some states."""
        call.needs(self._crm.scope("settings.modules.READ"))
        call.charge(1)
        wanted = set(filter(None, call.query.get("status", "").split(",")))
        chosen = [one for one in self._crm.modules.values() if not wanted or one.kind.status in wanted]
        return Answer({"modules": [self._module(one) for one in chosen]}) if chosen else EMPTY

    async def one_module(self, call: Call) -> Answer:
        """One module with its fields' names left to the fields call."""
        call.needs(self._crm.scope("settings.modules.READ"))
        call.charge(1)
        module = self._crm.modules.get(call.path["name"])
        if module is None:
            self._crm.module(call.path["name"])
        return Answer({"modules": [self._module(module)]})  # type: ignore[arg-type]

    def _module(self, module: Module) -> dict[str, Any]:
        changed = self._crm.instant(module.changed_at) if module.changed_at else None
        return describe_module(module.kind, module_id=module.id, viewable=module.viewable, modified_time=changed)

    # -- fields and layouts

    async def fields(self, call: Call) -> Answer:
        """Every field of a module that the user sees; 204 where the module has none to show."""
        call.needs(self._crm.scope("settings.fields.READ"))
        call.charge(1)
        shown = [describe_field(one) for one in self._asked_module(call).seen_fields().values()]
        return Answer({"fields": shown}) if shown else EMPTY

    async def one_field(self, call: Call) -> Answer:
        """One field by id."""
        call.needs(self._crm.scope("settings.fields.READ"))
        call.charge(1)
        for one in self._asked_module(call).seen_fields().values():
            if one.id == call.path["id"]:
                return Answer({"fields": [describe_field(one)]})
        raise invalid_data("the id given seems to be invalid", resource_path_index=2)

    async def layouts(self, call: Call) -> Answer:
        """The module's one layout."""
        call.needs(self._crm.scope("settings.layouts.READ"))
        call.charge(1)
        module = self._asked_module(call)
        return Answer({"layouts": [self._layout(module)]}) if module.fields else EMPTY

    async def one_layout(self, call: Call) -> Answer:
        """One layout by id."""
        answer = await self.layouts(call)
        if answer.status == 200 and answer.body["layouts"][0]["id"] == call.path["id"]:
            return answer
        raise invalid_data("the id given seems to be invalid", resource_path_index=2)

    def _layout(self, module: Module) -> dict[str, Any]:
        fields = [{**describe_field(one), "required": one.mandatory or name in module.required} for name, one in module.seen_fields().items()]
        section = {"name": f"{module.api_name} Information", "display_label": "Information", "sequence_number": 1, "fields": fields}
        return {
            "id": self._crm.layout("csv"),
            "name": "Standard",
            "display_label": "Standard",
            "status": "active",
            "visible": True,
            "profiles": [{"id": people.user_id(0), "name": "Administrator", "default": True}],
            "convert_mapping": None,
            "sections": [section],
        }

    # -- views

    async def views(self, call: Call) -> Answer:
        """The module's views, without their criteria."""
        call.needs(self._crm.scope("settings.custom_views.READ"))
        call.charge(1)
        module = self._asked_module(call)
        every = [self._view(one) for one in module.views.values()]
        if not every:
            return EMPTY
        shown, about = every, info(1, 200, len(every), more=False)
        if self._crm.reading("custom_views_paging") == "pages":
            page, per_page = page_of(call)
            shown = every[(page - 1) * per_page : page * per_page]
            about = info(page, per_page, len(shown), more=page * per_page < len(every))
            if not shown:
                return EMPTY
        default = next((one.id for one in module.views.values() if one.is_default), None)
        return Answer({"custom_views": shown, "info": {**about, "default": default, "translation": {"public_views": "Public Views"}}})

    async def one_view(self, call: Call) -> Answer:
        """One view with criteria, fields and sorting."""
        call.needs(self._crm.scope("settings.custom_views.READ"))
        call.charge(1)
        view = self._asked_module(call).views.get(call.path["id"])
        if view is None:
            raise invalid_data("the id given seems to be invalid", resource_path_index=2)
        more = {"criteria": view.raw, "fields": [{"api_name": name, "id": None} for name in view.fields], "sort_by": None, "sort_order": None}
        return Answer({"custom_views": [{**self._view(view), **more}]})

    def _view(self, view: View) -> dict[str, Any]:
        return {
            "id": view.id,
            "name": view.name,
            "display_value": view.name,
            "system_name": view.system_name,
            "system_defined": view.system_name is not None,
            "default": view.is_default,
            "category": view.category,
            "access_type": view.access_type,
            "favorite": None,
            "locked": False,
        }

    def _asked_module(self, call: Call) -> Module:
        name = call.query.get("module")
        if not name:
            raise param_missing("module")
        return self._crm.module(name)

    # -- the account

    async def related_lists(self, call: Call) -> Answer:
        """What hangs on a module's records."""
        call.needs(self._crm.scope("settings.related_lists.READ"))
        call.charge(1)
        module = self._asked_module(call)
        of_people = ("Notes", "Campaigns", *ACTIVITIES)
        names = {"Leads": of_people, "Contacts": (*of_people, "Deals"), "Campaigns": ("Leads", "Contacts", *ACTIVITIES)}.get(
            module.api_name, ("Notes", *ACTIVITIES)
        )
        lists = [
            {
                "id": f"{module.id}{number}",
                "api_name": name,
                "module": {"api_name": name},
                "name": name,
                "type": "default",
                "href": f"{module.api_name}/{{ENTITYID}}/{name}",
            }
            for number, name in enumerate(names, start=1)
        ]
        return Answer({"related_lists": lists})

    async def pipelines(self, call: Call) -> Answer:
        """The pipelines of deals, with their stages."""
        call.needs(self._crm.scope("settings.pipeline.READ"))
        call.charge(1)
        if not call.query.get("layout_id"):
            raise param_missing("layout_id")
        if call.query["layout_id"] != self._crm.layout("csv"):
            raise invalid_data("the id given seems to be invalid", param_name="layout_id")
        return Answer({"pipeline": [_pipeline(number, name, stages) for number, (name, stages) in enumerate(PIPELINES)]})

    async def users(self, call: Call) -> Answer:
        """The account's users."""
        call.needs(self._crm.scope("users.READ"))
        call.charge(1)
        page, per_page = page_of(call)
        kind = call.query.get("type", "AllUsers")
        indexes = [0] if kind in {"CurrentUser", "AdminUsers", "ActiveConfirmedAdmins"} else list(range(len(people.USERS)))
        if kind in {"DeletedUsers", "DeactiveUsers", "NotConfirmedUsers"}:
            return EMPTY
        shown = [people.user(index, zone=self._crm.zone.name) for index in indexes][(page - 1) * per_page : page * per_page]
        more = page * per_page < len(indexes)
        return Answer({"users": shown, "info": info(page, per_page, len(shown), more=more)}) if shown else EMPTY

    async def organisation(self, call: Call) -> Answer:
        """The organisation."""
        call.needs(self._crm.scope("org.READ"))
        call.charge(1)
        crm = self._crm
        return Answer({"org": [people.organisation(edition=crm.edition, licenses=crm.licenses, zone=crm.zone.name, zgid=crm.zgid)]})

    async def prices(self, call: Call) -> Answer:
        """What each call costs."""
        call.needs(self._crm.scope("apis.READ"))
        call.charge(1)
        return Answer({"__apis": listing(self._crm)})


def _pipeline(number: int, name: str, stages: tuple[str, ...]) -> dict[str, Any]:
    maps = [
        {"display_value": stage, "actual_value": stage, "sequence_number": at, "id": f"{people.user_id(0)}{number}{at}", "forecast_type": "Open"}
        for at, stage in enumerate(stages, start=1)
    ]
    return {"display_value": name, "actual_value": name, "default": number == 0, "id": f"{people.user_id(0)}{number}", "maps": maps}
