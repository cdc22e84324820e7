// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/trace_writer.h"

#include <unistd.h>
#include <zlib.h>

#include <utility>

#include "absl/time/clock.h"
#include "orrery/base/digest.h"
#include "orrery/traces/trace_file.h"

namespace orrery {
namespace {

// When a block of choices is closed.
constexpr size_t kBlockBytes = 4096;
// What a choice takes at most: a byte, two long varints and two short ones.
constexpr size_t kChoiceReserve = 40;

}  // namespace

TraceWriter::~TraceWriter() {
  if (fd_ >= 0) ::close(fd_);
}

void TraceWriter::Begin(const TraceHeader& header) {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  path_.clear();
  WriteHeader(header);
}

absl::Status TraceWriter::BeginFile(const std::string& path,
                                    const TraceHeader& header) {
  Begin(header);
  fd_ = OpenTraceForWriting(path);
  if (fd_ < 0) status_ = SystemError("cannot make the trace file", path);
  path_ = path;
  return status_;
}

void TraceWriter::WriteHeader(const TraceHeader& header) {
  level_ = header.level;
  out_.Truncate(0);
  block_.Truncate(0);
  block_count_ = 0;
  choices_ = events_ = 0;
  failed_event_.reset();
  digests_ = {};
  now_ = SimTime();
  task_ = TaskId();
  unsealed_.clear();
  synced_ = last_sync_ = written_ = 0;
  open_ = true;
  has_not_done_ = false;
  status_ = absl::OkStatus();
  last_id_ = 0;
  if (!texts_.empty()) {
    texts_.clear();
    places_.clear();
    sites_.clear();
  }
  recent_site_ = nullptr;
  recent_label_ = {};
  recent_label_id_ = 0;

  out_.Reserve(512);
  for (size_t i = 0; i < kTraceMagicSize; ++i) {
    out_.Varint(0);
    out_.data()[i] = kTraceMagic[i];
  }
  const size_t begin = BeginRecord(TraceRecord::kHeader);
  out_.VarintField(1, header.version);
  out_.VarintField(2, kTraceVersion);
  out_.VarintField(3, static_cast<uint64_t>(header.level));
  out_.BytesField(4, header.target);
  out_.BytesField(5, header.suite);
  out_.BytesField(6, header.test);
  out_.BytesField(7, header.param);
  out_.Reserve(64);
  out_.VarintField(8, header.run);
  out_.Fixed64Field(9, header.seed.value);
  out_.BytesField(10, header.scheduler);
  out_.Reserve(64);
  out_.VarintField(11, header.ordered ? 1 : 0);
  out_.VarintField(12, kDigestAlgorithm);
  out_.VarintField(13, header.max_steps);
  out_.SignedField(14, header.max_time.ns);
  if (header.build != TraceBuild()) {
    const size_t build = out_.Begin(15);
    out_.BytesField(1, header.build.id);
    out_.BytesField(2, header.build.compiler);
    out_.BytesField(3, header.build.mode);
    out_.End(build);
  }
  for (const std::string& argument : header.arguments) {
    out_.OptionalBytesField(16, argument);
  }
  out_.End(begin);
}

size_t TraceWriter::BeginRecord(TraceRecord record) {
  return out_.Begin(static_cast<uint32_t>(record));
}

// ---- Choices ----------------------------------------------------------------

inline char* TraceWriter::PackLabeled(char* at, const Choice& choice) {
  const bool has_label = !choice.site.empty();
  const bool has_span = static_cast<bool>(choice.span);
  *at++ = static_cast<char>(static_cast<uint32_t>(choice.kind) |
                            (has_label ? 8 : 0) | (has_span ? 16 : 0));
  at = Packer::PutVarint(at, choice.n);
  at = Packer::PutVarint(at, choice.chosen);
  if (has_label) {
    // Labels live as long as the run: the same place is the same text.
    if (choice.site.data() != recent_label_.data() ||
        choice.site.size() != recent_label_.size()) {
      recent_label_ = choice.site;
      recent_label_id_ = InternText(choice.site);
    }
    at = Packer::PutVarint(at, recent_label_id_);
  }
  if (has_span) at = Packer::PutVarint(at, choice.span.value);
  return at;
}

void TraceWriter::OnChoices(absl::Span<const Choice> choices,
                            const DigestPair& digests) {
  digests_ = digests;
  if (level_ != TraceLevel::kChoices) return;  // they come as events too
  choices_ += choices.size();
  block_.Reserve(choices.size() * kChoiceReserve);
  char* at = block_.end();
  for (const Choice& choice : choices) {
    if (choice.site.empty() && !choice.span) [[likely]] {
      *at++ = static_cast<char>(choice.kind);
      at = Packer::PutVarint(at, choice.n);
      at = Packer::PutVarint(at, choice.chosen);
    } else {
      at = PackLabeled(at, choice);
    }
  }
  block_.SetEnd(at);
  block_count_ += static_cast<uint32_t>(choices.size());
  if (block_.size() >= kBlockBytes) CloseChoiceBlock();
}

void TraceWriter::CloseChoiceBlock() {
  if (block_count_ == 0) return;
  out_.Reserve(128);
  const size_t begin = BeginRecord(TraceRecord::kChoices);
  out_.VarintField(1, choices_ - block_count_);
  out_.VarintField(2, block_count_);
  out_.BytesField(3, {block_.data(), block_.size()});
  out_.Reserve(64);
  out_.Fixed64Field(4, digests_.schedule.value());
  out_.Fixed64Field(5, digests_.data.value());
  out_.End(begin);
  block_.Truncate(0);
  block_count_ = 0;
  MaybeSync();
}

// ---- Checksums, files -------------------------------------------------------

uint32_t TraceWriter::Checksum(size_t end) const {
  return static_cast<uint32_t>(::crc32_z(
      0, reinterpret_cast<const unsigned char*>(out_.data()) + synced_,
      end - synced_));
}

void TraceWriter::MaybeSync() {
  if (out_.size() - last_sync_ >= kSyncInterval) [[unlikely]]
    Sync();
}

void TraceWriter::Sync() {
  last_sync_ = out_.size();
  out_.Reserve(64);
  const size_t begin = BeginRecord(TraceRecord::kSync);
  out_.VarintField(1, events_);
  out_.VarintField(2, choices_);
  out_.OptionalFixed32Field(3, 0);
  out_.End(begin);
  unsealed_.push_back({last_sync_, out_.size()});
  // In memory that can wait: most traces are of runs that pass, and forgotten.
  if (fd_ < 0) return;
  Seal();
  // The Sync itself stays: the checksum of the next one includes it.
  WriteOut(synced_);
  out_.DropFront(synced_);
  written_ = synced_ = last_sync_ = 0;
}

void TraceWriter::Seal() {
  for (const auto& [begin, end] : unsealed_) {
    const uint32_t crc = Checksum(begin);
    for (size_t i = 0; i < sizeof(crc); ++i) {
      out_.data()[end - sizeof(crc) + i] = static_cast<char>(crc >> 8 * i);
    }
    synced_ = begin;
  }
  unsealed_.clear();
}

void TraceWriter::WriteOut(size_t end) {
  if (status_.ok()) {
    status_ = WriteAll(fd_, {out_.data() + written_, end - written_}, path_);
  }
  written_ = end;
}

void TraceWriter::WriteNotDone(absl::Span<const TaskReport> not_done) {
  // Those of an earlier `Rescue` have to be replaced, also by none.
  if (not_done.empty() && !has_not_done_) return;
  has_not_done_ = true;
  out_.Reserve(64);
  const size_t begin = BeginRecord(TraceRecord::kNotDone);
  out_.VarintField(1, not_done.size());
  for (const TaskReport& task : not_done.subspan(0, kMaxTracedTasks)) {
    out_.Reserve(64);
    const size_t inner = out_.Begin(2);
    out_.VarintField(1, task.id.value);
    out_.BytesField(2, task.name);
    out_.Reserve(64);
    out_.VarintField(3, static_cast<uint64_t>(task.wait));
    out_.BytesField(4, task.waits_for);
    out_.BytesField(5, task.held_by);
    out_.Reserve(64);
    out_.SignedField(6, task.due.ns);
    for (const std::string& frame : task.stack) {
      out_.OptionalBytesField(7, frame);
    }
    out_.BytesField(8, task.spawned_at);
    for (const std::string& name : task.awaited_by) {
      out_.OptionalBytesField(9, name);
    }
    out_.Reserve(64);
    out_.VarintField(10, task.running ? 1 : 0);
    out_.End(inner);
  }
  out_.End(begin);
  MaybeSync();
}

absl::Status TraceWriter::Finish(TraceFooter footer,
                                 absl::Span<const TaskReport> not_done) {
  CloseChoiceBlock();
  WriteNotDone(not_done);
  out_.Reserve(512);
  const size_t begin = BeginRecord(TraceRecord::kFooter);
  out_.VarintField(1, events_);
  out_.VarintField(2, choices_);
  out_.VarintField(3, footer.steps);
  out_.SignedField(4, footer.elapsed.ns);
  out_.VarintField(5, static_cast<uint64_t>(footer.outcome));
  out_.Fixed64Field(6, footer.digests.schedule.value());
  out_.Fixed64Field(7, footer.digests.data.value());
  if (footer.failure.has_value()) {
    const TraceFailure& failure = *footer.failure;
    const size_t inner = out_.Begin(8);
    out_.BytesField(1, failure.message);
    out_.Reserve(64);
    out_.SignedField(2, failure.time.ns);
    out_.VarintField(3, failure.step);
    out_.BytesField(4, failure.task);
    out_.BytesField(5, failure.site);
    out_.End(inner);
  }
  out_.Reserve(256);
  if (failed_event_.has_value()) out_.OptionalVarintField(9, *failed_event_);
  const size_t environment = out_.Begin(15);
  out_.SignedField(1, absl::ToUnixMillis(absl::Now()));
  char host[128] = "";
  if (::gethostname(host, sizeof(host) - 1) == 0) out_.BytesField(2, host);
  out_.Reserve(64);
  out_.VarintField(3, static_cast<uint64_t>(::getpid()));
  out_.End(environment);
  out_.End(begin);

  Seal();
  const uint32_t crc = Checksum(out_.size());
  out_.Reserve(64);
  const size_t trailer = BeginRecord(TraceRecord::kTrailer);
  out_.OptionalFixed32Field(1, crc);
  out_.End(trailer);
  open_ = false;
  if (fd_ >= 0) {
    WriteOut(out_.size());
    if (::close(std::exchange(fd_, -1)) != 0 && status_.ok()) {
      status_ = SystemError("cannot close the trace", path_);
    }
  }
  return status_;
}

void TraceWriter::Rescue(const std::string& path,
                         absl::Span<const TaskReport> not_done) {
  if (!open_) return;
  CloseChoiceBlock();
  WriteNotDone(not_done);
  Sync();
  Seal();
  if (fd_ >= 0) {
    WriteOut(out_.size());
  } else {
    // Whoever is about to die has nobody to tell that this failed too.
    (void)WriteTraceFile(path, bytes());
  }
}

}  // namespace orrery
