// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Standard output where it is a terminal: how wide it is, colors, and a line
// that tells how far long work is.

#ifndef ORRERY_TOOLS_TERMINAL_H_
#define ORRERY_TOOLS_TERMINAL_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace orrery {

// How wide a text is made that has no terminal to fit into.
inline constexpr size_t kDefaultColumns = 100;

// Returns how many columns standard output has.
size_t TerminalColumns();

enum class Color { kRed, kYellow, kCyan, kDim };

// Returns `text` in that color, or as it is: where standard output is no
// terminal, or one that knows no colors, or where NO_COLOR is set and not empty
// (https://no-color.org).
std::string Paint(Color color, absl::string_view text);

// A line on standard error that is gone at the end. There is none where that is
// no terminal, nor before a second has passed.
//
// Example:
//   Progress progress("searching");
//   for (...) progress.Update(done, all);
class Progress {
 public:
  explicit Progress(absl::string_view what);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `done` of `all` is over. Cheap enough to be called for each event: it looks
  // at the clock, where there is a terminal.
  void Update(uint64_t done, uint64_t all);

 private:
  std::string what_;
  bool on_;
  bool shown_ = false;
  absl::Time next_;
};

// Returns "searching: 45%".
std::string FormatProgress(absl::string_view what, uint64_t done, uint64_t all);

}  // namespace orrery

#endif  // ORRERY_TOOLS_TERMINAL_H_
