// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/missed_properties.h"

#include <cstddef>
#include <optional>

#include "absl/strings/str_cat.h"

namespace orrery {
namespace {

const Property& At(size_t number) { return RegisteredProperties()[number]; }

std::optional<size_t> FindProperty(absl::string_view name) {
  for (const size_t number : PropertiesByName()) {
    if (At(number).name == name) return number;
  }
  return std::nullopt;
}

void AppendMissed(size_t number, uint64_t evaluated, std::string* lines) {
  const Property& property = At(number);
  absl::StrAppend(lines, PropertyKindName(property.kind), " \"", property.name,
                  "\" never happened: ");
  if (evaluated == 0) {
    absl::StrAppend(lines, "no run came by");
  } else {
    absl::StrAppend(lines, "evaluated ", evaluated,
                    evaluated == 1 ? " time" : " times", ", never true");
  }
  absl::StrAppend(lines, ", at ", PlaceOf(property), "\n");
}

void AppendUnusable(absl::string_view name, std::optional<size_t> number,
                    std::string* lines) {
  absl::StrAppend(lines, ".must_happen names \"", name, "\"");
  if (number.has_value()) {
    absl::StrAppend(lines, ", which is an ", PropertyKindName(At(*number).kind),
                    " at ", PlaceOf(At(*number)),
                    "; only a Sometimes or a Reachable has to happen\n");
    return;
  }
  absl::StrAppend(lines, ", but this program has no such property; it has ");
  bool first = true;
  for (const size_t known : PropertiesByName()) {
    if (!MustHappen(At(known).kind)) continue;
    absl::StrAppend(lines, first ? "" : ", ", "\"", At(known).name, "\"");
    first = false;
  }
  absl::StrAppend(lines, first ? "none that could\n" : "\n");
}

}  // namespace

std::string PropertiesMissedByTest(const PropertyCoverage& coverage,
                                   uint64_t runs,
                                   absl::Span<const char* const> must_happen) {
  std::string lines;
  std::set<size_t> named;
  for (const char* name : must_happen) {
    const std::optional<size_t> number = FindProperty(name);
    if (!number.has_value() || !MustHappen(At(*number).kind)) {
      AppendUnusable(name, number, &lines);
    } else {
      named.insert(*number);
    }
  }
  for (const size_t number : PropertiesByName()) {
    const PropertyCount count = coverage.count(number);
    if (!MustHappen(At(number).kind) || count.held > 0) continue;
    const bool evaluated = count.evaluated > 0 && runs > 1;
    if (!evaluated && !named.contains(number)) continue;
    AppendMissed(number, count.evaluated, &lines);
  }
  return lines;
}

std::string PropertiesMissedByProgram(const PropertyCoverage& coverage,
                                      const std::set<std::string>& test_files) {
  std::string lines;
  for (const size_t number : PropertiesByName()) {
    const PropertyCount count = coverage.count(number);
    if (!MustHappen(At(number).kind) || count.held > 0) continue;
    if (!test_files.contains(At(number).file)) continue;
    AppendMissed(number, count.evaluated, &lines);
  }
  return lines;
}

std::string ListProperties() {
  std::string lines;
  for (const size_t number : PropertiesByName()) {
    absl::StrAppend(&lines, PropertyKindName(At(number).kind), " \"",
                    At(number).name, "\" at ", PlaceOf(At(number)), "\n");
  }
  return lines;
}

}  // namespace orrery
