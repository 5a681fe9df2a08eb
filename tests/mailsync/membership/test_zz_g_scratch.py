from __future__ import annotations
import shutil
from pathlib import Path
from mailsync.ledger.schema import state
from tests.mailsync.membership.scene import Scene, L, DAY
A, B = "a@example.com", "b@example.com"
def test_s33(tmp_path):
    at = str(tmp_path / "l.db")
    s = Scene(at, attach_size=0)
    s.run(s.says("o", B))
    s.spend()
    r = s.run(s.says("r", A))
    print(r.fate("r"), list(tmp_path.iterdir()))
    shutil.copy(at, at + ".bak")
    r2 = s.run(s.says("r", A, opt_out=True))
    print(r2.error, r2.fate("r"), {k: v.hex() for k, v in s.last_state.items()})
    for e in ("-wal", "-shm"): Path(at + e).unlink(missing_ok=True)
    shutil.copy(at + ".bak", at)
    print([(x["stream"], x["hash"]) for x in s.rows(state)])
    s.clock.time += 3 * DAY
    s.tool.windows["subscribe"] = s.tool.windows["take_off"]
    ran = s.run()
    print("ERR", ran.error, s.tool.calls_for(A), s.tool.status(L, A))
    assert 0
