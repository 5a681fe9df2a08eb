"""source-campaigns on an emulated Zoho Survey: exports and deliveries are put where a person or a receiver would put them."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.source_campaigns.reader import Reader, kept

SATISFACTION = "Customer satisfaction"
HOW, CHANNELS, BETTER, RATES = "How satisfied are you with us?", "Where did you hear of us?", "What should we do better?", "How do you rate"
ANSWERS = {
    HOW: "Very",
    CHANNELS: ["Newsletter", "Web site"],
    BETTER: 'Salt & "pepper",\n<now>',
    RATES: {"Price": "Good", "Service & support": "Fair"},
}
ANN = {"email": "ann@example.com", "record_id": "572000000000000057", "module": "Leads"}


class Account(Reader):
    """One configuration; `system` options are changed by `use`."""

    system = "zoho_survey"

    def __init__(self, emulator, **system):
        super().__init__(emulator)
        self.use(**system)
        self.survey_id = next(key for key, one in self.vendor()["surveys"].items() if one["name"] == SATISFACTION)
        self.folder = Path(self.config["system"]["spool"]).parent

    def use(self, **system):
        """Other options; None takes one away."""
        merged = {**self.config["system"], **system}
        self.config["system"] = {name: value for name, value in merged.items() if value is not None}

    def edit(self, op, **operation):
        return self.emulator.edit("zoho_survey", op=op, survey=operation.pop("survey", SATISFACTION), **operation)

    def vendor(self):
        return self.emulator.state("zoho_survey")

    def count(self):
        """How many responses the survey has."""
        return len(self.vendor()["surveys"][self.survey_id]["responses"])

    def answer(self, **operation):
        return self.edit("answer", **{"answers": ANSWERS, **ANN, **operation})["response"]

    def export(self, name=None, **operation):
        """Export the survey over the file that the configuration names, or into another file beside it."""
        path = self.folder / (name or f"{self.survey_id}.csv")
        path.write_text(self.edit("export", **operation)["csv"], encoding="utf-8", newline="")
        return path

    def responses(self, **more):
        """New or changed records of `survey_responses` of the one survey: response id → record without what differs from read to read."""
        rows = self.read("survey_responses", **more).records("survey_responses")
        return {row["response_id"]: kept(row) for row in rows if row["survey_id"] == self.survey_id}

    def hooked(self, style):
        """Deliveries of this style go into the spool, as a receiver keeps them."""
        return Hook(self, style)


class Hook:
    """Takes deliveries within a `with` block and writes each into the spool."""

    def __init__(self, account, style):
        self.account, self.style, self.bodies = account, style, []

    def __enter__(self):
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                hook.keep(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                """Tests are quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{self._server.server_port}/"
        for event in ("response_completed", "response_created"):
            self.account.edit("create_webhook", url=url, style=self.style, event=event)
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def keep(self, body):
        self.bodies.append(json.loads(body))
        folder = Path(self.account.config["system"]["spool"]) / self.account.survey_id
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{len(list(folder.iterdir())):08d}.json").write_bytes(body)
