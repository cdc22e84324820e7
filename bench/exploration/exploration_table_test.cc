// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/bench/exploration/exploration_table.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/tests/corpus/corpus.h"
#include "orrery/tests/corpus/first_bug.h"
#include "orrery/tests/corpus/steps.h"

namespace orrery {
namespace {

using ::testing::HasSubstr;

corpus::FirstBug Found(std::vector<uint64_t> schedules) {
  corpus::FirstBug found;
  found.campaigns = 2;
  found.cap = 100;
  found.schedules = std::move(schedules);
  return found;
}

TableOptions SmallOptions() {
  TableOptions options;
  options.programs = {"account"};
  options.policies = {"random"};
  return options;
}

std::string PageOf(const corpus::FirstBug& found) {
  Cell cell;
  cell.first_bug = found;
  cell.trace_runs = 200;
  cell.distinct_traces = 120;
  cell.traces_seen_once = 50;
  cell.schedules_per_second = 1234.5;
  return ResultsPage(SmallOptions(), {{cell}});
}

TEST(ResultsPageTest, AMeanHasADeviationIfAllHaveFoundTheBug) {
  EXPECT_THAT(PageOf(Found({1, 3})), HasSubstr("| account | 2.0 ± 1.4 |"));
}

TEST(ResultsPageTest, AMeanIsRestrictedToTheCapIfSomeHaveNotFoundIt) {
  EXPECT_THAT(PageOf(Found({50})), HasSubstr("| account | 1/2, 75 |"));
}

TEST(ResultsPageTest, ThereIsNoMeanIfNoneHasFoundIt) {
  EXPECT_THAT(PageOf(Found({})), HasSubstr("| account | – |"));
}

TEST(ResultsPageTest, ASystematicPolicyHasOneCampaign) {
  corpus::FirstBug found = Found({7});
  found.campaigns = 1;
  EXPECT_THAT(PageOf(found), HasSubstr("| account | 7.0 |"));
}

TEST(ResultsPageTest, AProgramWithoutABugSaysSo) {
  EXPECT_THAT(PageOf(corpus::FirstBug()), HasSubstr("| account | no bug |"));
}

TEST(ResultsPageTest, TracesComeWithTheChanceOfAnotherOne) {
  EXPECT_THAT(PageOf(Found({1, 3})), HasSubstr("| account | 120, 25 % |"));
}

TEST(MeasureCellTest, MeasuresWhatThePageShows) {
  TableOptions options = SmallOptions();
  options.campaigns = 3;
  options.trace_runs = 300;
  options.speed_runs = 10;
  const Cell cell =
      MeasureCell(*corpus::FindProgram("account"), "random", options);
  EXPECT_EQ(cell.first_bug.campaigns, 3u);
  EXPECT_TRUE(cell.first_bug.FoundByAll());
  EXPECT_EQ(cell.trace_runs, 300u);
  EXPECT_EQ(cell.distinct_traces, 6u);
  EXPECT_GT(cell.schedules_per_second, 0);
  EXPECT_THAT(CellLine(*corpus::FindProgram("account"), "random", cell),
              HasSubstr("traces 6, 0 % of 300"));
}

// The tables of a page: rows of cells, without the line under the header.
using Table = std::vector<std::vector<std::string>>;
std::vector<Table> TablesIn(const std::string& page) {
  std::vector<Table> tables;
  bool inside = false;
  for (const absl::string_view line : absl::StrSplit(page, '\n')) {
    const bool is_row = absl::StartsWith(line, "|");
    if (is_row && !inside) tables.emplace_back();
    inside = is_row;
    if (!is_row || absl::StartsWith(line, "|---")) continue;
    absl::string_view cells = line;
    absl::ConsumePrefix(&cells, "| ");
    absl::ConsumeSuffix(&cells, " |");
    tables.back().push_back(absl::StrSplit(cells, " | "));
  }
  return tables;
}

// The page takes minutes to make, so this test does not make it again. It holds
// it against what the page would be made of.
class CommittedPageTest : public testing::Test {
 protected:
  void SetUp() override {
    const char* path = std::getenv("RESULTS_PAGE");
    ASSERT_NE(path, nullptr);
    std::ifstream file(path);
    page_.assign(std::istreambuf_iterator<char>(file), {});
    ASSERT_FALSE(page_.empty()) << path;
  }

  std::string page_;
};

TEST_F(CommittedPageTest, HasARowForEachProgramAndAColumnForEachPolicy) {
  const TableOptions options = DefaultTableOptions();
  const std::vector<Table> tables = TablesIn(page_);
  ASSERT_EQ(tables.size(), 3u);
  for (const Table& table : tables) {
    ASSERT_EQ(table.size(), options.programs.size() + 1);
    std::vector<std::string> header = {"program"};
    for (const std::string& policy : options.policies) {
      header.push_back(absl::StrCat("`", policy, "`"));
    }
    EXPECT_EQ(table[0], header);
    for (size_t row = 0; row < options.programs.size(); ++row) {
      const std::vector<std::string>& cells = table[row + 1];
      EXPECT_EQ(cells[0], options.programs[row]);
      EXPECT_EQ(cells.size(), header.size()) << cells[0];
      for (const std::string& cell : cells) EXPECT_NE(cell, "") << cells[0];
    }
  }
}

TEST_F(CommittedPageTest, SaysHowItWasMade) {
  const TableOptions options = DefaultTableOptions();
  // All that comes before the tables.
  const std::string made = ResultsPage(
      options,
      std::vector<std::vector<Cell>>(
          options.programs.size(), std::vector<Cell>(options.policies.size())));
  const size_t tables = made.find("\n| program |");
  ASSERT_NE(tables, std::string::npos);
  EXPECT_EQ(page_.substr(0, tables), made.substr(0, tables))
      << "the corpus, its granularity or the text has changed: make the page "
         "again, as it says";
}

}  // namespace
}  // namespace orrery
