// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/tests/oracle/node.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace orrery::oracle {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

Node MakeNode(const Op& op, std::string label);

// Returns the block called `name` of the operation, or the body, whose
// arguments these are.
std::vector<Node> BlockOf(const Message& arguments, const char* name,
                          absl::string_view outer, absl::string_view prefix) {
  std::vector<Node> nodes;
  const FieldDescriptor* field =
      arguments.GetDescriptor()->FindFieldByName(name);
  if (field == nullptr) return nodes;
  const int size = arguments.GetReflection()->FieldSize(arguments, field);
  nodes.reserve(size);
  for (int i = 0; i < size; ++i) {
    const Message& op =
        arguments.GetReflection()->GetRepeatedMessage(arguments, field, i);
    nodes.push_back(MakeNode(static_cast<const Op&>(op),
                             absl::StrCat(outer, ".", prefix, i)));
  }
  return nodes;
}

bool IsScope(Op::KindCase kind) {
  switch (kind) {
    case Op::kLock:
    case Op::kSemaphore:
    case Op::kTaskGroup:
    case Op::kTimeout:
    case Op::kTimeoutAt:
    case Op::kTryCatch:
    case Op::kTryFinally:
    case Op::kRepeat:
      return true;
    default:
      return false;
  }
}

Node MakeNode(const Op& op, std::string label) {
  Node node;
  node.op = &op;
  node.is_scope = IsScope(op.kind_case());
  const FieldDescriptor* kind =
      Op::descriptor()->FindFieldByNumber(op.kind_case());
  node.event = std::string(kind->name());
  const Message& arguments =
      op.kind_case() == Op::kWaitFor && op.wait_for().has_block()
          ? op.wait_for().block()
          : op.GetReflection()->GetMessage(op, kind);
  node.ops = BlockOf(arguments, "ops", label, "");
  node.handler = BlockOf(arguments, "handler", label, "h");
  node.cleanup = BlockOf(arguments, "cleanup", label, "c");
  node.label = std::move(label);
  return node;
}

}  // namespace

std::vector<std::vector<Node>> MakeNodes(const Program& program) {
  std::vector<std::vector<Node>> bodies;
  for (const Body& body : program.bodies()) {
    bodies.push_back(BlockOf(body, "ops", absl::StrCat(bodies.size()), ""));
  }
  return bodies;
}

}  // namespace orrery::oracle
