// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Which `Sometimes` and `Reachable` have never happened, and who has to answer
// for them.

#ifndef ORRERY_TESTING_MISSED_PROPERTIES_H_
#define ORRERY_TESTING_MISSED_PROPERTIES_H_

#include <cstdint>
#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "orrery/base/property.h"

namespace orrery {

// Returns, a line each, the properties that the campaign of one test has
// missed;
// "" if there are none. A test answers for
//   * each `Sometimes` that one of its runs has evaluated, if it has made more
//     than one: a single run is no campaign;
//   * each property that `must_happen` names, evaluated or not.
// Names that the program does not have, or that cannot happen because they are
// an `Always`, are told as well.
std::string PropertiesMissedByTest(const PropertyCoverage& coverage,
                                   uint64_t runs,
                                   absl::Span<const char* const> must_happen);

// Returns, a line each, the properties that all tests of a program together
// have missed; "" if there are none. A program answers for each `Sometimes` and
// `Reachable` in a file that has tests of its own: one of `test_files`, paths
// in the repository. Those in other files, in the code under test, may be the
// business of other programs: `orrery merge` sees them all.
std::string PropertiesMissedByProgram(const PropertyCoverage& coverage,
                                      const std::set<std::string>& test_files);

// Returns all properties of the program, one a line: kind, name, place.
std::string ListProperties();

}  // namespace orrery

#endif  // ORRERY_TESTING_MISSED_PROPERTIES_H_
