// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What each operation of the oracle's language does on Orrery: a function for
// each. operations.py has the same for asyncio.

#ifndef ORRERY_TESTS_ORACLE_OPERATIONS_H_
#define ORRERY_TESTS_ORACLE_OPERATIONS_H_

#include <vector>

#include "orrery/sim/task.h"
#include "orrery/tests/oracle/node.h"
#include "orrery/tests/oracle/outcome.h"
#include "orrery/tests/oracle/program.pb.h"
#include "orrery/tests/oracle/world.h"

namespace orrery::oracle {

// What an operation works with. Of callbacks, there is no frame.
struct Context {
  Context(World& w, const Node& n, Frame* f) : world(w), node(n), frame(f) {}

  const Op& op() const { return *node.op; }

  World& world;
  const Node& node;
  Frame* frame;
};

// Either is null. An operation that may suspend is a coroutine.
struct Operation {
  OpOutcome (*at_once)(const Context&) = nullptr;
  Task<OpOutcome> (*suspending)(Context) = nullptr;
};

// Each returns the operation, if it is one of this file's.
Operation FindTaskOperation(Op::KindCase kind);
Operation FindObjectOperation(Op::KindCase kind);
Operation FindCombinator(Op::KindCase kind);
Operation FindControlOperation(Op::KindCase kind);

// Runs a block of operations within the task that awaits it.
Task<OpOutcome> RunBlock(World& world, const std::vector<Node>& nodes,
                         Frame* frame);
// Runs the operations of a callback.
void RunCallback(World& world, const std::vector<Node>& nodes);
// The whole of a task. Returns its result.
Task<int> RunBody(World* world, int body);

// Returns the task that an operation is about; empty if its variable is.
JoinHandle<int> TargetOf(const Context& context, const Target& target);
// Returns the task if the running one may wait for it: it was made later.
JoinHandle<int> Awaitable(const Context& context, JoinHandle<int> task);

}  // namespace orrery::oracle

#endif  // ORRERY_TESTS_ORACLE_OPERATIONS_H_
