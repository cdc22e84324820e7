# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""Which operations go together in random programs, and how often each is drawn."""

# Family -> {kind: weight}. The first one is in every program.
FAMILIES = {
    "basics": {
        "log": 2, "spawn": 5, "sleep": 6, "yield_now": 4, "return_value": 0.4, "repeat": 0.6,
    },
    "cancellation": {
        "cancel": 6, "uncancel": 1.5, "cancelling": 1, "query": 1.5, "await_task": 6,
        "all_tasks": 0.3,
    },
    "errors": {"raise_error": 2.5, "try_catch": 5, "try_finally": 3},
    "locks": {"lock": 5, "acquire_lock": 1, "release_lock": 2},
    "conditions": {"in_condition": 6},
    "semaphores": {"semaphore": 4, "acquire_semaphore": 2, "release_semaphore": 3},
    "events": {"wait_event": 4, "set_event": 3, "clear_event": 1.5},
    "queues": {
        "put": 4, "get": 4, "try_put": 1.5, "try_get": 1, "task_done": 2, "join_queue": 1.5,
    },
    "barriers": {"wait_barrier": 5, "reset_barrier": 0.7, "abort_barrier": 0.4},
    "futures": {"set_result": 2, "set_error": 1, "cancel_future": 0.7, "await_future": 4},
    "gather": {"gather": 5},
    "wait": {"wait": 4, "as_completed": 3},
    "wait_for": {"wait_for": 6},
    "shield": {"shield": 4},
    "groups": {"task_group": 5, "group_spawn": 2},
    "timeouts": {"timeout": 5, "timeout_at": 2, "reschedule": 2},
    "callbacks": {"add_callback": 2.5, "call_soon": 2, "call_later": 2.5, "cancel_timer": 1.5},
}  # fmt: skip

# All that programs are made of. "in_condition" stands for the two that it makes.
KINDS = {kind for family in FAMILIES.values() for kind in family} - {"in_condition"} | {
    "notify", "wait_condition",
}  # fmt: skip

# Those that can wait for ever.
MAY_BLOCK = {
    "lock", "acquire_lock", "wait_condition", "semaphore", "acquire_semaphore", "wait_event",
    "put", "get", "join_queue", "wait_barrier", "await_future", "await_task", "gather", "wait",
    "as_completed", "shield", "task_group",
}  # fmt: skip

# What one waits for -> how others may end that. "in_condition" waits or notifies.
WAKING_UP = {
    "get": ["put", "try_put"],
    "put": ["get", "try_get"],
    "join_queue": ["task_done", "try_get"],
    "wait_event": ["set_event", "clear_event"],
    "acquire_semaphore": ["release_semaphore"],
    "semaphore": ["release_semaphore"],
    "in_condition": ["in_condition"],
    "lock": ["lock", "yield_now"],
    "acquire_lock": ["release_lock", "acquire_lock"],
    "wait_barrier": ["wait_barrier", "reset_barrier", "abort_barrier"],
    "await_future": ["set_result", "set_error", "cancel_future"],
}
