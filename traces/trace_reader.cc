// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/trace_reader.h"

#include <google/protobuf/arena.h>
#include <zlib.h>

#include <algorithm>
#include <limits>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "orrery/traces/event_decoder.h"
#include "orrery/traces/trace.pb.h"
#include "orrery/traces/trace_file.h"

namespace orrery {
namespace {

// One field of the outermost message.
struct Record {
  uint32_t number = 0;
  size_t offset = 0;  // of its first byte
  absl::string_view payload;
};

// Reads a varint at `at`; false if there is none before the end.
bool ReadVarint(absl::string_view bytes, size_t* at, uint64_t* value) {
  *value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (*at >= bytes.size()) return false;
    const uint8_t byte = static_cast<uint8_t>(bytes[(*at)++]);
    *value |= uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

uint32_t Crc(absl::string_view bytes) {
  return static_cast<uint32_t>(::crc32_z(
      0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

// Reads one record after the other, each into a message of its own.
class Parser {
 public:
  Parser(absl::string_view bytes, const std::string& name)
      : bytes_(bytes), decoder_(&trace_) {
    trace_.name = name;
    trace_.size = bytes.size();
  }

  absl::StatusOr<Trace> Parse(const ReadTraceOptions& options) {
    absl::Status status = CheckMagic();
    if (!status.ok()) return status;
    status = ParseRecords();
    if (!status.ok()) {
      if (!cut_short_) ForgetUnchecked();
      // A header that can be trusted has to be there in any case.
      if (!options.allow_incomplete || !has_header_ ||
          status.code() == absl::StatusCode::kFailedPrecondition) {
        return status;
      }
      trace_.damage = std::string(status.message());
    }
    return std::move(trace_);
  }

 private:
  absl::Status Damage(size_t offset, absl::string_view what) const {
    return absl::DataLossError(absl::StrCat(trace_.name, ": damaged at byte ",
                                            offset, " of ", bytes_.size(), ": ",
                                            what));
  }

  absl::Status CutShort(size_t offset, absl::string_view what) {
    cut_short_ = true;
    return Damage(offset, absl::StrCat("cut short", what));
  }

  absl::Status CheckMagic() {
    const absl::string_view magic(kTraceMagic, kTraceMagicSize);
    if (bytes_.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(
          trace_.name, ": the file is empty; nothing was recorded into it"));
    }
    const absl::string_view start = bytes_.substr(0, kTraceMagicSize);
    if (start == magic) return absl::OkStatus();
    if (magic.substr(0, start.size()) == start) {
      return CutShort(start.size(), " within the magic number");
    }
    return absl::InvalidArgumentError(
        absl::StrCat(trace_.name, ": not an Orrery trace: it begins with \"",
                     absl::CHexEscape(start), "\", a trace with \"",
                     absl::CHexEscape(magic), "\""));
  }

  absl::Status ParseRecords() {
    size_t at = kTraceMagicSize;
    while (at < bytes_.size()) {
      Record record;
      record.offset = at;
      uint64_t tag = 0;
      uint64_t length = 0;
      if (!ReadVarint(bytes_, &at, &tag)) {
        return CutShort(record.offset, " where a record begins");
      }
      // A file system may have made room for what was never written.
      if (tag == 0) return CutShort(record.offset, ": only zeros follow");
      if ((tag & 7) != 2 || tag >> 3 > 0xffff) {
        return Damage(record.offset, "no record begins here");
      }
      if (!ReadVarint(bytes_, &at, &length)) {
        return CutShort(record.offset, " within a record's length");
      }
      if (length > bytes_.size() - at) {
        return CutShort(
            record.offset,
            absl::StrCat(": a record of ", length, " bytes, of which ",
                         bytes_.size() - at, " are there"));
      }
      record.number = static_cast<uint32_t>(tag >> 3);
      record.payload = bytes_.substr(at, length);
      at += length;
      if (ended_) return Damage(record.offset, "bytes after the end");
      absl::Status status = Take(record);
      if (!status.ok()) return status;
    }
    if (!has_header_) return CutShort(at, ": there is no header");
    if (!ended_) {
      return CutShort(at, ": the trace was never closed");
    }
    return absl::OkStatus();
  }

  // Returns the record as a message, which lives until the next call; null, and
  // what is wrong in `status`, if it is none.
  template <typename Message>
  const Message* ParseAs(const Record& record, absl::Status* status) {
    // Giving memory back is dear, so that is done for many at a time.
    if (++parsed_ % 256 == 0) arena_.Reset();
    Message* message = Message::default_instance().New(&arena_);
    // Protobuf counts in int.
    if (record.payload.size() <= kMaxRecordBytes &&
        message->ParseFromArray(record.payload.data(),
                                static_cast<int>(record.payload.size()))) {
      return message;
    }
    *status = Damage(
        record.offset,
        absl::StrCat("this is no ", std::string(message->GetTypeName())));
    return nullptr;
  }

  // Hands the record to one of the decoder's functions.
  template <typename Message>
  absl::Status Decode(const Record& record,
                      std::string (EventDecoder::*take)(const Message&)) {
    absl::Status status;
    const auto* message = ParseAs<Message>(record, &status);
    if (message == nullptr) return status;
    const std::string problem = (decoder_.*take)(*message);
    return problem.empty() ? status : Damage(record.offset, problem);
  }

  absl::Status Take(const Record& record) {
    const auto kind = static_cast<TraceRecord>(record.number);
    if (!has_header_ && kind != TraceRecord::kHeader) {
      return Damage(record.offset, "the header is not the first record");
    }
    switch (kind) {
      case TraceRecord::kHeader:
        return TakeHeader(record);
      case TraceRecord::kEvent:
        return Decode(record, &EventDecoder::TakeEvent);
      case TraceRecord::kSync: {
        absl::Status status;
        const auto* sync = ParseAs<traces::v1::Sync>(record, &status);
        return sync == nullptr ? status
                               : CheckSum(record.offset, sync->crc32());
      }
      case TraceRecord::kIntern:
        return Decode(record, &EventDecoder::TakeIntern);
      case TraceRecord::kChoices:
        return Decode(record, &EventDecoder::TakeChoices);
      case TraceRecord::kFooter:
        return TakeFooter(record);
      case TraceRecord::kTrailer:
        return TakeTrailer(record);
      case TraceRecord::kNotDone:
        not_done_at_ = record.offset;
        return Decode(record, &EventDecoder::TakeNotDone);
    }
    return absl::OkStatus();  // of a later version; its bytes are checked
  }

  absl::Status CheckSum(size_t end, uint32_t expected) {
    if (Crc(bytes_.substr(checked_.bytes, end - checked_.bytes)) != expected) {
      return absl::DataLossError(absl::StrCat(
          trace_.name, ": damaged between byte ", checked_.bytes, " and byte ",
          end, " of ", bytes_.size(), ": the checksum does not match"));
    }
    checked_ = {end,
                trace_.events.size(),
                trace_.schedule.choices.size(),
                trace_.unknown_events,
                has_header_,
                trace_.footer.has_value()};
    return absl::OkStatus();
  }

  // Of what was read since the last checksum that did match, no byte can be
  // trusted.
  void ForgetUnchecked() {
    trace_.events.erase(trace_.events.begin() + checked_.events,
                        trace_.events.end());
    trace_.schedule.choices.resize(checked_.choices);
    trace_.checkpoints.erase(trace_.checkpoints.upper_bound(checked_.choices),
                             trace_.checkpoints.end());
    trace_.unknown_events = checked_.unknown_events;
    has_header_ = checked_.header;
    if (!checked_.footer) trace_.footer.reset();
    if (not_done_at_ >= checked_.bytes) {
      trace_.not_done.clear();
      trace_.not_done_count = 0;
    }
  }

  absl::Status TakeHeader(const Record& record) {
    if (has_header_) return Damage(record.offset, "a second header");
    absl::Status status;
    const auto* parsed = ParseAs<traces::v1::Header>(record, &status);
    if (parsed == nullptr) return status;
    const traces::v1::Header& header = *parsed;
    if (header.min_reader() > kTraceVersion) {
      return absl::FailedPreconditionError(absl::StrCat(
          trace_.name, ": written in version ", header.version(),
          " of the format, and needs a reader of version ", header.min_reader(),
          " or later; this one knows version ", kTraceVersion,
          ". Use the `orrery` of the version that wrote it"));
    }
    if (header.level() < 0 || header.level() > traces::v1::LEVEL_EVENTS) {
      return Damage(record.offset, "the header names no known level");
    }
    has_header_ = true;
    TraceHeader& to = trace_.header;
    to.version = header.version();
    to.level = static_cast<TraceLevel>(header.level());
    to.target = header.target();
    to.suite = header.suite();
    to.test = header.test();
    to.param = header.param();
    to.run = header.run();
    to.seed = Seed(header.seed());
    to.scheduler = header.scheduler();
    to.ordered = header.ordered();
    to.max_steps = header.max_steps();
    to.max_time = SimTime(header.max_time_ns());
    to.build = {header.build().id(), header.build().compiler(),
                header.build().mode()};
    to.arguments.assign(header.argument().begin(), header.argument().end());
    trace_.schedule.ordered = header.ordered();
    return absl::OkStatus();
  }

  absl::Status TakeFooter(const Record& record) {
    if (trace_.footer.has_value()) {
      return Damage(record.offset, "a second footer");
    }
    absl::Status status;
    const auto* parsed = ParseAs<traces::v1::Footer>(record, &status);
    if (parsed == nullptr) return status;
    const traces::v1::Footer& footer = *parsed;
    const uint64_t events = trace_.events.size() + trace_.unknown_events;
    if (footer.events() != events) {
      return Damage(record.offset,
                    absl::StrCat("the footer counts ", footer.events(),
                                 " events, there are ", events));
    }
    if (footer.choices() != trace_.schedule.choices.size()) {
      return Damage(
          record.offset,
          absl::StrCat("the footer counts ", footer.choices(),
                       " choices, there are ", trace_.schedule.choices.size()));
    }
    TraceFooter& to = trace_.footer.emplace();
    to.events = footer.events();
    to.choices = footer.choices();
    to.steps = footer.steps();
    to.elapsed = SimTime(footer.elapsed_ns());
    to.outcome =
        static_cast<Outcome>(std::min<uint32_t>(footer.outcome(), 255));
    to.digests = {Digest(footer.schedule_digest()),
                  Digest(footer.data_digest())};
    if (footer.has_failure()) {
      TraceFailure& failure = to.failure.emplace();
      failure.message = footer.failure().message();
      failure.time = SimTime(footer.failure().time_ns());
      failure.step = footer.failure().step();
      failure.task = footer.failure().task();
      failure.site = footer.failure().site();
    }
    if (footer.has_failed_event()) to.failed_event = footer.failed_event();
    return absl::OkStatus();
  }

  absl::Status TakeTrailer(const Record& record) {
    absl::Status status;
    const auto* trailer = ParseAs<traces::v1::Trailer>(record, &status);
    if (trailer == nullptr) return status;
    // Nothing vouches for the last record but its size: a tag and four bytes.
    if (!trailer->has_crc32() || record.payload.size() != 5) {
      return Damage(record.offset, "the last record has a wrong size");
    }
    if (!trace_.footer.has_value()) {
      return Damage(record.offset, "it ends without a footer");
    }
    ended_ = true;
    return CheckSum(record.offset, trailer->crc32());
  }

  static constexpr size_t kMaxRecordBytes = std::numeric_limits<int>::max();

  absl::string_view bytes_;
  google::protobuf::Arena arena_;
  uint64_t parsed_ = 0;
  Trace trace_;
  EventDecoder decoder_;
  bool has_header_ = false;
  bool ended_ = false;
  bool cut_short_ = false;  // what is there is whole
  size_t not_done_at_ = 0;  // where the tasks come from
  // How much there was of each when the last checksum matched.
  struct {
    size_t bytes = 0;
    size_t events = 0;
    size_t choices = 0;
    uint64_t unknown_events = 0;
    bool header = false;
    bool footer = false;
  } checked_;
};

}  // namespace

absl::StatusOr<Trace> ParseTrace(absl::string_view bytes,
                                 const std::string& name,
                                 ReadTraceOptions options) {
  return Parser(bytes, name).Parse(options);
}

absl::StatusOr<Trace> ReadTrace(const std::string& path,
                                ReadTraceOptions options) {
  const std::string name = path == "-" ? "standard input" : path;
  const absl::StatusOr<std::string> bytes = ReadTraceBytes(path, name);
  if (!bytes.ok()) return bytes.status();
  return ParseTrace(*bytes, name, options);
}

}  // namespace orrery
