// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// DPOR leaves out schedules, but nothing that a program can come to. Here is
// how that is shown for one program.

#ifndef ORRERY_TESTS_EXPLORATION_AGREEMENT_H_
#define ORRERY_TESTS_EXPLORATION_AGREEMENT_H_

#include <cstddef>
#include <string>

#include "orrery/sim/task.h"

namespace orrery {

// What the tasks of a program have seen, each in a text of its own: to append
// to one that all share would be a race that nobody declares.
struct Seen {
  std::string by[3];
  // Makes it what the run came to.
  void Tell() const;
};

struct AgreementCase {
  const char* name;
  Task<> (*main)();
  size_t outcomes;  // there are at least so many, or the program shows nothing
};

// Expects that DPOR, however it begins, sees the outcomes of the program that
// exhaustive search sees, failures and deadlocks included.
void ExpectAgreement(const AgreementCase& program);

}  // namespace orrery

#endif  // ORRERY_TESTS_EXPLORATION_AGREEMENT_H_
