// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/base/property.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "orrery/base/check.h"
#include "orrery/base/source_site.h"

namespace orrery {
namespace {

struct Registry {
  std::vector<Property> properties;
  std::map<std::string, size_t, std::less<>> numbers;
  std::vector<PropertyCount> counts;  // of the run that is going on
};

// Made by whichever property registers first, and never destroyed.
Registry& GetRegistry() {
  static auto* const registry = new Registry;
  return *registry;
}

constexpr size_t kEncodedSize = 20;

void AppendInteger(std::string& bytes, uint64_t value, int size) {
  for (int i = 0; i < size; ++i) {
    bytes.push_back(static_cast<char>(value >> (8 * i) & 0xff));
  }
}

uint64_t TakeInteger(absl::string_view& bytes, int size) {
  uint64_t value = 0;
  for (int i = 0; i < size; ++i) {
    value |= uint64_t{static_cast<unsigned char>(bytes[static_cast<size_t>(i)])}
             << (8 * i);
  }
  bytes.remove_prefix(static_cast<size_t>(size));
  return value;
}

}  // namespace

absl::string_view PropertyKindName(PropertyKind kind) {
  switch (kind) {
    case PropertyKind::kAlways:
      return "Always";
    case PropertyKind::kSometimes:
      return "Sometimes";
    case PropertyKind::kReachable:
      return "Reachable";
    case PropertyKind::kUnreachable:
      return "Unreachable";
  }
  return "unknown";
}

std::string PlaceOf(const Property& property) {
  return absl::StrCat(property.file, ":", property.line);
}

size_t RegisterProperty(PropertyKind kind, absl::string_view name,
                        absl::string_view file, uint32_t line) {
  Registry& registry = GetRegistry();
  Property added{kind, std::string(name), std::string(CleanFile(file)), line};
  const auto found = registry.numbers.find(name);
  if (found == registry.numbers.end()) {
    const size_t number = registry.properties.size();
    registry.properties.push_back(std::move(added));
    registry.counts.emplace_back();
    registry.numbers.emplace(std::string(name), number);
    return number;
  }
  Property& known = registry.properties[found->second];
  ORRERY_CHECK(
      known.kind == kind,
      absl::StrCat("the property \"", name, "\" is ",
                   PropertyKindName(known.kind), " at ", PlaceOf(known),
                   " and ", PropertyKindName(kind), " at ", PlaceOf(added),
                   "; a property is known by its name, so give them two"));
  if (std::tie(added.file, added.line) < std::tie(known.file, known.line)) {
    known = std::move(added);
  }
  return found->second;
}

const std::vector<Property>& RegisteredProperties() {
  return GetRegistry().properties;
}

std::vector<size_t> PropertiesByName() {
  std::vector<size_t> numbers;
  for (const auto& [name, number] : GetRegistry().numbers) {
    numbers.push_back(number);
  }
  return numbers;
}

void CountProperty(size_t number, bool holds) {
  PropertyCount& count = GetRegistry().counts[number];
  ++count.evaluated;
  if (holds) ++count.held;
}

PropertyCoverage PropertyCoverage::Take() {
  std::vector<PropertyCount>& counts = GetRegistry().counts;
  PropertyCoverage coverage;
  for (size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == PropertyCount()) continue;
    coverage.AddCount(i, counts[i]);
    counts[i] = {};
  }
  return coverage;
}

void PropertyCoverage::AddCount(size_t number, PropertyCount count) {
  if (number >= counts_.size()) counts_.resize(number + 1);
  counts_[number].evaluated += count.evaluated;
  counts_[number].held += count.held;
}

void PropertyCoverage::Add(const PropertyCoverage& other) {
  for (size_t i = 0; i < other.counts_.size(); ++i) {
    AddCount(i, other.counts_[i]);
  }
}

std::string PropertyCoverage::Encode() const {
  std::string bytes;
  for (size_t i = 0; i < counts_.size(); ++i) {
    if (counts_[i] == PropertyCount()) continue;
    AppendInteger(bytes, i, 4);
    AppendInteger(bytes, counts_[i].evaluated, 8);
    AppendInteger(bytes, counts_[i].held, 8);
  }
  return bytes;
}

absl::Status PropertyCoverage::AddEncoded(absl::string_view bytes) {
  if (bytes.size() % kEncodedSize != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("coverage of properties: ", bytes.size(),
                     " bytes, which is no multiple of ", kEncodedSize));
  }
  PropertyCoverage decoded;
  while (!bytes.empty()) {
    const uint64_t number = TakeInteger(bytes, 4);
    PropertyCount count;
    count.evaluated = TakeInteger(bytes, 8);
    count.held = TakeInteger(bytes, 8);
    if (number >= RegisteredProperties().size() ||
        count.held > count.evaluated) {
      return absl::InvalidArgumentError(
          absl::StrCat("coverage of properties: number ", number,
                       " was evaluated ", count.evaluated, " times and held ",
                       count.held, " times; this program has ",
                       RegisteredProperties().size(), " properties"));
    }
    decoded.AddCount(static_cast<size_t>(number), count);
  }
  Add(decoded);
  return absl::OkStatus();
}

}  // namespace orrery
