// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Control flow: how blocks and bodies run, and the operations that are made of
// nothing else.

#include <exception>
#include <utility>

#include "absl/strings/str_cat.h"
#include "orrery/sim/combinators/with_cleanup.h"
#include "orrery/sim/task_handle.h"
#include "orrery/tests/oracle/operations.h"

namespace orrery::oracle {
namespace {

Task<OpOutcome> RaiseError(Context context) {
  Raise(context.op().raise_error().error());
  co_return OpOutcome();
}

Task<OpOutcome> TryCatch(Context context) {
  const Op::TryCatch& op = context.op().try_catch();
  World& world = context.world;
  const Node& node = context.node;
  std::exception_ptr caught;
  OpOutcome outcome;
  try {
    outcome = co_await RunBlock(world, node.ops, context.frame);
  } catch (...) {
    caught = std::current_exception();
  }
  if (!caught) co_return outcome;
  if (!Catches(op.kind(), caught)) std::rethrow_exception(caught);
  world.Log(node.label, "try_catch caught", TextOf(caught));
  outcome = co_await RunBlock(world, node.handler, context.frame);
  if (!outcome.returns() && op.reraise()) std::rethrow_exception(caught);
  co_return outcome;
}

Task<> CleanUp(Context context) {
  context.world.Log(context.node.label, "try_finally cleans up");
  co_await RunBlock(context.world, context.node.cleanup, context.frame);
}

Task<OpOutcome> TryFinally(Context context) {
  auto cleanup = [context] { return CleanUp(context); };
  Task<OpOutcome> body =
      RunBlock(context.world, context.node.ops, context.frame);
  OpOutcome outcome = co_await WithCleanup(std::move(body), cleanup);
  co_return outcome;
}

Task<OpOutcome> ReturnValue(Context context) {
  co_return OpOutcome::Return(context.op().return_value().value());
}

Task<OpOutcome> Repeat(Context context) {
  for (int i = 0; i < context.op().repeat().times(); ++i) {
    OpOutcome outcome =
        co_await RunBlock(context.world, context.node.ops, context.frame);
    if (outcome.returns()) co_return outcome;
  }
  co_return OpOutcome();
}

Operation Find(Op::KindCase kind) {
  for (auto* find : {&FindTaskOperation, &FindObjectOperation, &FindCombinator,
                     &FindControlOperation}) {
    Operation operation = find(kind);
    if (operation.at_once != nullptr || operation.suspending != nullptr) {
      return operation;
    }
  }
  return {};
}

}  // namespace

Task<OpOutcome> RunBlock(World& world, const std::vector<Node>& nodes,
                         Frame* frame) {
  for (const Node& node : nodes) {
    if (node.is_scope) {
      world.Log(node.label, absl::StrCat(node.event, " enter"));
    }
    const Context context(world, node, frame);
    const Operation operation = Find(node.op->kind_case());
    OpOutcome outcome;
    std::exception_ptr error;
    try {
      if (operation.at_once != nullptr) {
        outcome = operation.at_once(context);
      } else {
        outcome = co_await operation.suspending(context);
      }
    } catch (...) {
      error = std::current_exception();
    }
    if (error) {
      world.Log(node.label, node.event, TextOf(error));
      std::rethrow_exception(error);
    }
    world.Log(node.label, node.event, outcome.text());
    if (outcome.returns()) co_return outcome;
  }
  co_return OpOutcome();
}

void RunCallback(World& world, const std::vector<Node>& nodes) {
  for (const Node& node : nodes) {
    const Context context(world, node, nullptr);
    const Operation operation = Find(node.op->kind_case());
    world.Log(node.label, node.event, operation.at_once(context).text());
  }
}

Task<int> RunBody(World* world, int body) {
  world->Keep(CurrentTask());
  const std::string label = absl::StrCat(body);
  world->Log(label, "start");
  Frame frame;
  OpOutcome outcome;
  std::exception_ptr error;
  try {
    outcome = co_await RunBlock(*world, world->bodies[body], &frame);
  } catch (...) {
    error = std::current_exception();
  }
  if (error) {
    world->Log(label, "end", TextOf(error));
    std::rethrow_exception(error);
  }
  world->Log(label, "end", absl::StrCat(outcome.value()));
  co_return outcome.value();
}

Operation FindControlOperation(Op::KindCase kind) {
  switch (kind) {
    case Op::kRaiseError:
      return {.suspending = RaiseError};
    case Op::kTryCatch:
      return {.suspending = TryCatch};
    case Op::kTryFinally:
      return {.suspending = TryFinally};
    case Op::kReturnValue:
      return {.suspending = ReturnValue};
    case Op::kRepeat:
      return {.suspending = Repeat};
    default:
      return {};
  }
}

}  // namespace orrery::oracle
