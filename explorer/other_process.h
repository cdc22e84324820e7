// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `RunInOtherProcess`: starts this very program once more. Not by `fork`, which
// would hand down every address and every hash salt, but from the file, so that
// the system lays it out anew.

#ifndef ORRERY_EXPLORER_OTHER_PROCESS_H_
#define ORRERY_EXPLORER_OTHER_PROCESS_H_

#include <string>
#include <vector>

#include "absl/time/time.h"

namespace orrery {

struct OtherProcess {
  std::vector<std::string> words;        // its command line
  std::vector<std::string> environment;  // "NAME=value": all of it
  std::string folder;       // where it works; empty: where this one does
  std::string output_path;  // takes its standard output and error
  // The system puts code, heap and stack where it always puts them, rather than
  // at random: two such processes have the same addresses.
  bool fixed_addresses = false;
  // Longer than this it does not live. At least a millisecond.
  absl::Duration patience = absl::Minutes(1);
};

struct OtherProcessEnd {
  std::string problem;  // why it could not be started; empty: it was
  int exit_code = -1;   // -1 if a signal killed it
  int signal = 0;
  bool out_of_patience = false;

  bool ok() const { return problem.empty() && exit_code == 0; }
  // Returns it in words, to follow "the other process": "was killed by signal
  // 11 (Segmentation fault)".
  std::string ToString() const;
};

// Waits for its end. It dies with this process. Costs a `fork` and an `exec`,
// in which nothing but system calls is made, so there may be other threads.
OtherProcessEnd RunInOtherProcess(const OtherProcess& process);

}  // namespace orrery

#endif  // ORRERY_EXPLORER_OTHER_PROCESS_H_
