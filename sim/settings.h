// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Settings`: what is fixed from outside of all that a run draws for itself:
// which faults there are, how likely they are, how many machines. They come
// from --orrery_set (docs/faults.md) or are written down in a test:
//
//   const Settings settings =
//       *Settings::Parse("net.loss=off, topology.nodes=5, net.clog.rate=2%");
//   Simulation simulation({.settings = &settings});
//
// Names are dotted, the family first: "net" is said of all whose names begin
// with "net.", unless one of them is said more about. What a name stands for,
// and which values it takes, is up to whoever asks for it.

#ifndef ORRERY_SIM_SETTINGS_H_
#define ORRERY_SIM_SETTINGS_H_

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace orrery {

class Settings {
 public:
  Settings() = default;

  // Reads a list of NAME=VALUE with commas between them. Spaces and line breaks
  // around a comma, and commas at the end, mean nothing. Names consist of
  // letters, digits, '_', '-' and dots; values of anything but commas and white
  // space.
  //
  // Errors:
  //   kInvalidArgument  an entry that is not of that form, or a name that is
  //                     there twice; the message quotes it
  static absl::StatusOr<Settings> Parse(absl::string_view text);

  // Whether `name` can be set at all.
  static bool IsName(absl::string_view name);

  bool empty() const { return values_.empty(); }

  // Returns the same list, ordered by name, as `Parse` reads it.
  std::string ToString() const;

  // Returns what `name` is set to; none if it is not. The view is valid as long
  // as this object. Notes that somebody has asked.
  std::optional<absl::string_view> Find(absl::string_view name) const;

  // Returns whether `name` is switched on or off: what is said of itself, or
  // else of the nearest family that it belongs to; none if nothing is.
  //
  // Errors:
  //   kInvalidArgument  the value is neither "on" nor "off"
  absl::StatusOr<std::optional<bool>> FindSwitch(absl::string_view name) const;

  // The same for who only wants to know that it is switched off: another value
  // is as good as "on".
  bool IsOff(absl::string_view name) const;

  // Returns the names that somebody has asked for.
  const std::set<std::string>& asked() const { return asked_; }

  // Returns the names that are set and not among `asked`, in their order.
  std::vector<std::string> NotAmong(const std::set<std::string>& asked) const;

  friend bool operator==(const Settings& a, const Settings& b) {
    return a.values_ == b.values_;
  }

 private:
  // Returns the entry for `name` or for the nearest family that is set; null if
  // there is none.
  const std::pair<const std::string, std::string>* FindNearest(
      absl::string_view name) const;

  absl::btree_map<std::string, std::string> values_;
  mutable std::set<std::string> asked_;
};

}  // namespace orrery

#endif  // ORRERY_SIM_SETTINGS_H_
