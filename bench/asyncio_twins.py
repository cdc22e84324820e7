# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""The workloads W2 to W4 and A1 to A6 as asyncio programs.

`time_all` runs each with the interpreter's own asyncio and returns the
nanoseconds that one operation takes.
"""

import asyncio
import time

RIVALS = 10
CHILDREN = 1000


async def exchange_messages(operations):
    there, back = asyncio.Queue(), asyncio.Queue()

    async def echo():
        for _ in range(operations // 2):
            await back.put(await there.get() + 1)

    task = asyncio.create_task(echo())
    for number in range(operations // 2):
        await there.put(number)
        await back.get()
    await task


async def switch(operations):
    async def yield_again():
        for _ in range(operations // CHILDREN):
            await asyncio.sleep(0)

    for task in [asyncio.create_task(yield_again()) for _ in range(CHILDREN)]:
        await task


async def spawn_and_join(operations):
    async def child(value):
        return value + 1

    value = 0
    for _ in range(operations):
        value = await asyncio.create_task(child(value))


async def hand_off(operations):
    lock = asyncio.Lock()

    async def lock_again():
        for _ in range(operations // RIVALS):
            async with lock:
                await asyncio.sleep(0)

    for task in [asyncio.create_task(lock_again()) for _ in range(RIVALS)]:
        await task


async def produce_and_consume(operations):
    queue = asyncio.Queue(RIVALS)

    async def produce():
        for number in range(operations // RIVALS):
            await queue.put(number)

    async def consume():
        for _ in range(operations // RIVALS):
            await queue.get()

    tasks = []
    for _ in range(RIVALS):
        tasks += [asyncio.create_task(produce()), asyncio.create_task(consume())]
    for task in tasks:
        await task


async def yield_and_return(value):
    await asyncio.sleep(0)
    return value


async def gather(operations):
    for _ in range(operations // CHILDREN):
        await asyncio.gather(*[yield_and_return(number) for number in range(CHILDREN)])


async def group(operations):
    for _ in range(operations // CHILDREN):
        async with asyncio.TaskGroup() as tasks:
            for number in range(CHILDREN):
                tasks.create_task(yield_and_return(number))


async def have_time(operations):
    for number in range(operations):
        await asyncio.wait_for(yield_and_return(number), 3600)


async def cancel(operations):
    for _ in range(operations):
        sleeper = asyncio.create_task(asyncio.sleep(3600))
        await asyncio.sleep(0)
        sleeper.cancel()
        try:
            await sleeper
        except asyncio.CancelledError:
            pass


TWINS = {
    "W2": exchange_messages,
    "W3": switch,
    "W4": spawn_and_join,
    "A1": hand_off,
    "A2": produce_and_consume,
    "A3": gather,
    "A4": group,
    "A5": have_time,
    "A6": cancel,
}


def time_all(operations=20_000, rounds=3):
    """Returns {name: nanoseconds an operation}, the best of `rounds`."""
    best = {}
    for name, twin in TWINS.items():
        for _ in range(rounds):
            start = time.perf_counter()
            asyncio.run(twin(operations))
            taken = (time.perf_counter() - start) * 1e9 / operations
            best[name] = min(taken, best.get(name, taken))
    return best
