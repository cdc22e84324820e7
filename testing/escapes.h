// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Escapes: calls with which a program leaves its simulation for the machine
// that it runs on. Here are their names and kinds, why each kind does harm, and
// what to use instead. `no_escape.h` tells how they are caught.

#ifndef ORRERY_TESTING_ESCAPES_H_
#define ORRERY_TESTING_ESCAPES_H_

#include <cstdint>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace orrery {

enum class EscapeKind : uint8_t {
  kClock,
  kSleep,
  kWait,
  kEntropy,
  kThread,
  kProcess,
  kSocket,
  kFile,
};

// What is to be said about a kind.
struct EscapeKindTexts {
  const char* name;     // "clock"
  const char* why;      // "the machine's clock shows another time in each run"
  const char* instead;  // "use Now() and Elapsed()"
};
const EscapeKindTexts& TextsOf(EscapeKind kind);

// A function that is caught.
struct EscapeName {
  const char* name;    // as programs and lists write it: "clock_gettime"
  EscapeKind kind;     // of `open`: unless it opens a source of entropy
  const char* symbol;  // what the linker knows it by; null: a C++ name
};

// Returns all functions that are caught, kind by kind.
absl::Span<const EscapeName> KnownEscapes();

// Returns the kind of a known escape; stops the process for any other name.
EscapeKind KindOfEscape(absl::string_view name);

// Some escapes: single ones, and whole kinds.
class EscapeSet {
 public:
  // Reads names of functions ("getrandom") and kinds ("clock"), with commas
  // between them; "all" stands for every kind, "" for none.
  //
  // Errors:
  //   kInvalidArgument  a word that is none of these; the message names it, and
  //                     what is known
  static absl::StatusOr<EscapeSet> Parse(absl::string_view list);

  // Whether it has the function `name`, or all of `kind`.
  bool Has(absl::string_view name, EscapeKind kind) const;
  bool empty() const { return names_.empty() && kinds_.empty(); }

  // Adds all that `other` has.
  void Add(const EscapeSet& other);

 private:
  std::set<std::string, std::less<>> names_;
  std::set<EscapeKind> kinds_;
};

}  // namespace orrery

#endif  // ORRERY_TESTING_ESCAPES_H_
