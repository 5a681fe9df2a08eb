"""`mailsync sync --dry-run`: the destination is asked for its plan, and nothing of the run is kept."""


def configured(bench):
    return bench.received[-1]["config"] if "config" in bench.received[-1] else [entry["config"] for entry in bench.received if "config" in entry][-1]


def test_a_dry_run_hands_everything_over_and_keeps_no_state(bench):
    result = bench.sync("--dry-run")
    assert result["code"] == 0, result["err"]
    assert result["streams"]["People"]["read"] == 40
    assert configured(bench)["dry_run"] is True
    assert "not acknowledged" not in result["err"]
    assert not (bench.folder / "people.state.json").exists()
    bench.sync()
    kept = (bench.folder / "people.state.json").read_bytes()
    assert "dry_run" not in configured(bench)
    bench.sync("--dry-run", "--refresh-and-remove", "People")
    assert (bench.folder / "people.state.json").read_bytes() == kept
    assert bench.catalogs()[-1]["streams"][0]["generation_id"] > bench.catalogs()[-2]["streams"][0]["generation_id"], "the refresh is planned too"
    bench.sync()
    assert bench.catalogs()[-1]["streams"][0]["minimum_generation_id"] == 0, "and was not begun"


def test_the_plan_goes_to_the_file_that_was_asked_for(bench):
    bench.sync("--dry-run", "--plan", str(bench.folder / "plan.json"))
    assert configured(bench)["dry_run_file"] == str(bench.folder / "plan.json")


def test_a_plan_without_a_dry_run_is_refused(bench):
    result = bench.sync("--plan", "plan.json")
    assert result["code"] == 2
    assert "--dry-run" in result["err"]
    assert bench.received == []


def test_a_destination_that_offers_no_dry_run_is_told_by_name(bench):
    process = bench.run("sync", "--dry-run", FAKE_WITHOUT_DRY_RUN="1")
    assert process.returncode == 2
    assert "fake-destination offers no dry run" in process.err
    assert bench.received == []
