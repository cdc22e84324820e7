// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/trace_writer.h"

#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/time/clock.h"
#include "orrery/base/digest.h"
#include "orrery/traces/trace_file.h"

namespace orrery {
namespace {

// What a choice takes at most: a byte, two long varints and two short ones.
constexpr size_t kChoiceReserve = 40;
// Where a trace is written anew.
constexpr char kPartSuffix[] = ".part";

uint32_t Checksum(const char* data, size_t begin, size_t end) {
  return static_cast<uint32_t>(::crc32_z(
      0, reinterpret_cast<const unsigned char*>(data) + begin, end - begin));
}

}  // namespace

void TraceWriter::PutChecksum(char* data, size_t synced,
                              const SyncPlace& sync) {
  const uint32_t crc = Checksum(data, synced, sync.begin);
  for (size_t i = 0; i < sizeof(crc); ++i) {
    data[sync.end - sizeof(crc) + i] = static_cast<char>(crc >> 8 * i);
  }
}

TraceWriter::~TraceWriter() {
  file_->Close(committed_).IgnoreError();
  if (pipe_ >= 0) ::close(pipe_);
}

void TraceWriter::Begin(const TraceHeader& header) {
  // Most traces are in memory, one after another: they cost nothing here.
  if (in_file_) {
    file_->Close(committed_).IgnoreError();
    if (pipe_ >= 0) ::close(std::exchange(pipe_, -1));
    out_.UseStorage(nullptr);
    path_.clear();
    status_ = absl::OkStatus();
    in_file_ = false;
  }
  WriteHeader(header);
}

absl::Status TraceWriter::BeginFile(const std::string& path,
                                    const TraceHeader& header,
                                    uint64_t max_event_bytes) {
  Begin(header);
  in_file_ = true;
  path_ = path;
  max_event_bytes_ = max_event_bytes;
  ::unlink((path + kPartSuffix).c_str());  // of a process that was killed
  status_ = file_->Open(path);
  if (file_->is_mapped()) {
    out_.UseStorage(file_);
    WriteHeader(header);
  } else if (status_.ok()) {
    pipe_ = file_->TakeDescriptor();
  }
  return status_;
}

void TraceWriter::WriteHeader(const TraceHeader& header) {
  level_ = header.level;
  out_.Truncate(0);
  choices_ = events_ = 0;
  failed_event_.reset();
  now_ = SimTime();
  task_ = TaskId();
  syncs_.clear();
  committed_ = sealed_ = synced_ = last_sync_ = piped_ = 0;
  if (dropped_.count() != 0) dropped_.Clear();
  open_ = true;
  has_not_done_ = false;
  last_id_ = 0;
  recent_label_ = {};
  if (!texts_.empty()) {
    texts_.clear();
    places_.clear();
    sites_.clear();
    std::fill(std::begin(recent_texts_), std::end(recent_texts_), KnownText());
    std::fill(std::begin(recent_sites_), std::end(recent_sites_), nullptr);
  }

  out_.Reserve(512);
  for (size_t i = 0; i < kTraceMagicSize; ++i) {
    out_.Varint(0);
    out_.data()[i] = kTraceMagic[i];
  }
  const size_t begin = out_.BeginRecord();
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
  const TraceBuild& build_of = header.build;
  if (!build_of.id.empty() || !build_of.compiler.empty() ||
      !build_of.mode.empty()) {
    const size_t build = out_.Begin(15);
    out_.BytesField(1, build_of.id);
    out_.BytesField(2, build_of.compiler);
    out_.BytesField(3, build_of.mode);
    out_.End(build);
  }
  for (const std::string& argument : header.arguments) {
    out_.OptionalBytesField(16, argument);
  }
  EndRecord(begin, TraceRecord::kHeader);
  front_end_ = events_begin_ = out_.size();
}

// ---- Choices ----------------------------------------------------------------

// Writes how many there were and which one was chosen.
inline char* PutNumbers(char* at, const Choice& choice) {
  if (choice.n >= 1 << 14) [[unlikely]] {
    return Packer::PutVarint(Packer::PutVarint(at, choice.n), choice.chosen);
  }
  const auto n = static_cast<uint32_t>(choice.n);
  const auto chosen = static_cast<uint32_t>(choice.chosen);
  if (n < 0x80) {
    at[0] = static_cast<char>(n);
    at[1] = static_cast<char>(chosen);
    return at + 2;
  }
  at[0] = static_cast<char>(n | 0x80);
  at[1] = static_cast<char>(n >> 7);
  // How long this one is nobody can guess, so there is no branch.
  const uint32_t is_longer = chosen >= 0x80 ? 1 : 0;
  at[2] = static_cast<char>((chosen & 0x7f) | is_longer << 7);
  at[3] = static_cast<char>(chosen >> 7);
  return at + 3 + is_longer;
}

inline char* TraceWriter::PackLabeled(char* at, const Choice& choice) {
  const bool has_label = !choice.site.empty();
  const bool has_span = static_cast<bool>(choice.span);
  *at++ = static_cast<char>(static_cast<uint32_t>(choice.kind) |
                            (has_label ? 8 : 0) | (has_span ? 16 : 0));
  at = PutNumbers(at, choice);
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
  if (level_ != TraceLevel::kChoices) return;  // they come as events too
  if (choices.empty() || file_->is_off()) return;
  block_.Truncate(0);
  block_.Reserve(choices.size() * kChoiceReserve);
  char* at = block_.end();
  for (const Choice& choice : choices) {
    if (choice.site.empty() && !choice.span) [[likely]] {
      *at++ = static_cast<char>(choice.kind);
      at = PutNumbers(at, choice);
    } else {
      at = PackLabeled(at, choice);
    }
  }
  block_.SetEnd(at);
  out_.Reserve(128);
  const size_t begin = out_.BeginRecord();
  out_.VarintField(1, choices_);
  out_.VarintField(2, choices.size());
  out_.BytesField(3, {block_.data(), block_.size()});
  out_.Reserve(64);
  out_.Fixed64Field(4, digests.schedule.value());
  out_.Fixed64Field(5, digests.data.value());
  EndRecord(begin, TraceRecord::kChoices);
  choices_ += choices.size();
  MaybeSync();
}

// ---- Checksums --------------------------------------------------------------

void TraceWriter::SyncAndStayWithinBudget() {
  Sync();
  if (file_->is_mapped() && level_ == TraceLevel::kEvents &&
      out_.size() - events_begin_ > max_event_bytes_) {
    DropOldEvents();
  }
}

void TraceWriter::Sync() {
  last_sync_ = out_.size();
  out_.Reserve(64);
  // In memory the checksum can wait: most traces are of runs that pass, and
  // forgotten.
  const bool now = file_->is_mapped() && !file_->is_off();
  const uint32_t crc = now ? Checksum(out_.data(), synced_, last_sync_) : 0;
  const size_t begin = out_.BeginRecord();
  out_.VarintField(1, events_);
  out_.VarintField(2, choices_);
  out_.OptionalFixed32Field(3, crc);
  EndRecord(begin, TraceRecord::kSync);
  syncs_.push_back({last_sync_, out_.size()});
  if (!now) return;
  sealed_ = syncs_.size();
  synced_ = last_sync_;
}

void TraceWriter::Seal() {
  for (; sealed_ < syncs_.size(); ++sealed_) {
    PutChecksum(out_.data(), synced_, syncs_[sealed_]);
    synced_ = syncs_[sealed_].begin;
  }
}

// ---- The size of files ------------------------------------------------------

void TraceWriter::DropOldEvents() {
  size_t first = 0;
  while (first + 1 < syncs_.size() &&
         out_.size() - syncs_[first].begin > max_event_bytes_ / 2) {
    ++first;
  }
  syncs_.erase(syncs_.begin(), syncs_.begin() + static_cast<ptrdiff_t>(first));
  MappedFile* next = file_ == &files_[0] ? &files_[1] : &files_[0];
  const std::string path = path_ + kPartSuffix;
  absl::Status status = next->Open(path);
  if (status.ok()) status = RewriteInto(next);
  if (status.ok()) return;
  ::unlink(path.c_str());
  // It goes no further than it is.
  file_->Stop(std::move(status));
  out_.UseStorage(file_, out_.size());
}

// What a process that is killed meanwhile leaves is the file as it was.
absl::Status TraceWriter::RewriteInto(MappedFile* next) {
  const size_t cut = syncs_.front().begin;
  Packer to;
  to.UseStorage(next);
  to.Bytes({out_.data(), front_end_});
  dropped_.Take({out_.data() + events_begin_, cut - events_begin_}, to);
  const size_t front_end = to.size();
  dropped_.WriteTruncated(to);
  const size_t events_begin = to.size();
  to.Bytes({out_.data() + cut, out_.size() - cut});
  // A checksum is part of what the next one is of.
  size_t synced = 0;
  for (SyncPlace& sync : syncs_) {
    sync = {sync.begin - cut + events_begin, sync.end - cut + events_begin};
    PutChecksum(to.data(), synced, sync);
    synced = sync.begin;
  }
  const absl::Status status = next->Replace(path_);
  if (!status.ok()) {
    next->Close(0).IgnoreError();
    return status;
  }
  out_.UseStorage(next, to.size());
  file_->Close(0).IgnoreError();  // nobody can see it any more
  file_ = next;
  front_end_ = front_end;
  events_begin_ = events_begin;
  committed_ = out_.size();
  sealed_ = syncs_.size();
  synced_ = last_sync_ = syncs_.back().begin;
  return status;
}

void TraceWriter::WriteToPipe() {
  if (pipe_ < 0) return;
  if (status_.ok()) {
    status_ =
        WriteAll(pipe_, {out_.data() + piped_, out_.size() - piped_}, path_);
  }
  piped_ = out_.size();
}

// ---- The end ----------------------------------------------------------------

void TraceWriter::WriteNotDone(absl::Span<const TaskReport> not_done) {
  // Those of an earlier `Rescue` have to be replaced, also by none.
  if (not_done.empty() && !has_not_done_) return;
  has_not_done_ = true;
  out_.Reserve(64);
  const size_t begin = out_.BeginRecord();
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
  EndRecord(begin, TraceRecord::kNotDone);
  MaybeSync();
}

absl::Status TraceWriter::Finish(TraceFooter footer,
                                 absl::Span<const TaskReport> not_done) {
  WriteNotDone(not_done);
  out_.Reserve(512);
  const size_t begin = out_.BeginRecord();
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
  EndRecord(begin, TraceRecord::kFooter);

  Seal();
  const uint32_t crc = Checksum(out_.data(), synced_, out_.size());
  out_.Reserve(64);
  const size_t trailer = out_.BeginRecord();
  out_.OptionalFixed32Field(1, crc);
  EndRecord(trailer, TraceRecord::kTrailer);
  open_ = false;
  WriteToPipe();
  if (pipe_ >= 0 && ::close(std::exchange(pipe_, -1)) != 0 && status_.ok()) {
    status_ = SystemError("cannot close the trace", path_);
  }
  if (file_->is_mapped()) {
    out_.UseStorage(nullptr);
    status_ = file_->Close(committed_);
  }
  return status_;
}

void TraceWriter::Rescue(const std::string& path,
                         absl::Span<const TaskReport> not_done) {
  if (!open_ || file_->is_off()) return;
  // The process may die within an event.
  out_.Truncate(committed_);
  WriteNotDone(not_done);
  Sync();
  if (file_->is_mapped()) {
    file_->Trim(committed_);
    out_.ForgetRoom();
  } else if (pipe_ >= 0) {
    WriteToPipe();
  } else {
    Seal();
    // Whoever is about to die has nobody to tell that this failed too.
    (void)WriteTraceFile(path, bytes());
  }
}

}  // namespace orrery
