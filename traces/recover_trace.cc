// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/recover_trace.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "orrery/traces/format.h"
#include "orrery/traces/packer.h"
#include "orrery/traces/trace_audit.h"
#include "orrery/traces/trace_file.h"
#include "orrery/traces/trace_reader.h"
#include "orrery/traces/trace_source.h"

namespace orrery {
namespace {

// How much is copied at a time.
constexpr uint64_t kStep = 1 << 20;

uint32_t AddToCrc(uint32_t crc, absl::string_view bytes) {
  if (bytes.empty()) return crc;  // zlib would begin anew
  return static_cast<uint32_t>(::crc32_z(
      crc, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

// Whether both are there and are one file.
bool SameFile(const std::string& a, const std::string& b) {
  struct stat left = {};
  struct stat right = {};
  return ::stat(a.c_str(), &left) == 0 && ::stat(b.c_str(), &right) == 0 &&
         left.st_dev == right.st_dev && left.st_ino == right.st_ino;
}

// Copies the first `size` bytes of the file at `path` to `to`; `crc` is over
// those from `begin` on.
absl::Status Copy(const std::string& path, uint64_t size, uint64_t begin,
                  int to, const std::string& output, uint32_t* crc) {
  const int from = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (from < 0) return SystemError("cannot open the trace", path);
  const absl::Cleanup close = [from] { ::close(from); };
  TraceSource source(from, size, path);
  for (uint64_t at = 0; at < size;) {
    source.Drop(at);
    const uint64_t step = std::min(kStep, size - at);
    const absl::string_view bytes = source.From(at, step).substr(0, step);
    if (!source.status().ok()) return source.status();
    if (bytes.size() < step) {
      return absl::AbortedError(
          absl::StrCat(path, ": became shorter while it was read"));
    }
    const absl::Status status = WriteAll(to, bytes, output);
    if (!status.ok()) return status;
    if (at + step > begin) {
      *crc = AddToCrc(*crc, bytes.substr(begin > at ? begin - at : 0));
    }
    at += step;
  }
  return absl::OkStatus();
}

// Appends a footer that says what is known, and no outcome.
void PackFooter(const Trace& trace, uint64_t events, const TraceAudit& audit,
                Packer& out) {
  out.Reserve(512);
  const size_t begin = out.Begin(static_cast<uint32_t>(TraceRecord::kFooter));
  out.VarintField(1, events);
  out.VarintField(2, trace.choice_count);
  // Of events that are not in the file nobody knows.
  if (trace.header.level == TraceLevel::kEvents && trace.first_event == 0 &&
      trace.unknown_events == 0) {
    out.VarintField(3, audit.steps());
    out.SignedField(4, audit.last_time().ns);
    out.Fixed64Field(6, audit.digests().schedule.value());
    if (audit.knows_data()) {
      out.Fixed64Field(7, audit.digests().data.value());
    }
  } else if (const auto last = trace.checkpoints.find(trace.choice_count);
             last != trace.checkpoints.end()) {
    out.Fixed64Field(6, last->second.schedule.value());
    out.Fixed64Field(7, last->second.data.value());
  }
  if (trace.first_event == 0 && audit.failed_event().has_value()) {
    out.OptionalVarintField(9, *audit.failed_event());
  }
  out.BytesField(10, trace.damage);
  out.End(begin);
}

// Writes the good part of the trace at `path`, and the end that it lacks.
absl::Status Save(const std::string& path, const Trace& trace, uint64_t events,
                  const TraceAudit& audit, int to, const std::string& output) {
  uint32_t crc = 0;
  absl::Status status =
      Copy(path, trace.good_bytes, trace.checked_bytes, to, output, &crc);
  if (!status.ok() || trace.damage.empty()) return status;
  Packer end;
  if (!trace.footer.has_value() && trace.recovered.empty()) {
    PackFooter(trace, events, audit, end);
  }
  crc = AddToCrc(crc, {end.data(), end.size()});
  end.Reserve(64);
  const size_t begin = end.Begin(static_cast<uint32_t>(TraceRecord::kTrailer));
  end.OptionalFixed32Field(1, crc);
  end.End(begin);
  return WriteAll(to, {end.data(), end.size()}, output);
}

}  // namespace

absl::StatusOr<TraceRecovery> RecoverTrace(const std::string& path,
                                           const std::string& output,
                                           const RecoverTraceOptions& options) {
  if (path == "-") {
    return absl::InvalidArgumentError(
        "a trace is saved from a file, which is read twice, not from standard "
        "input");
  }
  if (SameFile(path, output)) {
    return absl::InvalidArgumentError(absl::StrCat(
        output, ": this is the trace itself; name another file to save it to"));
  }
  TraceAudit audit;
  uint64_t events = 0;
  const absl::StatusOr<Trace> trace =
      ReadTrace(path, {.allow_incomplete = true,
                       .on_events =
                           [&](const Trace&, uint64_t first,
                               absl::Span<const TraceEvent> some) {
                             for (const TraceEvent& event : some) {
                               audit.Take(first++, event);
                             }
                             events = first;
                             return true;
                           },
                       .on_progress = options.on_progress});
  if (!trace.ok()) return trace.status();
  events = std::max(events, trace->first_event) + trace->unknown_events;

  const int to = OpenTraceForWriting(output);
  if (to < 0) return SystemError("cannot make the trace file", output);
  absl::Status status = Save(path, *trace, events, audit, to, output);
  if (::close(to) != 0 && status.ok()) {
    status = SystemError("cannot close the trace", output);
  }
  if (!status.ok()) return status;
  return TraceRecovery{.damage = trace->damage,
                       .bytes = trace->size,
                       .kept_bytes = trace->good_bytes,
                       .events = events,
                       .choices = trace->choice_count,
                       .has_footer = trace->footer.has_value()};
}

std::string FormatRecovery(const std::string& path, const std::string& output,
                           const TraceRecovery& recovery) {
  if (recovery.damage.empty()) {
    return absl::StrCat(path, ": sound; ", output, " is a copy of it");
  }
  return absl::StrCat(
      recovery.damage, "\nsaved to ", output, ": ", recovery.events,
      " events and ", recovery.choices, " choices, from the first ",
      recovery.kept_bytes, " bytes of ", recovery.bytes, "\nlost: ",
      recovery.has_footer ? "nothing but the end of the file"
                          : "what came after them, and how the run ended");
}

}  // namespace orrery
