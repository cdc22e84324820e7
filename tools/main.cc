// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The `orrery` command: looks at traces. What it can do is in the files of its
// verbs.

#include "absl/types/span.h"
#include "orrery/tools/verb.h"
#include "orrery/tools/verbs.h"

int main(int argc, char** argv) {
  return orrery::RunCommand(
      absl::MakeConstSpan(argv + 1, argc > 0 ? argc - 1 : 0), orrery::kVerbs);
}
