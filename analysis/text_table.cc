// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/analysis/text_table.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "orrery/base/check.h"

namespace orrery {
namespace {

// A byte within a character of UTF-8 that is not its first.
bool Continues(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
}

// Returns how many bytes the first `columns` characters take.
size_t BytesOf(absl::string_view text, size_t columns) {
  size_t end = 0;
  for (size_t taken = 0; end < text.size(); ++end) {
    if (!Continues(text[end]) && taken++ == columns) break;
  }
  return end;
}

}  // namespace

size_t ColumnsOf(absl::string_view text) {
  return text.size() - static_cast<size_t>(
                           std::count_if(text.begin(), text.end(), Continues));
}

std::string Fit(absl::string_view text, size_t columns,
                absl::string_view ellipsis) {
  if (text.size() <= columns || ColumnsOf(text) <= columns) {
    return std::string(text);
  }
  if (columns == 0) return "";
  return absl::StrCat(text.substr(0, BytesOf(text, columns - 1)), ellipsis);
}

std::vector<std::string> Wrap(absl::string_view text, size_t width,
                              size_t limit, absl::string_view ellipsis) {
  std::vector<std::string> lines;
  while (lines.size() + 1 < limit && ColumnsOf(text) > width) {
    size_t end = BytesOf(text, width);
    const size_t space = text.substr(0, end + 1).rfind(' ');
    if (space != text.npos && space > 0) end = space;
    lines.emplace_back(absl::StripTrailingAsciiWhitespace(text.substr(0, end)));
    // More than one space is none where lines are broken.
    text = absl::StripLeadingAsciiWhitespace(text.substr(end));
  }
  lines.push_back(Fit(text, width, ellipsis));
  return lines;
}

void TextTable::Add(std::vector<std::string> cells) {
  ORRERY_CHECK(rows_.empty() || cells.size() == rows_[0].size(),
               "a row of a table has another number of cells than the first");
  rows_.push_back(std::move(cells));
}

std::string TextTable::Format(absl::string_view indent) const {
  if (rows_.empty()) return "";
  std::vector<size_t> widths(rows_[0].size());
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], ColumnsOf(row[i]));
    }
  }
  std::string text;
  for (const auto& row : rows_) {
    absl::StrAppend(&text, indent);
    for (size_t i = 0; i + 1 < row.size(); ++i) {
      absl::StrAppend(&text, std::string(widths[i] - ColumnsOf(row[i]), ' '),
                      row[i], "  ");
    }
    absl::StrAppend(&text, row.back(), "\n");
  }
  return text;
}

}  // namespace orrery
