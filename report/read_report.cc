// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/report/read_report.h"

#include <zlib.h>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "orrery/base/check.h"
#include "orrery/report/page.h"

namespace orrery {

uint64_t WireSource::Number() {
  uint64_t value = 0;
  for (int shift = 0;; shift += 7) {
    ORRERY_CHECK(at_ < bytes_.size() && shift < 64, "no number here");
    const auto byte = static_cast<unsigned char>(bytes_[at_++]);
    value |= uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return value;
  }
}

int64_t WireSource::Signed() {
  const uint64_t value = Number();
  return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
}

absl::string_view WireSource::Raw(size_t size) {
  ORRERY_CHECK(size <= bytes_.size() - at_, "it ends early");
  at_ += size;
  return bytes_.substr(at_ - size, size);
}

std::vector<std::string> WireSource::Table() {
  std::vector<size_t> lengths(Number());
  for (size_t& length : lengths) length = Number();
  WireSource entries(Sized());
  std::vector<std::string> table;
  table.reserve(lengths.size());
  for (size_t length : lengths) table.emplace_back(entries.Raw(length));
  ORRERY_CHECK(entries.at_end(), "the table is longer than its entries");
  return table;
}

namespace {

class Decoder {
 public:
  explicit Decoder(absl::string_view data) : from_(data) {}

  ReadReport Decode() {
    ORRERY_CHECK(from_.Number() == 1, "another version");
    texts_ = from_.Table();
    for (uint64_t n = from_.Number(); n > 0; --n) {
      const std::string key = Text();
      report_.facts[key] = Text();
    }
    for (uint64_t n = from_.Number(); n > 0; --n) {
      const std::string key = Text();
      report_.counts[key] = from_.Number();
    }
    kinds_ = TextList();
    cause_kinds_ = TextList();
    for (uint64_t n = from_.Number(); n > 0; --n) {
      const uint64_t node = from_.Number();
      report_.nodes[node] = Text();
    }
    sites_ = TextList();
    for (uint64_t n = from_.Number(); n > 0; --n) DecodeLane();
    for (uint64_t n = from_.Number(); n > 0; --n) {
      const uint64_t node = from_.Number();
      const uint64_t first = from_.Number();
      const uint64_t count = from_.Number();
      report_.bands.push_back(
          absl::StrCat(node, " from ", first, " for ", count, ": ", Text()));
    }
    records_ = from_.Table();
    DecodeEvents();
    DecodeTasks();
    ORRERY_CHECK(from_.at_end(), "there is more than there should be");
    return std::move(report_);
  }

 private:
  std::string Text() { return texts_.at(from_.Number()); }

  std::vector<std::string> TextList() {
    std::vector<std::string> list;
    for (uint64_t n = from_.Number(); n > 0; --n) list.push_back(Text());
    return list;
  }

  void DecodeLane() {
    ReadLane lane;
    lane.name = Text();
    lane.kind = from_.Number();
    lane.node = from_.Number();
    lane.first = from_.Number();
    lane.last = from_.Number();
    lane.over = from_.Number() == 1;
    uint64_t at = 0;
    for (uint64_t n = from_.Number(); n > 0; --n) {
      const uint64_t begin = at += from_.Number();
      at += from_.Number();
      lane.runs.emplace_back(begin, at);
    }
    report_.lanes.push_back(std::move(lane));
  }

  void DecodeRecord(const std::string& bytes, ReadEvent* event) {
    WireSource record(bytes);
    event->kind = kinds_.at(record.Number());
    event->text = texts_.at(record.Number());
    for (uint64_t n = record.Number(); n > 0; --n) {
      const std::string label = texts_.at(record.Number());
      const uint64_t type = record.Number();
      if (type == 2) {
        for (uint64_t m = record.Number(); m > 0; --m) {
          const uint64_t lane = record.Number();
          ORRERY_CHECK(lane != 0, "a candidate without a lane");
          event->candidates.push_back(lane - 1);
        }
        event->arguments.emplace_back(label, absl::StrCat(record.Number()));
        continue;
      }
      const uint64_t value = record.Number();
      event->arguments.emplace_back(label,
                                    type == 1   ? report_.lanes.at(value).name
                                    : type == 3 ? absl::StrCat("node ", value)
                                                : texts_.at(value));
    }
    ORRERY_CHECK(record.at_end(), "the record is longer than it says");
  }

  void DecodeEvents() {
    report_.events.resize(from_.Number());
    WireSource records(from_.Sized());
    WireSource lanes(from_.Sized());
    WireSource sites(from_.Sized());
    WireSource causes(from_.Sized());
    WireSource cause_kinds(from_.Sized());
    uint64_t next = 0;
    for (ReadEvent& event : report_.events) {
      const uint64_t back = records.Number();
      DecodeRecord(records_.at(back == 0 ? next++ : next - back), &event);
      event.lane = lanes.Number();
      const uint64_t site = sites.Number();
      if (site != 0) event.site = sites_.at(site - 1);
      event.cause = causes.Number();
      event.cause_kind = cause_kinds_.at(cause_kinds.Number());
    }
    ORRERY_CHECK(records.at_end() && lanes.at_end() && sites.at_end() &&
                     causes.at_end() && cause_kinds.at_end(),
                 "columns differ in length");
    size_t at = 0;
    int64_t second = 0;
    for (uint64_t n = from_.Number(); n > 0; --n) {
      second += from_.Signed();
      const int64_t ns =
          second * 1'000'000'000 + static_cast<int64_t>(from_.Number());
      for (uint64_t m = from_.Number(); m > 0; --m) {
        report_.events.at(at++).ns = ns;
      }
    }
  }

  void DecodeTasks() {
    for (uint64_t n = from_.Number(); n > 0; --n) {
      from_.Number();
      std::string task = Text();
      absl::StrAppend(&task, ": ", Text());
      for (int i = 0; i < 3; ++i) Text();
      from_.Number();
      for (const std::string& place : TextList()) {
        absl::StrAppend(&task, " at ", place);
      }
      for (const std::string& name : TextList()) {
        absl::StrAppend(&task, " for ", name);
      }
      report_.tasks.push_back(std::move(task));
    }
  }

  WireSource from_;
  ReadReport report_;
  std::vector<std::string> texts_;
  std::vector<std::string> kinds_;
  std::vector<std::string> cause_kinds_;
  std::vector<std::string> sites_;
  std::vector<std::string> records_;
};

}  // namespace

ReadReport DecodeReport(absl::string_view data) {
  return Decoder(data).Decode();
}

std::string DataOfPage(absl::string_view page) {
  ORRERY_CHECK(absl::ConsumePrefix(&page, PageBeforeData()) &&
                   absl::ConsumeSuffix(&page, PageAfterData()),
               "another page");
  std::string packed;
  ORRERY_CHECK(absl::Base64Unescape(page, &packed), "no base64");
  std::string data;
  uLongf size = static_cast<uLongf>(packed.size());
  int result = Z_BUF_ERROR;
  while (result == Z_BUF_ERROR) {
    size = 4 * size + 100;
    data.resize(size);
    uLongf used = size;
    result = ::uncompress(reinterpret_cast<Bytef*>(data.data()), &used,
                          reinterpret_cast<const Bytef*>(packed.data()),
                          static_cast<uLong>(packed.size()));
    if (result == Z_OK) data.resize(used);
  }
  ORRERY_CHECK(result == Z_OK, "zlib cannot read it");
  return data;
}

}  // namespace orrery
