// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/tests/fuzz/check_reader.h"

#include <zlib.h>

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "orrery/base/check.h"
#include "orrery/traces/format.h"
#include "orrery/traces/trace_diff.h"
#include "orrery/traces/trace_json.h"
#include "orrery/traces/trace_reader.h"
#include "orrery/traces/trace_text.h"
#include "orrery/traces/verify_trace.h"

namespace orrery {
namespace {

// Returns a line for each event.
std::vector<std::string> LinesOf(uint64_t first,
                                 absl::Span<const TraceEvent> events,
                                 TraceNames& names) {
  std::vector<std::string> lines;
  for (const TraceEvent& event : events) {
    names.Learn(event);
    lines.push_back(FormatEvent(first++, event, names));
  }
  return lines;
}

void UseAll(const Trace& trace, std::vector<std::string>* lines) {
  TraceNames names;
  for (const TraceEvent& event : trace.before) names.Learn(event);
  *lines = LinesOf(trace.first_event, trace.events, names);
  for (size_t i = 0; i < trace.events.size() && i < 50; ++i) {
    EventAs(EventFormat::kJson, i, trace.events[i], names);
    EventAs(EventFormat::kTextProto, i, trace.events[i], names);
  }
  ORRERY_CHECK(!FormatInfo(trace).empty() && !InfoAsJson(trace).empty(),
               "there is always something to say");
  for (const ScheduledChoice& choice : trace.schedule.choices) {
    ORRERY_CHECK(choice.chosen < choice.n, "a choice that is none");
    trace.schedule.SiteOf(choice);
  }
  ORRERY_CHECK(trace.choice_count == trace.schedule.choices.size(),
               "choices are miscounted");
  ORRERY_CHECK(
      trace.checked_bytes <= trace.good_bytes && trace.good_bytes <= trace.size,
      "more is good than there is");
}

// A reader that keeps nothing has to see the same.
void CheckPieces(absl::string_view bytes, const Trace& whole,
                 const std::vector<std::string>& lines) {
  TraceNames names;
  std::vector<std::string> pieces;
  const absl::StatusOr<Trace> read =
      ParseTrace(bytes, "x",
                 {.allow_incomplete = true,
                  .on_events = [&](const Trace& so_far, uint64_t first,
                                   absl::Span<const TraceEvent> events) {
                    if (pieces.empty()) {
                      for (const TraceEvent& event : so_far.before)
                        names.Learn(event);
                    }
                    for (std::string& line : LinesOf(first, events, names)) {
                      pieces.push_back(std::move(line));
                    }
                    return true;
                  }});
  ORRERY_CHECK(read.ok(), "it is read whole, and not in pieces");
  ORRERY_CHECK(read->damage == whole.damage && pieces == lines &&
                   read->choice_count == whole.choice_count &&
                   read->good_bytes == whole.good_bytes,
               "it is another one in pieces");
}

}  // namespace

void CheckReader(absl::string_view bytes) {
  const absl::Status strict = ParseTrace(bytes, "x").status();
  const absl::StatusOr<Trace> trace =
      ParseTrace(bytes, "x", {.allow_incomplete = true});
  if (!trace.ok()) {
    ORRERY_CHECK(trace.status() == strict, "two errors for one file");
    ORRERY_CHECK(!VerifyTraceBytes(bytes, "x").ok(), "no trace, but a verdict");
    return;
  }
  ORRERY_CHECK(strict.ok() == trace->damage.empty() &&
                   (strict.ok() || strict.message() == trace->damage),
               "damage is not what the error says");
  std::vector<std::string> lines;
  UseAll(*trace, &lines);
  CheckPieces(bytes, *trace, lines);
  ORRERY_CHECK(!DiffTraces(*trace, *trace, {.exact = true}).has_value(),
               "it differs from itself");
  const absl::StatusOr<TraceVerdict> verdict = VerifyTraceBytes(bytes, "x");
  ORRERY_CHECK(verdict.ok() && verdict->trace.damage == trace->damage &&
                   !FormatVerdict(*verdict).empty(),
               "the verdict is about another file");
}

std::vector<RecordPlace> RecordPlaces(absl::string_view bytes) {
  std::vector<RecordPlace> places;
  size_t at = kTraceMagicSize;
  auto varint = [&](uint64_t* value) {
    *value = 0;
    for (int shift = 0; shift < 64 && at < bytes.size(); shift += 7) {
      const auto byte = static_cast<unsigned char>(bytes[at++]);
      *value |= uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) return true;
    }
    return false;
  };
  while (at < bytes.size()) {
    RecordPlace place;
    place.begin = at;
    uint64_t tag = 0;
    uint64_t size = 0;
    if (!varint(&tag) || (tag & 7) != 2 || !varint(&size) ||
        size > bytes.size() - at) {
      break;
    }
    place.number = tag >> 3;
    place.payload = at;
    place.end = at = at + size;
    places.push_back(place);
  }
  return places;
}

std::string WithGoodChecksums(absl::string_view bytes) {
  std::string mended(bytes);
  size_t checked = 0;
  for (const RecordPlace& place : RecordPlaces(bytes)) {
    const bool is_sync =
        place.number == static_cast<uint64_t>(TraceRecord::kSync);
    if (!is_sync &&
        place.number != static_cast<uint64_t>(TraceRecord::kTrailer)) {
      continue;
    }
    // The last five bytes of either: a tag and a checksum.
    if (place.end - place.payload < 5 ||
        mended[place.end - 5] != (is_sync ? '\x1d' : '\x0d')) {
      continue;
    }
    const auto crc = static_cast<uint32_t>(::crc32_z(
        0, reinterpret_cast<const unsigned char*>(mended.data()) + checked,
        place.begin - checked));
    for (size_t i = 0; i < 4; ++i) {
      mended[place.end - 4 + i] = static_cast<char>(crc >> 8 * i);
    }
    checked = place.begin;
  }
  return mended;
}

}  // namespace orrery
