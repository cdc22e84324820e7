// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Property`: something that a program claims about itself, such as "an order
// is never paid twice" or "sometimes a retry is needed", and how often a run
// has come by. sim/properties.h is what programs write; this is the
// book-keeping.

#ifndef ORRERY_BASE_PROPERTY_H_
#define ORRERY_BASE_PROPERTY_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace orrery {

enum class PropertyKind : uint8_t {
  kAlways = 0,       // the condition holds whenever it is evaluated
  kSometimes = 1,    // it holds at least once in a campaign
  kReachable = 2,    // the place is reached at least once in a campaign
  kUnreachable = 3,  // it is never reached
};

// Returns "Always", "Sometimes", "Reachable" or "Unreachable".
absl::string_view PropertyKindName(PropertyKind kind);

// Whether a campaign in which it never held has missed something.
constexpr bool MustHappen(PropertyKind kind) {
  return kind == PropertyKind::kSometimes || kind == PropertyKind::kReachable;
}

// A property is known by its name: the same name in several places is one
// property, whose place is the first of them by file and line.
struct Property {
  PropertyKind kind = PropertyKind::kAlways;
  std::string name;
  std::string file;  // as it stands in the repository
  uint32_t line = 0;
};

// Returns "sim/task.h:12".
std::string PlaceOf(const Property& property);

// How often a property was evaluated, and how often the condition was true. To
// reach a `Reachable` is both; to reach an `Unreachable` is only the first.
struct PropertyCount {
  uint64_t evaluated = 0;
  uint64_t held = 0;

  friend constexpr bool operator==(PropertyCount, PropertyCount) = default;
};

// Adds a property to those of this process, and returns its number. Called
// before `main`, so that one which no run comes by is known as well. A name
// that is taken by a property of another kind stops the process.
size_t RegisterProperty(PropertyKind kind, absl::string_view name,
                        absl::string_view file, uint32_t line);

// Returns the properties of this process by their numbers. Those of two
// processes of one program have the same numbers.
const std::vector<Property>& RegisteredProperties();

// Returns the numbers of the properties in the order of their names.
std::vector<size_t> PropertiesByName();

// Counts one evaluation for the run that is going on.
void CountProperty(size_t number, bool holds);

// PropertyCoverage
//
// What runs have come by: a count for each property of this process.
//
// A run takes its own coverage from where it has been counted; if it has a
// process of its own, the bytes travel to that of the campaign, which adds them
// up. So counts are exact however runs are spread over processes; a run whose
// process dies takes its counts with it.
class PropertyCoverage {
 public:
  // Returns what was counted since the last call, and forgets it. To be called
  // before a run as well: what the process has counted outside of runs is
  // nobody's.
  static PropertyCoverage Take();

  void Add(const PropertyCoverage& other);

  // Returns the count of the property with this number.
  PropertyCount count(size_t number) const {
    return number < counts_.size() ? counts_[number] : PropertyCount();
  }
  bool empty() const { return counts_.empty(); }

  // Returns the counts as bytes for another process of the same program: 20 for
  // each property that was evaluated.
  std::string Encode() const;
  // Adds such bytes.
  //
  // Errors:
  //   kInvalidArgument  they are not what `Encode` returns in this program;
  //                     nothing was added
  absl::Status AddEncoded(absl::string_view bytes);

  // Adds one count, for counts that come from elsewhere.
  void AddCount(size_t number, PropertyCount count);

 private:
  std::vector<PropertyCount> counts_;  // those at the end may be left out
};

}  // namespace orrery

#endif  // ORRERY_BASE_PROPERTY_H_
