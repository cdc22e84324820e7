# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""Makes random programs of the oracle's language, program.proto.

    program = generator.generate(seed, number)

A program uses some families of operations only, drawn anew for each (what is not there
cannot hide what is), and few objects, so that tasks meet. Times are small whole
numbers, so that most deadlines are shared by several timers.
"""

import copy
import random

from families import FAMILIES, MAY_BLOCK, WAKING_UP
from program import CALLBACKS, IN_CALLBACKS, kind_of

_OFTEN_REPEATED = {"spawn", "release_semaphore", "group_spawn", "put", "try_put", "call_later"}

MAX_DEPTH = 3
MAX_BODIES = 6

# Operations that the main task and all whom it brings to life run in all, at most.
MAX_STEPS = 400


def generate(seed, number):
    """Returns program `number` of the sequence that `seed` names."""
    return _Generator(random.Random(f"{seed}/{number}")).program()


class _Generator:
    def __init__(self, rng):
        self.rng = rng
        self.weights = {}
        families = list(FAMILIES)[1:]
        # Many tasks of one body, which wait for one kind of thing.
        self.is_crowd = rng.random() < 0.5
        how_many = rng.choice([1, 1, 2] if self.is_crowd else [1, 2, 2, 3, 3, 4, 6])
        for family in ["basics", *rng.sample(families, how_many)]:
            for kind, weight in FAMILIES[family].items():
                self.weights[kind] = self.weights.get(kind, 0) + weight
        self.awaited_kinds = [kind for kind in self.weights if kind in WAKING_UP]
        if self.is_crowd and self.awaited_kinds:
            self.awaited_kinds = [rng.choice(self.awaited_kinds)]
        self.guard = rng.choice([0, 0.15, 0.4])  # how often what may block gets a timeout
        self.count = {
            "lock": rng.randint(1, 2),
            "semaphore": rng.randint(1, 2),
            "event": rng.randint(1, 2),
            "condition": rng.choice([1, 1, 1, 2]),
            "queue": rng.randint(1, 2),
            "barrier": 1,
            "future": rng.randint(1, 2),
            "handle": 6 if self.is_crowd else rng.randint(2, 5),
            "timer": 2,
            "group": rng.randint(1, 2),
        }
        self.condition_locks = [
            rng.randrange(self.count["lock"]) for _ in range(self.count["condition"])
        ]
        self.failures = rng.choice([0, 0.2, 0.6])  # how often a body ends in an error
        self.bodies = []
        self.costs = []
        self.number = 0  # the body that is being made
        self.spawned = []  # handles that were assigned in it

    def program(self):
        total = 2 if self.is_crowd else self.rng.randint(2, MAX_BODIES)
        self.bodies = [None] * total
        self.costs = [0] * total
        # From the last to the first: a body names only those behind it, whose cost is known.
        for number in reversed(range(total)):
            self.number = number
            self.spawned = []
            if number > 0:
                ops, self.costs[number] = self.task_body(MAX_STEPS // (20 if self.is_crowd else 4))
            else:
                ops = self.main_body(MAX_STEPS)
            self.bodies[number] = {"ops": ops}
        return {"objects": self.objects(), "bodies": self.bodies}

    def task_body(self, budget):
        """Returns (operations, what running them costs)."""
        rng = self.rng
        ops, cost = [], 1
        if self.is_crowd or rng.random() < 0.3:
            ops, cost = self.waits(budget)
        more, more_cost = self.block(rng.randint(0, 3 if self.is_crowd else 7), 0, budget - cost)
        ops += more
        if rng.random() < self.failures:
            ops = self.failing(ops)
        return ops, cost + more_cost + 2

    def failing(self, ops):
        """Has the operations end in an error: in any case, or when they are cancelled."""
        fails = {"raise_error": {"error": self.error()}}
        if self.rng.random() < 0.5:
            return [*ops, fails]
        waits = {"sleep": {"ticks": self.rng.randint(1, 4)}}
        return [{"try_finally": {"ops": [*ops, waits], "cleanup": [fails]}}]

    def main_body(self, budget):
        rng = self.rng
        ops, cost = self.spawns(budget // 3)
        more, more_cost = self.block(rng.randint(1, 4 if self.is_crowd else 9), 0, budget // 3)
        return self.frame_main(ops + more + self.pump(budget - cost - more_cost))

    def spawns(self, budget):
        """Brings tasks to life at the start, so that there are some to talk about."""
        ops, cost = [], 0
        for handle in range(self.rng.randint(0, self.count["handle"])):
            body = self.body(budget - cost)
            if body is not None:
                ops.append({"spawn": {"body": body[0], "handle": handle}})
                self.spawned.append(handle)
                cost += body[1]
        return ops, cost

    def waits(self, budget):
        """Something to wait for, so that several tasks that begin at once wait in a row."""
        kinds = self.awaited_kinds or [kind for kind in self.weights if kind in MAY_BLOCK]
        return self.some([self.rng.choice(kinds)], budget) if kinds else ([], 0)

    def pump(self, budget):
        """Wakes whoever may wait, again and again, while time passes."""
        rng = self.rng
        if not self.is_crowd and rng.random() < 0.3:
            return []
        ops = []
        for _ in range(rng.randint(1, 4)):
            ops.append(rng.choice([{"yield_now": {}}, {"sleep": {"ticks": rng.randint(0, 2)}}]))
            made, cost = self.rush(budget // 4)
            ops += made
            budget -= cost
        return [*ops, {"sleep": {"ticks": 1}}]

    def rush(self, budget):
        """Brings tasks to life, wakes some and cancels some, all at one moment."""
        rng = self.rng
        wakes = ["spawn"]
        if self.awaited_kinds:
            wakes = WAKING_UP[rng.choice(self.awaited_kinds)]
        parts = [
            ["spawn"] * rng.randint(0, 4),
            [rng.choice(wakes)] * rng.choice([1, 1, 2, 3, 4]),
            ["cancel"] * rng.randint(0, 2),
        ]
        rng.shuffle(parts)
        return self.some(sum(parts, []), budget)

    def some(self, kinds, budget):
        """Returns (operations of these kinds that fit, what they cost)."""
        ops, cost = [], 0
        for kind in kinds:
            make = getattr(self, "make_" + kind, self.make_plain)
            made = make(kind, MAX_DEPTH - 1, budget - cost)
            if made is not None and cost + made[1] <= budget:
                ops.append(made[0])
                cost += made[1]
        return ops, cost

    def frame_main(self, ops):
        """Sees to it that most programs do not end in a deadlock."""
        rng = self.rng
        way = rng.random()
        if way < 0.35:
            canceler = {"timer": 0, "ticks": rng.randint(6, 15), "ops": [{"cancel": {"main": {}}}]}
            return [{"call_later": canceler}, *ops]
        if way < 0.7:
            return [{"timeout": {"ticks": rng.randint(5, 12), "ops": ops}}, {"sleep": {"ticks": 2}}]
        return ops

    def objects(self):
        rng = self.rng
        count = self.count
        return {
            "locks": count["lock"],
            "semaphores": [
                {"value": rng.choice([0, 0, 1, 1, 2, 3]), "bounded": rng.random() < 0.4}
                for _ in range(count["semaphore"])
            ],
            "events": count["event"],
            "conditions": [{"lock": lock} for lock in self.condition_locks],
            "queues": [
                {
                    "kind": rng.choice(["FIFO", "FIFO", "LIFO", "PRIORITY"]),
                    "capacity": rng.choice([0, 1, 1, 2]),
                }
                for _ in range(count["queue"])
            ],
            "barriers": [{"parties": rng.choice([1, 2, 2, 3])} for _ in range(count["barrier"])],
            "futures": count["future"],
            "handles": count["handle"],
            "timers": count["timer"],
            "groups": count["group"],
        }

    def block(self, length, depth, budget, allowed=None):
        """Returns (operations, what running them costs)."""
        ops = []
        cost = 0
        for _ in range(length):
            made = self.op(depth, budget - cost, allowed)
            if made is None:
                break
            ops.append(made[0])
            cost += made[1]
            # The same again: several waiters, several wake-ups.
            while kind_of(made[0]) in _OFTEN_REPEATED and cost + made[1] <= budget:
                if self.rng.random() < 0.6:
                    break
                ops.append(copy.deepcopy(made[0]))
                cost += made[1]
        return ops, cost

    def op(self, depth, budget, allowed):
        """Returns (operation, cost), or None if the budget is spent."""
        if budget < 1:
            return None
        weights = self.weights
        if allowed is not None:
            weights = {kind: weight for kind, weight in weights.items() if kind in allowed}
        for _ in range(4):
            (kind,) = self.rng.choices(list(weights), weights.values())
            made = getattr(self, "make_" + kind, self.make_plain)(kind, depth, budget)
            if made is not None:
                return self.guarded(kind, made) if allowed is None else made
        return {"log": {}}, 1

    def guarded(self, kind, made):
        op, cost = made
        if kind in MAY_BLOCK and self.rng.random() < self.guard:
            ticks = self.ticks()
            if self.rng.random() < 0.4:
                return {"wait_for": {"ticks": ticks, "block": {"ops": [op]}}}, cost + 1
            return {"timeout": {"ticks": ticks, "ops": [op]}}, cost + 1
        return made

    # Parts.

    def ticks(self):
        return self.rng.choice([-1, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5])

    def ticks_or_none(self):
        return {} if self.rng.random() < 0.3 else {"ticks": self.ticks()}

    def one(self, what):
        return self.rng.randrange(self.count[what])

    def inner(self, depth, budget, allowed=None, most=4):
        """A block of an operation: (operations, cost), or None where it is too deep."""
        if depth >= MAX_DEPTH or budget < 2:
            return None
        return self.block(self.rng.randint(1, most), depth + 1, budget - 1, allowed)

    def handle(self):
        if self.spawned and self.rng.random() < 0.7:
            # Rather the first ones: whoever has waited for longest is woken first.
            return self.spawned[int(len(self.spawned) * self.rng.random() ** 2)]
        return self.one("handle")

    def new_handle(self):
        handle = self.one("handle")
        if self.is_crowd and len(self.spawned) < self.count["handle"]:
            handle = len(self.spawned)  # one each
        self.spawned.append(handle)
        return handle

    def body(self, budget):
        """Returns a body to run, behind the present one: (number, cost), or None."""
        fits = [
            (number, self.costs[number] + 1)
            for number in range(self.number + 1, len(self.bodies))
            if self.costs[number] + 1 <= budget
        ]
        return self.rng.choice(fits) if fits else None

    def awaited(self, budget, most=4):
        cost = 0
        awaited = []
        # Only tasks that were made later can be awaited: those of this body are.
        any_handle = bool(self.spawned) or self.rng.random() < 0.1
        for _ in range(self.rng.randint(1, most)):
            body = self.body(budget - cost)
            if any_handle and (body is None or self.rng.random() < 0.6):
                awaited.append({"handle": self.handle()})
            elif body is not None:
                awaited.append({"body": body[0]})
                cost += body[1]
        return awaited, cost

    def target(self, in_callback=False):
        draw = self.rng.random()
        if draw < (0.02 if self.is_crowd else 0.15):
            return {"main": {}}
        if draw < 0.3 and not in_callback:
            return {"self": {}}
        return {"handle": self.handle()}

    def error(self, most=5):
        return ["A", "B", "C", "TIMEOUT", "CANCELLED"][self.rng.randrange(most)]

    # Operations: `make_` and the kind. Each returns (operation, cost), or None if it does
    # not fit here.

    def make_plain(self, kind, depth, budget):
        """Operations with no arguments, or with an object of their own and no more."""
        for what in ("lock", "semaphore", "event", "queue", "barrier", "future", "timer"):
            if kind.endswith(what) or (what == "queue" and kind in ("get", "try_get", "task_done")):
                return {kind: {what: self.one(what)}}, 1
        return {kind: {}}, 1

    def make_spawn(self, kind, depth, budget):
        body = self.body(budget - 1)
        if body is None:
            return None
        return {kind: {"body": body[0], "handle": self.new_handle()}}, 1 + body[1]

    def make_sleep(self, kind, depth, budget):
        return {kind: {"ticks": self.ticks()}}, 1

    def make_await_task(self, kind, depth, budget):
        if not self.spawned and self.rng.random() < 0.9:
            return None
        return {kind: {"handle": self.handle()}}, 1

    def make_target(self, kind, depth, budget):
        return {kind: self.target(in_callback=depth == _IN_CALLBACK)}, 1

    make_cancel = make_uncancel = make_cancelling = make_query = make_target

    def make_scope(self, kind, depth, budget, **arguments):
        inner = self.inner(depth, budget)
        if inner is None:
            return None
        return {kind: {**arguments, "ops": inner[0]}}, 1 + inner[1]

    def make_lock(self, kind, depth, budget):
        return self.make_scope(kind, depth, budget, lock=self.one("lock"))

    def make_semaphore(self, kind, depth, budget):
        return self.make_scope(kind, depth, budget, semaphore=self.one("semaphore"))

    def make_in_condition(self, kind, depth, budget):
        """Operations on a condition, within its lock."""
        which = self.one("condition")
        scope = self.make_scope("lock", depth, budget, lock=self.condition_locks[which])
        if scope is None:
            return None
        op, cost = scope
        rng = self.rng
        if rng.random() < (0.3 if self.number == 0 else 0.7):
            on_condition = {"wait_condition": {"condition": which}}
        else:
            count = {} if rng.random() < 0.3 else {"count": rng.randint(1, 2)}
            on_condition = {"notify": {"condition": which, **count}}
        ops = op["lock"]["ops"]
        ops.insert(rng.randint(0, len(ops)), on_condition)
        return op, cost + 1

    def make_put(self, kind, depth, budget):
        return {kind: {"queue": self.one("queue"), "item": self.rng.randint(0, 9)}}, 1

    make_try_put = make_put

    def make_set_result(self, kind, depth, budget):
        return {kind: {"future": self.one("future"), "value": self.rng.randint(0, 9)}}, 1

    def make_set_error(self, kind, depth, budget):
        return {kind: {"future": self.one("future"), "error": self.error(most=4)}}, 1

    def make_gather(self, kind, depth, budget):
        awaited, cost = self.awaited(budget - 1)
        if not awaited:
            return None
        exceptions = self.rng.random() < 0.3
        return {kind: {"awaited": awaited, "return_exceptions": exceptions}}, 1 + cost

    def make_wait(self, kind, depth, budget):
        awaited, cost = self.awaited(budget - 1)
        if not awaited:
            return None
        mode = self.rng.choice(["ALL", "FIRST_COMPLETED", "FIRST_ERROR"])
        return {kind: {"awaited": awaited, "mode": mode, **self.ticks_or_none()}}, 1 + cost

    def make_as_completed(self, kind, depth, budget):
        awaited, cost = self.awaited(budget - 1)
        if not awaited:
            return None
        return {kind: {"awaited": awaited, **self.ticks_or_none()}}, 1 + cost

    def make_wait_for(self, kind, depth, budget):
        ticks = self.ticks()
        inner = self.inner(depth, budget) if self.rng.random() < 0.6 else None
        if inner is None:
            if not self.spawned:
                return None
            return {kind: {"ticks": ticks, "handle": self.handle()}}, 1
        return {kind: {"ticks": ticks, "block": {"ops": inner[0]}}}, 1 + inner[1]

    def make_shield(self, kind, depth, budget):
        awaited, cost = self.awaited(budget - 1, most=1)
        return ({kind: awaited[0]}, 1 + cost) if awaited else None

    def make_task_group(self, kind, depth, budget):
        children = []
        spent = 1
        for _ in range(self.rng.randint(0, 3)):
            body = self.body(budget - spent - 1)
            if body is not None:
                children.append({"body": body[0], "handle": self.new_handle()})
                spent += body[1]
        scope = self.make_scope(
            kind, depth, budget - spent, group=self.one("group"), children=children
        )
        if scope is None:
            return None
        op, cost = scope[0], scope[1] + spent + 1
        if self.rng.random() < self.failures:
            op[kind]["ops"].append({"sleep": {"ticks": self.rng.randint(1, 4)}})
        if self.rng.random() < self.failures:
            # Life goes on, perhaps with a request to cancel from outside.
            op = {"try_catch": {"kind": "ERROR", "ops": [op], "handler": [{"yield_now": {}}]}}
            cost += 2
        return op, cost

    def make_group_spawn(self, kind, depth, budget):
        made = self.make_spawn(kind, depth, budget)
        if made is not None:
            made[0][kind]["group"] = self.one("group")
        return made

    def make_timeout(self, kind, depth, budget):
        return self.make_scope(kind, depth, budget, **self.ticks_or_none())

    def make_timeout_at(self, kind, depth, budget):
        return self.make_scope(kind, depth, budget, time=self.rng.randint(0, 9))

    def make_reschedule(self, kind, depth, budget):
        return {kind: self.ticks_or_none()}, 1

    def make_callback(self, kind, depth, budget, **arguments):
        inner = self.block(self.rng.randint(0, 2), _IN_CALLBACK, budget - 1, _IN_CALLBACKS_OF)
        return {kind: {**arguments, "ops": inner[0]}}, 1 + inner[1]

    def make_add_callback(self, kind, depth, budget):
        if self.rng.random() < 0.3:
            return self.make_callback(kind, depth, budget, future=self.one("future"))
        return self.make_callback(kind, depth, budget, **self.target(in_callback=True))

    def make_call_soon(self, kind, depth, budget):
        return self.make_callback(kind, depth, budget, timer=self.one("timer"))

    def make_call_later(self, kind, depth, budget):
        timer, ticks = self.one("timer"), self.ticks()
        return self.make_callback(kind, depth, budget, timer=timer, ticks=ticks)

    def make_raise_error(self, kind, depth, budget):
        return {kind: {"error": self.error()}}, 1

    def make_try_catch(self, kind, depth, budget):
        inner = self.inner(depth, budget)
        if inner is None:
            return None
        handler, cost = self.block(self.rng.randint(0, 2), depth + 1, budget - 1 - inner[1])
        rng = self.rng
        arguments = {
            "kind": rng.choice(["ANY", "ANY", "ERROR", "TIMED_OUT", "WAS_CANCELLED"]),
            "ops": inner[0],
            "handler": handler,
            "reraise": rng.random() < 0.25,
        }
        return {kind: arguments}, 1 + inner[1] + cost

    def make_try_finally(self, kind, depth, budget):
        inner = self.inner(depth, budget)
        if inner is None:
            return None
        cleanup, cost = self.block(self.rng.randint(1, 3), depth + 1, budget - 1 - inner[1])
        return {kind: {"ops": inner[0], "cleanup": cleanup}}, 1 + inner[1] + cost

    def make_return_value(self, kind, depth, budget):
        # At the end of a body it would hide what comes after; the dice decide.
        return {kind: {"value": self.rng.randint(1, 9)}}, 1

    def make_repeat(self, kind, depth, budget):
        times = self.rng.randint(2, 3)
        inner = self.inner(depth, budget // times, most=3)
        if inner is None:
            return None
        return {kind: {"times": times, "ops": inner[0]}}, 1 + times * inner[1]


_IN_CALLBACK = MAX_DEPTH  # so deep that no scope fits
_IN_CALLBACKS_OF = IN_CALLBACKS - CALLBACKS
