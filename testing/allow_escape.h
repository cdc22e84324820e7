// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `AllowEscape`: lets a piece of code leave its simulation. See no_escape.h.

#ifndef ORRERY_TESTING_ALLOW_ESCAPE_H_
#define ORRERY_TESTING_ALLOW_ESCAPE_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "orrery/base/source_site.h"
#include "orrery/testing/escapes.h"

namespace orrery {

class Simulation;

// AllowEscape
//
// While it lives, what this thread calls reaches the machine, inside a
// simulation too. The reason is for whoever reads the code.
//
//   Golden ReadGolden(const std::string& path) {
//     const AllowEscape allow("the golden file is part of the test");
//     ...
//   }
//
// It lives within one step: held over a `co_await` it would speak for all other
// tasks as well, so that fails the run.
class [[nodiscard]] AllowEscape {
 public:
  explicit AllowEscape(absl::string_view reason,
                       SourceSite site = SourceSite::current());
  AllowEscape(const AllowEscape&) = delete;
  AllowEscape& operator=(const AllowEscape&) = delete;
  ~AllowEscape();

  // Whether there is one on this thread.
  static bool Any();

 private:
  SourceSite site_;
  uint32_t simulation_ = 0;  // its number; 0: made outside of all steps
  uint64_t step_ = 0;
};

// AllowedEscapes
//
// While it lives, the escapes of a set reach the machine when this thread calls
// them: those that a test allows as a whole. It adds to what is allowed
// already.
class AllowedEscapes {
 public:
  explicit AllowedEscapes(EscapeSet set);
  AllowedEscapes(const AllowedEscapes&) = delete;
  AllowedEscapes& operator=(const AllowedEscapes&) = delete;
  ~AllowedEscapes();

  // Whether this thread may call `name`, of this kind.
  static bool Has(absl::string_view name, EscapeKind kind);

 private:
  EscapeSet set_;
  const AllowedEscapes* outer_;
};

// What the latest escape was reported with, for a crash that follows from it:
// the process may die before its run can tell. "" if this simulation has none.
void NoteEscape(const Simulation& simulation, const std::string& text);
std::string NotedEscape(const Simulation& simulation);

}  // namespace orrery

#endif  // ORRERY_TESTING_ALLOW_ESCAPE_H_
