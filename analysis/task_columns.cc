// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/analysis/task_columns.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "orrery/analysis/names_before.h"
#include "orrery/analysis/text_table.h"
#include "orrery/base/sim_time.h"
#include "orrery/traces/trace_text.h"

namespace orrery {
namespace {

// A column that is narrower cannot be read.
constexpr size_t kMinColumns = 12;
// How many lines what an event says may take; of a failure, more.
constexpr size_t kMaxLines = 3;
constexpr size_t kMaxFailureLines = 12;

// The lines and arrows of a table.
struct Drawing {
  absl::string_view bar;
  absl::string_view dash;
  absl::string_view cross;
  absl::string_view note;   // before what another task does to this one
  absl::string_view arrow;  // of messages
  absl::string_view marker;
  absl::string_view ellipsis;
};
constexpr Drawing kUnicode = {"\u2502",         "\u2500", "\u253c", "\u25c4 ",
                              " \u2500\u25ba ", "\u25ba", "\u2026"};
constexpr Drawing kAscii = {"|", "-", "+", "< ", " -> ", ">", "~"};

std::string Padded(absl::string_view text, size_t width) {
  return absl::StrCat(text, std::string(width - ColumnsOf(text), ' '));
}

class Table {
 public:
  Table(const Trace& trace, absl::Span<const TimelineRow> rows,
        const TimelineOptions& options)
      : trace_(trace),
        rows_(rows),
        options_(options),
        draw_(options.ascii ? kAscii : kUnicode) {
    names_ = NamesBefore(trace);
    for (const TraceEvent& event : trace.events) names_.Learn(event);
    for (const TimelineRow& row : rows) {
      AddColumn(EventOf(row).task);
      if (const TaskId target = TargetOf(EventOf(row))) AddColumn(target);
    }
    absl::c_sort(columns_, [](const Column& a, const Column& b) {
      return a.task < b.task;
    });
    MeasureSides();
  }

  std::string Format() {
    return ChooseWidths() ? FormatColumns() : FormatList();
  }

 private:
  struct Column {
    TaskId task;
    size_t width = 0;
  };
  struct Cell {
    size_t column = 0;
    std::string text;
    bool acts = false;  // it is the task that acts, not the one acted upon
  };

  void AddColumn(TaskId task) {
    if (!options_.tasks.empty() &&
        !absl::c_linear_search(options_.tasks, task)) {
      return;
    }
    if (Find(task) == columns_.size()) columns_.push_back({task, 0});
  }
  size_t Find(TaskId task) const {
    const auto found = absl::c_find_if(
        columns_, [task](const Column& c) { return c.task == task; });
    return static_cast<size_t>(found - columns_.begin());
  }

  const TraceEvent& EventOf(const TimelineRow& row) const {
    return trace_.events[row.index];
  }
  std::string Number(uint64_t index) const {
    return absl::StrCat(trace_.first_event + index);
  }

  void MeasureSides() {
    for (const TimelineRow& row : rows_) {
      number_width_ = std::max(number_width_, Number(row.index).size());
      time_width_ =
          std::max(time_width_, FormatSimTime(EventOf(row).time).size());
    }
  }

  std::string ActorText(const TimelineRow& row) const {
    std::string text = row.text;
    if (row.came_from.has_value()) {
      text = absl::StrCat("#", Number(*row.came_from), draw_.arrow, text);
    }
    if (row.goes_to.has_value()) {
      absl::StrAppend(&text, draw_.arrow, "#", Number(*row.goes_to));
    }
    return text;
  }

  std::vector<Cell> CellsOf(const TimelineRow& row) const {
    const TraceEvent& event = EventOf(row);
    std::vector<Cell> cells;
    const size_t actor = Find(event.task);
    if (actor < columns_.size()) {
      cells.push_back({actor, ActorText(row), true});
    }
    const TaskId target = TargetOf(event);
    const size_t to = target ? Find(target) : columns_.size();
    if (to < columns_.size() && to != actor) {
      std::string note = absl::StrCat(draw_.note, row.note);
      if (actor == columns_.size()) {
        absl::StrAppend(&note, " by ", names_.Task(event.task));
      }
      cells.push_back({to, std::move(note), false});
    }
    return cells;
  }

  // Gives each column what it needs, or, if that is too much, all that need
  // more than some width that width. Returns false if that is too narrow.
  bool ChooseWidths() {
    for (Column& column : columns_) {
      column.width = ColumnsOf(names_.Task(column.task));
    }
    for (const TimelineRow& row : rows_) {
      for (const Cell& cell : CellsOf(row)) {
        size_t& width = columns_[cell.column].width;
        width = std::max(width, ColumnsOf(cell.text));
      }
    }
    // A marker, the number, the time, and what stands between columns.
    const size_t taken =
        1 + number_width_ + 2 + time_width_ + 2 + 3 * columns_.size();
    if (options_.width < taken) return false;
    const size_t available = options_.width - taken;
    auto needed = [this](size_t cap) {
      size_t sum = 0;
      for (const Column& column : columns_) sum += std::min(column.width, cap);
      return sum;
    };
    size_t cap = options_.width;
    if (needed(cap) > available) {
      size_t too_wide = cap;
      cap = 0;
      while (cap + 1 < too_wide) {
        const size_t middle = (cap + too_wide) / 2;
        (needed(middle) <= available ? cap : too_wide) = middle;
      }
      if (cap < kMinColumns) return false;
    }
    for (Column& column : columns_) column.width = std::min(column.width, cap);
    return true;
  }

  std::string Paint(const TraceEvent& event, absl::string_view text) const {
    return options_.paint ? options_.paint(event, text) : std::string(text);
  }

  // Returns marker, number and time, or as many spaces.
  std::string Side(const TimelineRow& row, bool first_line) {
    if (!first_line) {
      return std::string(1 + number_width_ + 2 + time_width_ + 2, ' ');
    }
    const std::string time = FormatSimTime(EventOf(row).time);
    const bool same = time == last_time_;
    last_time_ = time;
    const std::string shown = same ? "\"" : time;
    return absl::StrCat(
        options_.marked == row.index ? draw_.marker : " ",
        std::string(number_width_ - Number(row.index).size(), ' '),
        Number(row.index), "  ", std::string(time_width_ - shown.size(), ' '),
        shown, "  ");
  }

  static void FinishLine(std::string line, std::string* text) {
    line.erase(line.find_last_not_of(' ') + 1);
    absl::StrAppend(text, line, "\n");
  }

  std::string FormatColumns() {
    std::string text;
    std::string heading = absl::StrCat(
        " ", std::string(number_width_ - 1, ' '), "#  ",
        std::string(time_width_ - std::min<size_t>(time_width_, 4), ' '),
        "time  ");
    std::string line;
    for (size_t i = 0; i < 1 + number_width_ + 2 + time_width_ + 2; ++i) {
      absl::StrAppend(&line, draw_.dash);
    }
    for (const Column& column : columns_) {
      const std::string name = names_.Task(column.task);
      absl::StrAppend(
          &heading, draw_.bar, " ",
          Padded(Fit(name, column.width, draw_.ellipsis), column.width), " ");
      absl::StrAppend(&line, draw_.cross);
      for (size_t i = 0; i < column.width + 2; ++i) {
        absl::StrAppend(&line, draw_.dash);
      }
    }
    FinishLine(heading, &text);
    FinishLine(line, &text);
    for (const TimelineRow& row : rows_) FormatRow(row, &text);
    return text;
  }

  void FormatRow(const TimelineRow& row, std::string* text) {
    const TraceEvent& event = EventOf(row);
    const size_t limit = std::holds_alternative<event::Failed>(event.what)
                             ? kMaxFailureLines
                             : kMaxLines;
    const std::vector<Cell> cells = CellsOf(row);
    std::vector<const Cell*> of_column(columns_.size());
    std::vector<std::vector<std::string>> lines(columns_.size());
    size_t height = 1;
    for (const Cell& cell : cells) {
      of_column[cell.column] = &cell;
      lines[cell.column] =
          Wrap(cell.text, columns_[cell.column].width, limit, draw_.ellipsis);
      height = std::max(height, lines[cell.column].size());
    }
    for (size_t i = 0; i < height; ++i) {
      std::string line = Side(row, i == 0);
      for (size_t column = 0; column < columns_.size(); ++column) {
        absl::string_view piece;
        if (i < lines[column].size()) piece = lines[column][i];
        const size_t padding = columns_[column].width - ColumnsOf(piece);
        const bool acts =
            of_column[column] != nullptr && of_column[column]->acts;
        absl::StrAppend(&line, draw_.bar, " ",
                        acts ? Paint(event, piece) : std::string(piece),
                        std::string(padding + 1, ' '));
      }
      FinishLine(std::move(line), text);
    }
  }

  std::string FormatList() {
    size_t name_width = 0;
    for (const TimelineRow& row : rows_) {
      name_width =
          std::max(name_width, ColumnsOf(names_.Task(EventOf(row).task)));
    }
    std::string text;
    for (const TimelineRow& row : rows_) {
      const TraceEvent& event = EventOf(row);
      FinishLine(absl::StrCat(Side(row, true),
                              Padded(names_.Task(event.task), name_width), "  ",
                              Paint(event, ActorText(row))),
                 &text);
    }
    return text;
  }

  const Trace& trace_;
  absl::Span<const TimelineRow> rows_;
  const TimelineOptions& options_;
  const Drawing& draw_;
  TraceNames names_;
  std::vector<Column> columns_;
  size_t number_width_ = 1;
  size_t time_width_ = 4;
  std::string last_time_;
};

}  // namespace

std::string FormatTimeline(const Trace& trace,
                           absl::Span<const TimelineRow> rows,
                           const TimelineOptions& options) {
  return Table(trace, rows, options).Format();
}

}  // namespace orrery
