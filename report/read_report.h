// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Reads the data of a report back, as web/decode.js does, for tests.

#ifndef ORRERY_REPORT_READ_REPORT_H_
#define ORRERY_REPORT_READ_REPORT_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace orrery {

// Reads what wire.h writes. Dies where that ends early.
class WireSource {
 public:
  explicit WireSource(absl::string_view bytes) : bytes_(bytes) {}

  uint64_t Number();
  int64_t Signed();
  absl::string_view Raw(size_t size);
  absl::string_view Sized() { return Raw(Number()); }
  std::vector<std::string> Table();
  bool at_end() const { return at_ == bytes_.size(); }

 private:
  absl::string_view bytes_;
  size_t at_ = 0;
};

struct ReadLane {
  std::string name;
  uint64_t kind = 0;
  uint64_t node = 0;
  uint64_t first = 0;
  uint64_t last = 0;
  bool over = false;
  std::vector<std::pair<uint64_t, uint64_t>> runs;  // begin, one past the end
};

struct ReadEvent {
  std::string kind;
  std::string text;
  std::vector<std::pair<std::string, std::string>> arguments;
  std::vector<uint64_t> candidates;  // lanes
  uint64_t lane = 0;
  std::string site;
  uint64_t cause = 0;  // how many events ago
  std::string cause_kind;
  int64_t ns = 0;
};

struct ReadReport {
  std::map<std::string, std::string> facts;
  std::map<std::string, uint64_t> counts;
  std::map<uint64_t, std::string> nodes;
  std::vector<ReadLane> lanes;
  std::vector<std::string> bands;  // "2 from 5 for 3: crashes"
  std::vector<ReadEvent> events;
  std::vector<std::string> tasks;  // "main#1: waits for ..."
};

// Returns what is in the data, which is not compressed.
ReadReport DecodeReport(absl::string_view data);

// Returns the data of a page.
std::string DataOfPage(absl::string_view page);

}  // namespace orrery

#endif  // ORRERY_REPORT_READ_REPORT_H_
