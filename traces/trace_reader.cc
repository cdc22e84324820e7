// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/trace_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "orrery/traces/event_decoder.h"
#include "orrery/traces/rare_records.h"
#include "orrery/traces/trace.pb.h"
#include "orrery/traces/trace_file.h"
#include "orrery/traces/trace_source.h"
#include "orrery/traces/wire.h"

namespace orrery {
namespace {

// A tag and a length.
constexpr uint64_t kMaxRecordHead = 20;
// A trailer is its tag, its length, a tag and four bytes.
constexpr char kTrailerStart[] = "\x3a\x05\x0d";
constexpr size_t kTrailerSize = 7;

// One field of the outermost message.
struct Record {
  uint32_t number = 0;
  uint64_t offset = 0;  // of its first byte
  absl::string_view payload;
};

uint32_t Crc(absl::string_view bytes) {
  return static_cast<uint32_t>(::crc32_z(
      0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

// Reads one record after the other.
class Parser {
 public:
  Parser(TraceSource& source, const std::string& name,
         const ReadTraceOptions& options, EventDecoder::Texts texts)
      : source_(source), options_(options), decoder_(&trace_, texts) {
    trace_.name = name;
  }

  absl::StatusOr<Trace> Parse() {
    absl::Status status = CheckMagic();
    if (!status.ok()) return status;
    const absl::string_view last = source_.Last(kTrailerSize);
    closed_ =
        last.size() == kTrailerSize && absl::StartsWith(last, kTrailerStart);
    status = ParseRecords();
    if (!source_.status().ok()) return source_.status();
    trace_.size = source_.size();
    trace_.choice_count = decoder_.choices();
    if (stopped_) return std::move(trace_);
    if (!status.ok()) {
      if (!cut_short_) ForgetUnchecked();
      // A header that can be trusted has to be there in any case.
      if (!options_.allow_incomplete || !has_header_ ||
          status.code() == absl::StatusCode::kFailedPrecondition) {
        return status;
      }
      trace_.damage = std::string(status.message());
    }
    trace_.checked_bytes = checked_.bytes;
    trace_.good_bytes = cut_short_ || status.ok() ? at_ : checked_.end;
    HandOn();
    return std::move(trace_);
  }

 private:
  absl::Status Damage(uint64_t offset, absl::string_view what) const {
    return absl::DataLossError(absl::StrCat(trace_.name, ": damaged at byte ",
                                            offset, " of ", source_.size(),
                                            ": ", what));
  }

  // A file that has its end was not cut short: what looks like it is damage.
  absl::Status CutShort(uint64_t offset, absl::string_view what) {
    if (closed_) return Damage(offset, "no record begins here");
    cut_short_ = true;
    return Damage(offset, absl::StrCat("cut short", what));
  }

  absl::Status CheckMagic() {
    const absl::string_view magic(kTraceMagic, kTraceMagicSize);
    const absl::string_view start =
        source_.From(0, kTraceMagicSize).substr(0, kTraceMagicSize);
    if (!source_.status().ok()) return source_.status();
    if (start.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(
          trace_.name, ": the file is empty; nothing was recorded into it"));
    }
    if (start == magic) return absl::OkStatus();
    if (magic.substr(0, start.size()) == start) {
      return CutShort(start.size(), " within the magic number");
    }
    return absl::InvalidArgumentError(
        absl::StrCat(trace_.name, ": not an Orrery trace: it begins with \"",
                     absl::CHexEscape(start), "\", a trace with \"",
                     absl::CHexEscape(magic), "\""));
  }

  // `at_` is behind the last record that was taken.
  absl::Status ParseRecords() {
    for (at_ = kTraceMagicSize; !stopped_;) {
      absl::string_view bytes = source_.From(at_, kMaxRecordHead);
      if (bytes.empty()) break;
      Record record;
      record.offset = at_;
      const char* next = bytes.data();
      uint64_t tag = 0;
      if (!ReadVarint(&next, bytes.data() + bytes.size(), &tag)) {
        return CutShort(at_, " where a record begins");
      }
      // Of what comes then the last process wrote at most a part.
      if (tag == 0) return CutShort(at_, ": the trace was never closed");
      if ((tag & 7) != 2 || tag >> 3 > 0xffff) {
        return Damage(at_, "no record begins here");
      }
      uint64_t length = 0;
      if (!ReadVarint(&next, bytes.data() + bytes.size(), &length)) {
        return CutShort(at_, " within a record's length");
      }
      const uint64_t head = static_cast<uint64_t>(next - bytes.data());
      if (length > bytes.size() - head) {
        bytes = source_.From(at_, head + std::min(length, source_.size()));
        if (length > bytes.size() - head) {
          return CutShort(
              at_, absl::StrCat(": a record of ", length, " bytes, of which ",
                                bytes.size() - head, " are there"));
        }
      }
      record.number = static_cast<uint32_t>(tag >> 3);
      record.payload = bytes.substr(head, length);
      if (ended_) return Damage(at_, "bytes after the end");
      absl::Status status = Take(record);
      if (!status.ok()) return status;
      if (checked_.bytes == at_) checked_.end = at_ + head + length;
      at_ += head + length;
    }
    if (stopped_) return absl::OkStatus();
    if (!has_header_) return CutShort(at_, ": there is no header");
    if (!ended_) return CutShort(at_, ": the trace was never closed");
    return absl::OkStatus();
  }

  // Returns the record as a message; what is wrong in `status`, if it is none.
  template <typename Message>
  std::optional<Message> ParseAs(const Record& record, absl::Status* status) {
    std::optional<Message> message = ParseMessage<Message>(record.payload);
    if (!message.has_value()) {
      *status = Damage(
          record.offset,
          absl::StrCat("this is no ", std::string(Message().GetTypeName())));
    }
    return message;
  }

  absl::Status Checked(const Record& record, const std::string& problem) {
    return problem.empty() ? absl::OkStatus() : Damage(record.offset, problem);
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
        return Checked(record, decoder_.TakeEvent(record.payload));
      case TraceRecord::kSync:
        return TakeSync(record);
      case TraceRecord::kIntern:
        return Checked(record, decoder_.TakeIntern(record.payload));
      case TraceRecord::kChoices:
        return Checked(record, decoder_.TakeChoices(record.payload));
      case TraceRecord::kFooter:
        return TakeFooter(record);
      case TraceRecord::kTrailer:
        return TakeTrailer(record);
      case TraceRecord::kNotDone:
        return TakeNotDone(record);
      case TraceRecord::kTruncated:
        return TakeTruncated(record);
    }
    return absl::OkStatus();  // of a later version; its bytes are checked
  }

  // Of all events, those that are left out and those of unknown kinds included.
  uint64_t events() const {
    return trace_.first_event + handed_on_ + trace_.events.size() +
           trace_.unknown_events;
  }

  absl::Status TakeSync(const Record& record) {
    const NumberFields<3, 0, 1 << 3> sync(record.payload);
    if (!sync.ok()) {
      return Damage(record.offset, "this is no orrery.traces.v1.Sync");
    }
    absl::Status status = CheckSum(record.offset, sync.U32(3));
    if (!status.ok()) return status;
    // Nothing vouches for these but that they are right.
    if (sync.has(1) && sync[1] != events()) {
      return Damage(record.offset,
                    absl::StrCat("the checksum counts ", sync[1],
                                 " events, there are ", events()));
    }
    if (sync.has(2) && sync[2] != decoder_.choices()) {
      return Damage(record.offset,
                    absl::StrCat("the checksum counts ", sync[2],
                                 " choices, there are ", decoder_.choices()));
    }
    return status;
  }

  absl::Status CheckSum(uint64_t end, uint32_t expected) {
    if (Crc(source_.Between(checked_.bytes, end)) != expected) {
      return absl::DataLossError(absl::StrCat(
          trace_.name, ": damaged between byte ", checked_.bytes, " and byte ",
          end, " of ", source_.size(), ": the checksum does not match"));
    }
    if (checked_.bytes == 0) ReserveEvents(end);
    HandOn();
    checked_ = {end,
                end,
                trace_.events.size(),
                trace_.schedule.choices.size(),
                decoder_.choices(),
                trace_.unknown_events,
                has_header_,
                has_truncated_,
                has_footer_};
    source_.Drop(end);
    if (options_.on_progress) options_.on_progress(end, source_.size());
    return absl::OkStatus();
  }

  // Makes room for all events at once, if the rest of the file is as its first
  // `bytes` are.
  void ReserveEvents(uint64_t bytes) {
    if (options_.on_events) return;
    const double parts = static_cast<double>(source_.size()) /
                         static_cast<double>(std::max<uint64_t>(bytes, 1));
    trace_.events.reserve(static_cast<size_t>(
        static_cast<double>(trace_.events.size()) * parts * 1.02));
  }

  // Hands the events on of which it is known that they are as they were
  // written.
  void HandOn() {
    if (!options_.on_events || stopped_ || trace_.events.empty()) return;
    const uint64_t first = trace_.first_event + handed_on_;
    stopped_ = !options_.on_events(trace_, first, trace_.events);
    handed_on_ += trace_.events.size();
    decoder_.DropEvents();
  }

  // Of what was read since the last checksum that did match, no byte can be
  // trusted.
  void ForgetUnchecked() {
    trace_.events.erase(
        trace_.events.begin() + static_cast<std::ptrdiff_t>(checked_.events),
        trace_.events.end());
    trace_.schedule.choices.resize(checked_.choices);
    trace_.choice_count = checked_.choice_count;
    trace_.checkpoints.erase(
        trace_.checkpoints.upper_bound(checked_.choice_count),
        trace_.checkpoints.end());
    trace_.unknown_events = checked_.unknown_events;
    has_header_ = checked_.header;
    if (!checked_.footer) {
      trace_.footer.reset();
      trace_.recovered.clear();
    }
    if (!checked_.truncated) {
      trace_.before.clear();
      trace_.first_event = 0;
    }
    if (not_done_at_ >= checked_.bytes) {
      trace_.not_done.clear();
      trace_.not_done_count = 0;
    }
  }

  absl::Status TakeHeader(const Record& record) {
    if (has_header_) return Damage(record.offset, "a second header");
    absl::Status status;
    const auto header = ParseAs<traces::v1::Header>(record, &status);
    if (!header.has_value()) return status;
    if (header->min_reader() > kTraceVersion) {
      return absl::FailedPreconditionError(absl::StrCat(
          trace_.name, ": written in version ", header->version(),
          " of the format, and needs a reader of version ",
          header->min_reader(), " or later; this one knows version ",
          kTraceVersion, ". Use the `orrery` of the version that wrote it"));
    }
    if (header->level() < 0 || header->level() > traces::v1::LEVEL_EVENTS) {
      return Damage(record.offset, "the header names no known level");
    }
    has_header_ = true;
    trace_.header = HeaderOf(*header);
    trace_.schedule.ordered = header->ordered();
    return absl::OkStatus();
  }

  absl::Status TakeTruncated(const Record& record) {
    if (has_truncated_) {
      return Damage(record.offset, "events were left out a second time");
    }
    if (events() != 0) {
      return Damage(record.offset, "events were left out after the first one");
    }
    has_truncated_ = true;
    return Checked(record, decoder_.TakeTruncated(record.payload));
  }

  absl::Status TakeNotDone(const Record& record) {
    absl::Status status;
    const auto not_done = ParseAs<traces::v1::NotDone>(record, &status);
    if (!not_done.has_value()) return status;
    const uint64_t listed = static_cast<uint64_t>(not_done->task_size());
    if (not_done->count() < listed) {
      return Damage(record.offset, absl::StrCat("it counts ", not_done->count(),
                                                " tasks, there are ", listed));
    }
    not_done_at_ = record.offset;
    trace_.not_done = TasksOf(*not_done);
    trace_.not_done_count = not_done->count();
    return absl::OkStatus();
  }

  absl::Status TakeFooter(const Record& record) {
    if (has_footer_) return Damage(record.offset, "a second footer");
    absl::Status status;
    const auto footer = ParseAs<traces::v1::Footer>(record, &status);
    if (!footer.has_value()) return status;
    if (footer->events() != events()) {
      return Damage(record.offset,
                    absl::StrCat("the footer counts ", footer->events(),
                                 " events, there are ", events()));
    }
    if (footer->choices() != decoder_.choices()) {
      return Damage(record.offset,
                    absl::StrCat("the footer counts ", footer->choices(),
                                 " choices, there are ", decoder_.choices()));
    }
    has_footer_ = true;
    trace_.recovered = footer->recovered();
    if (trace_.recovered.empty()) trace_.footer = FooterOf(*footer);
    return absl::OkStatus();
  }

  absl::Status TakeTrailer(const Record& record) {
    absl::Status status;
    const auto trailer = ParseAs<traces::v1::Trailer>(record, &status);
    if (!trailer.has_value()) return status;
    // Nothing vouches for the last record but its size: a tag and four bytes.
    if (!trailer->has_crc32() || record.payload.size() != 5) {
      return Damage(record.offset, "the last record has a wrong size");
    }
    if (!has_footer_) {
      return Damage(record.offset, "it ends without a footer");
    }
    ended_ = true;
    return CheckSum(record.offset, trailer->crc32());
  }

  TraceSource& source_;
  const ReadTraceOptions& options_;
  Trace trace_;
  EventDecoder decoder_;
  uint64_t at_ = 0;
  uint64_t handed_on_ = 0;  // events
  bool has_header_ = false;
  bool has_truncated_ = false;
  bool has_footer_ = false;
  bool closed_ = false;       // the file's last bytes are those of an end
  bool ended_ = false;        // the end has been read
  bool cut_short_ = false;    // what is there is whole
  bool stopped_ = false;      // whoever takes the events has seen enough
  uint64_t not_done_at_ = 0;  // where the tasks come from
  // How much there was of each when the last checksum matched.
  struct {
    uint64_t bytes = 0;  // where the checksum begins,
    uint64_t end = 0;    // and, if it says nothing wrong, ends
    size_t events = 0;
    size_t choices = 0;
    uint64_t choice_count = 0;
    uint64_t unknown_events = 0;
    bool header = false;
    bool truncated = false;
    bool footer = false;
  } checked_;
};

absl::StatusOr<Trace> Parse(TraceSource& source, const std::string& name,
                            const ReadTraceOptions& options) {
  return Parser(source, name, options,
                options.on_events ? EventDecoder::Texts::kForNow
                                  : EventDecoder::Texts::kCopy)
      .Parse();
}

}  // namespace

absl::StatusOr<Trace> ParseTrace(absl::string_view bytes,
                                 const std::string& name,
                                 const ReadTraceOptions& options) {
  TraceSource source(bytes);
  return Parse(source, name, options);
}

absl::StatusOr<Trace> ReadTrace(const std::string& path,
                                const ReadTraceOptions& options) {
  const std::string name = path == "-" ? "standard input" : path;
  if (options.on_events && path != "-") {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return SystemError("cannot open the trace", name);
    absl::Cleanup close = [fd] { ::close(fd); };
    struct stat file = {};
    if (::fstat(fd, &file) == 0 && S_ISREG(file.st_mode)) {
      TraceSource source(fd, static_cast<uint64_t>(file.st_size), name);
      return Parse(source, name, options);
    }
  }
  absl::StatusOr<std::string> bytes = ReadTraceBytes(path, name);
  if (!bytes.ok()) return bytes.status();
  if (options.on_events) return ParseTrace(*bytes, name, options);
  // The trace owns what its texts are part of.
  std::deque<std::string> owner;
  TraceSource source(owner.emplace_back(*std::move(bytes)));
  absl::StatusOr<Trace> trace =
      Parser(source, name, options, EventDecoder::Texts::kStay).Parse();
  if (trace.ok()) trace->texts = std::move(owner);
  return trace;
}

}  // namespace orrery
