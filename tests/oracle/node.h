// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Node`: an operation of a program (program.proto), made ready for running.

#ifndef ORRERY_TESTS_ORACLE_NODE_H_
#define ORRERY_TESTS_ORACLE_NODE_H_

#include <string>
#include <vector>

#include "orrery/tests/oracle/program.pb.h"

namespace orrery::oracle {

struct Node {
  const Op* op = nullptr;
  std::string label;  // "2.0.3"
  std::string event;  // "try_catch"
  bool is_scope = false;
  // Its blocks; those that it does not have are empty.
  std::vector<Node> ops;
  std::vector<Node> handler;
  std::vector<Node> cleanup;
};

// Returns the operations of each body, which refer to `program`.
std::vector<std::vector<Node>> MakeNodes(const Program& program);

}  // namespace orrery::oracle

#endif  // ORRERY_TESTS_ORACLE_NODE_H_
