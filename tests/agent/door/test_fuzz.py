"""Frames that make no sense, a few of the many that `make soak` throws (benchmarks/agent/fuzz_agent.py)."""

from benchmarks.agent.fuzz_agent import Noise, fuzz

FRAMES = 2_000


async def test_no_frame_breaks_the_agent_sells_something_or_leaves_memory_behind():
	fuzzed = await fuzz(FRAMES, seed=7)
	assert fuzzed.whole, fuzzed
	assert fuzzed.answers["error"] > FRAMES / 2


def test_the_noise_reaches_every_operation():
	noise = Noise(1)
	frames = [noise.frame() for _ in range(3_000)]
	assert all(
		any(f'"op": "{name}"' in frame for frame in frames) for name in ("pay", "weigh", "prove", "record")
	)
