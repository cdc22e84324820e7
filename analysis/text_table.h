// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `TextTable`: rows of cells as text, for a terminal.

#ifndef ORRERY_ANALYSIS_TEXT_TABLE_H_
#define ORRERY_ANALYSIS_TEXT_TABLE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace orrery {

// Returns how many columns of a terminal `text` takes, if each of its
// characters in UTF-8 takes one.
size_t ColumnsOf(absl::string_view text);

// Returns what fits into `columns` of `text`; if that is not all, its last
// character is `ellipsis`, one column wide. Never cuts a character in two.
std::string Fit(absl::string_view text, size_t columns,
                absl::string_view ellipsis = "~");

// Breaks `text` into lines of at most `width` columns, at least 1, between
// words where it can. If that makes more than `limit` lines, at least 1, the
// last one ends with `ellipsis` instead of what is left.
std::vector<std::string> Wrap(absl::string_view text, size_t width,
                              size_t limit, absl::string_view ellipsis = "~");

// Example:
//   TextTable table;
//   table.Add({"12", "runs"});
//   table.Format("  ")    "  12  runs\n"
class TextTable {
 public:
  // All rows have equally many cells.
  void Add(std::vector<std::string> cells);

  // Returns the rows in a line each, with `indent` before them: all cells
  // flushed right but the last, which is flushed left.
  std::string Format(absl::string_view indent) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace orrery

#endif  // ORRERY_ANALYSIS_TEXT_TABLE_H_
