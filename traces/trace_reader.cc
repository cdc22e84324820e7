// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/trace_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "orrery/traces/event_decoder.h"
#include "orrery/traces/trace.pb.h"

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
      // A header has to be there in any case.
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

  absl::Status CheckMagic() const {
    const absl::string_view magic(kTraceMagic, kTraceMagicSize);
    if (bytes_.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(
          trace_.name, ": the file is empty; nothing was recorded into it"));
    }
    const absl::string_view start = bytes_.substr(0, kTraceMagicSize);
    if (start == magic) return absl::OkStatus();
    if (magic.substr(0, start.size()) == start) {
      return Damage(start.size(), "cut short within the magic number");
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
      // What a tag of zero begins was never written.
      if (!ReadVarint(bytes_, &at, &tag) || (tag & 7) != 2 || tag >> 3 == 0 ||
          tag >> 3 > 0xffff) {
        return Damage(record.offset, "no record begins here");
      }
      if (!ReadVarint(bytes_, &at, &length)) {
        return Damage(record.offset, "cut short within a record's length");
      }
      if (length > bytes_.size() - at) {
        return Damage(
            record.offset,
            absl::StrCat("cut short: a record of ", length, " bytes, of which ",
                         bytes_.size() - at, " are there"));
      }
      record.number = static_cast<uint32_t>(tag >> 3);
      record.payload = bytes_.substr(at, length);
      at += length;
      if (ended_) return Damage(record.offset, "bytes after the end");
      absl::Status status = Take(record);
      if (!status.ok()) return status;
    }
    if (!has_header_) return Damage(at, "cut short: there is no header");
    if (!ended_) {
      return Damage(at, "cut short: the trace was never closed");
    }
    return absl::OkStatus();
  }

  template <typename Message>
  absl::Status ParseMessage(const Record& record, Message* message) {
    if (!message->ParseFromArray(record.payload.data(),
                                 static_cast<int>(record.payload.size()))) {
      return Damage(
          record.offset,
          absl::StrCat("this is no ", std::string(message->GetTypeName())));
    }
    return absl::OkStatus();
  }

  absl::Status Take(const Record& record) {
    if (!has_header_ && record.number != 1) {
      return Damage(record.offset, "the header is not the first record");
    }
    switch (record.number) {
      case 1:
        return TakeHeader(record);
      case 2: {
        traces::v1::Event event;
        absl::Status status = ParseMessage(record, &event);
        if (!status.ok()) return status;
        const std::string problem = decoder_.TakeEvent(event);
        if (!problem.empty()) return Damage(record.offset, problem);
        return absl::OkStatus();
      }
      case 3: {
        traces::v1::Sync sync;
        absl::Status status = ParseMessage(record, &sync);
        if (!status.ok()) return status;
        return CheckSum(record.offset, sync.crc32());
      }
      case 4: {
        traces::v1::Intern intern;
        absl::Status status = ParseMessage(record, &intern);
        if (!status.ok()) return status;
        const std::string problem = decoder_.TakeIntern(intern);
        if (!problem.empty()) return Damage(record.offset, problem);
        return absl::OkStatus();
      }
      case 5: {
        traces::v1::ChoiceBlock block;
        absl::Status status = ParseMessage(record, &block);
        if (!status.ok()) return status;
        const std::string problem = decoder_.TakeChoices(block);
        if (!problem.empty()) return Damage(record.offset, problem);
        return absl::OkStatus();
      }
      case 6:
        return TakeFooter(record);
      case 7: {
        traces::v1::Trailer trailer;
        absl::Status status = ParseMessage(record, &trailer);
        if (!status.ok()) return status;
        // Nothing vouches for the last record but its size.
        const size_t expected = trailer.crc32() != 0 ? 5 : 0;
        if (record.payload.size() != expected) {
          return Damage(record.offset, "the last record has a wrong size");
        }
        ended_ = true;
        return CheckSum(record.offset, trailer.crc32());
      }
      default:
        return absl::OkStatus();  // of a later version; its bytes are checked
    }
  }

  absl::Status CheckSum(size_t end, uint32_t expected) {
    if (Crc(bytes_.substr(checked_, end - checked_)) != expected) {
      return absl::DataLossError(absl::StrCat(
          trace_.name, ": damaged between byte ", checked_, " and byte ", end,
          " of ", bytes_.size(), ": the checksum does not match"));
    }
    checked_ = end;
    return absl::OkStatus();
  }

  absl::Status TakeHeader(const Record& record) {
    if (has_header_) return Damage(record.offset, "a second header");
    traces::v1::Header header;
    absl::Status status = ParseMessage(record, &header);
    if (!status.ok()) return status;
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
    trace_.schedule.ordered = header.ordered();
    return absl::OkStatus();
  }

  absl::Status TakeFooter(const Record& record) {
    if (trace_.footer.has_value()) {
      return Damage(record.offset, "a second footer");
    }
    traces::v1::Footer footer;
    absl::Status status = ParseMessage(record, &footer);
    if (!status.ok()) return status;
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
    to.outcome = static_cast<Outcome>(footer.outcome());
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
    return absl::OkStatus();
  }

  absl::string_view bytes_;
  Trace trace_;
  EventDecoder decoder_;
  bool has_header_ = false;
  bool ended_ = false;
  size_t checked_ = 0;  // all bytes before this one match their checksums
};

absl::StatusOr<std::string> ReadBytes(const std::string& path) {
  const int fd = path == "-" ? ::dup(STDIN_FILENO)
                             : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return absl::ErrnoToStatus(errno,
                               absl::StrCat("cannot open the trace ", path));
  }
  std::string bytes;
  struct stat info;
  if (::fstat(fd, &info) == 0 && S_ISREG(info.st_mode)) {
    bytes.reserve(static_cast<size_t>(info.st_size));
  }
  char buffer[64 * 1024];
  for (;;) {
    const ssize_t got = ::read(fd, buffer, sizeof(buffer));
    if (got == 0) break;
    if (got < 0) {
      if (errno == EINTR) continue;
      absl::Status status = absl::ErrnoToStatus(
          errno, absl::StrCat("cannot read the trace ", path));
      ::close(fd);
      return status;
    }
    bytes.append(buffer, static_cast<size_t>(got));
  }
  ::close(fd);
  return bytes;
}

}  // namespace

absl::StatusOr<Trace> ParseTrace(absl::string_view bytes,
                                 const std::string& name,
                                 ReadTraceOptions options) {
  return Parser(bytes, name).Parse(options);
}

absl::StatusOr<Trace> ReadTrace(const std::string& path,
                                ReadTraceOptions options) {
  absl::StatusOr<std::string> bytes = ReadBytes(path);
  if (!bytes.ok()) return bytes.status();
  return ParseTrace(*bytes, path, options);
}

}  // namespace orrery
