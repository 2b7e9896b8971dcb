"""The spool through kill -9 and a printer in trouble: what was answered for is printed once or marked as
unsure, and nothing twice. POS_BRIDGE_SPOOL_JOBS says how many jobs; `make soak` runs 10,000.
"""

import json
import os
import random
import signal
import subprocess
import sys

import pytest

PROCESS = """
import asyncio, json, pathlib, random, sys
from pos_bridge.agent.devices.virtual import VirtualPrinter, printer
from pos_bridge.agent.spool import PrintSpool
from pos_bridge.agent.store import Store

printer.MAX_ROLL_SLIPS = printer.MAX_ROLL_BYTES = 10**9
folder, first, count = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
last = sys.argv[4] == "last"
ALL = 10**6

def document(job):
	return {"columns": 42, "elements": [{"type": "text", "text": job}, {"type": "cut"}]}

async def trouble(printer, chance):
	while True:
		await asyncio.sleep(chance.random() / 20)
		printer.set_faults(frozenset(chance.choice(([], ["paper_out"], ["cover_open"], ["offline"]))))

def waiting(db):
	return db.execute("SELECT count(*) FROM print_job WHERE state IN ('queued', 'printing')").fetchone()[0]

async def main():
	store = Store(folder / "agent.sqlite", "agent")
	receipt = VirtualPrinter(folder / "receipt.roll")
	receipt.set_faults(frozenset())
	spool = PrintSpool(store, {"receipt": receipt}, folder / "models")
	troubled = None if last else asyncio.create_task(trouble(receipt, random.Random(first)))
	await spool.start(lambda change: None, lambda status: None)
	for number in range(first, first + count):
		job = f"job-{number}"
		submitted = await spool.submit(job, "receipt", document(job), True, job)
		print(json.dumps([job, submitted.outcome]), flush=True)
	while store.read(waiting) or not last:
		await asyncio.sleep(0.05)
	jobs = {job.job: job.state for job in spool.latest(ALL)}
	openings = [[opening.job, opening.state] for opening in spool.openings(ALL)]
	await spool.stop()
	store.close()
	roll = [slip.texts[0] for slip in VirtualPrinter(folder / "receipt.roll").roll().slips]
	print(json.dumps({"jobs": jobs, "openings": openings, "roll": roll}), flush=True)

asyncio.run(main())
"""

JOBS_A_ROUND = 50
JOBS = int(os.environ.get("POS_BRIDGE_SPOOL_JOBS", "500"))
ROUNDS = max(1, JOBS // JOBS_A_ROUND)


def started(folder, first, count, last=False):
	command = [sys.executable, "-c", PROCESS, str(folder), str(first), str(count), "last" if last else ""]
	return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@pytest.mark.slow
@pytest.mark.timeout(300 + JOBS)
def test_jobs_survive_kill_9_printed_once_or_marked_unsure(tmp_path):
	chance = random.Random(7)
	answered = []
	for round_ in range(ROUNDS):
		process = started(tmp_path, round_ * JOBS_A_ROUND, JOBS_A_ROUND)
		for _ in range(chance.randint(1, JOBS_A_ROUND - 1)):
			answered.append(json.loads(process.stdout.readline())[0])
		process.send_signal(signal.SIGKILL)
		process.wait()
		process.stdout.close()
	last = started(tmp_path, 0, 1, last=True)
	output, _ = last.communicate(timeout=60 + JOBS)
	ended = json.loads(output.splitlines()[-1])

	assert set(answered) <= set(ended["jobs"]), "an answered job is gone"
	assert set(ended["jobs"].values()) <= {"printed", "unsure"}
	assert len(ended["roll"]) == len(set(ended["roll"])), "a receipt was printed twice"
	printed = {job for job, state in ended["jobs"].items() if state == "printed"}
	assert printed <= set(ended["roll"]), "a job is called printed that is not on paper"
	assert len(ended["jobs"]) - len(printed) <= ROUNDS, "more jobs are unsure than processes were killed"
	# A drawer that nobody stands in front of any more stays closed; what opened it is on record.
	assert {job for job, _ in ended["openings"]} <= set(ended["jobs"])
	assert {job for job, state in ended["openings"] if state == "opening"} == set()
