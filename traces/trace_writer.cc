// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/trace_writer.h"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "orrery/base/source_site.h"

namespace orrery {
namespace {

// Field numbers of trace.proto.
enum : uint32_t {
  kHeader = 1,
  kEvent = 2,
  kSync = 3,
  kIntern = 4,
  kChoices = 5,
  kFooter = 6,
  kTrailer = 7,
};

// What an event takes at most, apart from the texts in it.
constexpr size_t kEventReserve = 256;
constexpr size_t kBlockBytes = 4096;

absl::Status SystemError(absl::string_view what, const std::string& path) {
  return absl::ErrnoToStatus(errno, absl::StrCat(what, " ", path));
}

absl::Status WriteAll(int fd, absl::string_view bytes,
                      const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return SystemError("cannot write the trace", path);
    }
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

int OpenForWriting(const std::string& path) {
  return ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
}

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
  fd_ = OpenForWriting(path);
  if (fd_ < 0) return SystemError("cannot make the trace file", path);
  path_ = path;
  return absl::OkStatus();
}

void TraceWriter::WriteHeader(const TraceHeader& header) {
  level_ = header.level;
  out_.Truncate(0);
  block_.Truncate(0);
  block_count_ = 0;
  choices_ = events_ = 0;
  digests_ = {};
  now_ = SimTime();
  task_ = TaskId();
  synced_ = 0;
  status_ = absl::OkStatus();
  last_id_ = 0;
  if (!texts_.empty()) {
    texts_.clear();
    sites_.clear();
  }
  recent_site_ = {};
  recent_site_id_ = 0;
  recent_label_.clear();
  recent_label_id_ = 0;

  out_.Reserve(512);
  for (size_t i = 0; i < kTraceMagicSize; ++i) {
    out_.Varint(0);
    out_.data()[i] = kTraceMagic[i];
  }
  const size_t begin = out_.Begin(kHeader);
  out_.VarintField(1, header.version);
  out_.VarintField(2, kTraceVersion);
  out_.VarintField(3, static_cast<uint64_t>(header.level));
  if (!header.target.empty()) out_.BytesField(4, header.target);
  if (!header.suite.empty()) out_.BytesField(5, header.suite);
  if (!header.test.empty()) out_.BytesField(6, header.test);
  if (!header.param.empty()) out_.BytesField(7, header.param);
  out_.Reserve(256);
  if (header.run != 0) out_.VarintField(8, header.run);
  if (header.seed.value != 0) out_.Fixed64Field(9, header.seed.value);
  out_.BytesField(10, header.scheduler);
  out_.Reserve(256);
  if (header.ordered) out_.VarintField(11, 1);
  out_.VarintField(12, kDigestAlgorithm);
  if (header.max_steps != 0) out_.VarintField(13, header.max_steps);
  if (header.max_time.ns != 0) out_.SignedField(14, header.max_time.ns);
  out_.End(begin);
}

// ---- Choices ----------------------------------------------------------------

void TraceWriter::OnChoice(const Choice& choice, const DigestPair& digests) {
  ++choices_;
  digests_ = digests;
  if (level_ != TraceLevel::kChoices) return;  // it comes as an event too
  uint32_t label = 0;
  if (!choice.site.empty()) {
    if (choice.site != recent_label_) {
      recent_label_ = std::string(choice.site);
      recent_label_id_ = InternText(choice.site);
    }
    label = recent_label_id_;
  }
  block_.Reserve(64);
  block_.Varint(static_cast<uint64_t>(choice.kind) | (label != 0 ? 8 : 0) |
                (choice.span ? 16 : 0));
  block_.Varint(choice.n);
  block_.Varint(choice.chosen);
  if (label != 0) block_.Varint(label);
  if (choice.span) block_.Varint(choice.span.value);
  ++block_count_;
  if (block_.size() >= kBlockBytes) [[unlikely]]
    CloseChoiceBlock();
}

void TraceWriter::CloseChoiceBlock() {
  if (block_count_ == 0) return;
  out_.Reserve(128);
  const size_t begin = out_.Begin(kChoices);
  if (choices_ != block_count_) {
    out_.VarintField(1, choices_ - block_count_);
  }
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

// ---- Texts and places -------------------------------------------------------

uint32_t TraceWriter::InternText(absl::string_view text) {
  const auto found = texts_.find(text);
  if (found != texts_.end()) return found->second;
  const uint32_t id = ++last_id_;
  texts_.emplace(std::string(text), id);
  out_.Reserve(64);
  const size_t begin = out_.Begin(kIntern);
  out_.VarintField(1, id);
  out_.BytesField(2, text);
  out_.End(begin);
  return id;
}

uint32_t TraceWriter::InternSite(const SiteText& site) {
  if (site.line == 0) return 0;
  // By address first: the same place has the same constants.
  const SiteKey key = {site.file.data(), site.function.data(), site.line};
  if (key == recent_site_) return recent_site_id_;
  recent_site_ = key;
  const auto found = sites_.find(key);
  recent_site_id_ =
      found != sites_.end() ? found->second : InternSiteSlow(site);
  return recent_site_id_;
}

uint32_t TraceWriter::InternSiteSlow(const SiteText& site) {
  // By content second, so that the bytes do not depend on which copies of a
  // constant the linker has merged.
  const absl::string_view file = CleanFile(site.file);
  const std::string function = CleanFunction(site.function);
  const std::string content =
      absl::StrCat(file, absl::string_view("\0", 1), function,
                   absl::string_view("\0", 1), site.line);
  uint32_t id = 0;
  const auto found = texts_.find(content);
  if (found != texts_.end()) {
    id = found->second;
  } else {
    const uint32_t file_id = InternText(file);
    const uint32_t function_id = InternText(function);
    id = ++last_id_;
    texts_.emplace(content, id);
    out_.Reserve(64);
    const size_t begin = out_.Begin(kIntern);
    out_.VarintField(1, id);
    const size_t inner = out_.Begin(3);
    out_.VarintField(1, file_id);
    out_.VarintField(2, function_id);
    out_.VarintField(3, site.line);
    out_.End(inner);
    out_.End(begin);
  }
  sites_.emplace(SiteKey{site.file.data(), site.function.data(), site.line},
                 id);
  return id;
}

// ---- Events -----------------------------------------------------------------

void TraceWriter::OnEvent(const TraceEvent& event) {
  std::visit(
      [&](const auto& what) {
        using What = std::decay_t<decltype(what)>;
        // Texts come before the event that uses them.
        if constexpr (requires { what.site; }) InternSite(what.site);
        if constexpr (std::is_same_v<What, event::Spawned>) {
          if (!what.name.empty()) InternText(what.name);
        } else if constexpr (std::is_same_v<What, event::ObjectMade>) {
          InternText(what.type);
          if (!what.name.empty()) InternText(what.name);
        } else if constexpr (std::is_same_v<What, event::Chosen>) {
          if (!what.choice.site.empty()) InternText(what.choice.site);
        } else if constexpr (std::is_same_v<What, event::SpanBegun>) {
          InternText(what.label);
        } else if constexpr (std::is_same_v<What, event::Faulted>) {
          InternText(what.what);
        }
        out_.Reserve(kEventReserve);
        const size_t begin = out_.Begin(kEvent);
        if (event.time != now_) {
          out_.VarintField(1, static_cast<uint64_t>(event.time.ns - now_.ns));
          now_ = event.time;
        }
        if (event.task != task_) {
          out_.VarintField(2, event.task.value);
          task_ = event.task;
        }
        Pack(what);
        out_.End(begin);
      },
      event.what);
  ++events_;
  MaybeSync();
}

void TraceWriter::Pack(const event::Resumed&) { out_.End(out_.Begin(3)); }

void TraceWriter::Pack(const event::Suspended& e) {
  const size_t begin = out_.Begin(4);
  out_.VarintField(1, static_cast<uint64_t>(e.wait));
  if (e.object != 0) out_.VarintField(2, e.object);
  if (e.due > now_) {
    out_.VarintField(3, static_cast<uint64_t>(e.due.ns - now_.ns));
  }
  if (const uint32_t site = InternSite(e.site)) out_.VarintField(4, site);
  out_.End(begin);
}

void TraceWriter::Pack(const event::Woken& e) {
  const size_t begin = out_.Begin(5);
  out_.VarintField(1, e.task.value);
  out_.End(begin);
}

void TraceWriter::Pack(const event::Chosen& e) {
  const size_t begin = out_.Begin(6);
  out_.VarintField(1, static_cast<uint64_t>(e.choice.kind));
  out_.VarintField(2, e.choice.n);
  if (e.choice.chosen != 0) out_.VarintField(3, e.choice.chosen);
  if (!e.choice.site.empty()) out_.VarintField(4, InternText(e.choice.site));
  if (e.choice.span) out_.VarintField(5, e.choice.span.value);
  if (!e.candidates.empty()) {
    const size_t list = out_.Begin(6);
    for (TaskId id : e.candidates) out_.Varint(id.value);
    out_.End(list);
  }
  out_.End(begin);
}

void TraceWriter::Pack(const event::Accessed& e) {
  const size_t begin = out_.Begin(7);
  out_.VarintField(1, e.object.value);
  if (e.kind != AccessKind::kNone) {
    out_.VarintField(2, static_cast<uint64_t>(e.kind));
  }
  out_.End(begin);
}

void TraceWriter::Pack(const event::Spawned& e) {
  const size_t begin = out_.Begin(8);
  out_.VarintField(1, e.id.value);
  out_.Fixed64Field(2, e.entity.value);
  out_.VarintField(3, static_cast<uint64_t>(e.kind));
  if (e.node) out_.VarintField(4, e.node.value);
  if (!e.name.empty()) out_.VarintField(5, InternText(e.name));
  if (const uint32_t site = InternSite(e.site)) out_.VarintField(6, site);
  if (e.kind == EntityKind::kTimer) out_.SignedField(7, e.due.ns);
  out_.End(begin);
}

void TraceWriter::Pack(const event::Finished& e) {
  const size_t begin = out_.Begin(9);
  if (e.failed) out_.VarintField(1, 1);
  out_.End(begin);
}

void TraceWriter::Pack(const event::ObjectMade& e) {
  const size_t begin = out_.Begin(10);
  out_.VarintField(1, e.id.value);
  out_.Fixed64Field(2, e.key.value);
  out_.VarintField(3, InternText(e.type));
  if (!e.name.empty()) out_.VarintField(4, InternText(e.name));
  if (const uint32_t site = InternSite(e.site)) out_.VarintField(5, site);
  out_.End(begin);
}

void TraceWriter::Pack(const event::Logged& e) {
  const size_t begin = out_.Begin(11);
  if (!e.text.empty()) out_.BytesField(1, e.text);
  out_.Reserve(32);
  if (const uint32_t site = InternSite(e.site)) out_.VarintField(2, site);
  out_.End(begin);
}

void TraceWriter::Pack(const event::Failed& e) {
  const size_t begin = out_.Begin(12);
  if (!e.message.empty()) out_.BytesField(1, e.message);
  out_.Reserve(32);
  if (const uint32_t site = InternSite(e.site)) out_.VarintField(2, site);
  out_.End(begin);
}

void TraceWriter::Pack(const event::TimerCancelled& e) {
  const size_t begin = out_.Begin(13);
  out_.VarintField(1, e.timer.value);
  out_.End(begin);
}

void TraceWriter::Pack(const event::TimePassed& e) {
  const size_t begin = out_.Begin(14);
  out_.SignedField(1, e.until.ns);
  if (const uint32_t site = InternSite(e.site)) out_.VarintField(2, site);
  out_.End(begin);
}

void TraceWriter::Pack(const event::Faulted& e) {
  const size_t begin = out_.Begin(15);
  out_.VarintField(1, InternText(e.what));
  if (e.node) out_.VarintField(2, e.node.value);
  out_.End(begin);
}

void TraceWriter::Pack(const event::SpanBegun& e) {
  const size_t begin = out_.Begin(16);
  out_.VarintField(1, e.id.value);
  if (e.parent) out_.VarintField(2, e.parent.value);
  out_.VarintField(3, InternText(e.label));
  out_.End(begin);
}

void TraceWriter::Pack(const event::SpanEnded& e) {
  const size_t begin = out_.Begin(17);
  out_.VarintField(1, e.id.value);
  out_.End(begin);
}

// ---- Checksums, files -------------------------------------------------------

uint32_t TraceWriter::Checksum() const {
  return static_cast<uint32_t>(::crc32_z(
      0, reinterpret_cast<const unsigned char*>(out_.data()) + synced_,
      out_.size() - synced_));
}

void TraceWriter::MaybeSync() {
  if (out_.size() - synced_ >= kSyncInterval) [[unlikely]]
    Sync();
}

void TraceWriter::Sync() {
  const uint32_t crc = Checksum();
  synced_ = out_.size();
  out_.Reserve(64);
  const size_t begin = out_.Begin(kSync);
  if (events_ != 0) out_.VarintField(1, events_);
  if (choices_ != 0) out_.VarintField(2, choices_);
  if (crc != 0) out_.Fixed32Field(3, crc);
  out_.End(begin);
  if (fd_ >= 0) Drain();
}

// Writes what has a checksum; what comes after stays, for the next one.
void TraceWriter::Drain() {
  if (status_.ok()) {
    status_ = WriteAll(fd_, {out_.data(), synced_}, path_);
  }
  const size_t rest = out_.size() - synced_;
  std::memmove(out_.data(), out_.data() + synced_, rest);
  out_.Truncate(rest);
  synced_ = 0;
}

absl::Status TraceWriter::Finish(TraceFooter footer) {
  CloseChoiceBlock();
  out_.Reserve(512);
  const size_t begin = out_.Begin(kFooter);
  if (events_ != 0) out_.VarintField(1, events_);
  if (choices_ != 0) out_.VarintField(2, choices_);
  if (footer.steps != 0) out_.VarintField(3, footer.steps);
  if (footer.elapsed.ns != 0) out_.SignedField(4, footer.elapsed.ns);
  out_.VarintField(5, static_cast<uint64_t>(footer.outcome));
  out_.Fixed64Field(6, footer.digests.schedule.value());
  out_.Fixed64Field(7, footer.digests.data.value());
  if (footer.failure.has_value()) {
    const TraceFailure& failure = *footer.failure;
    const size_t inner = out_.Begin(8);
    if (!failure.message.empty()) out_.BytesField(1, failure.message);
    out_.Reserve(64);
    if (failure.time.ns != 0) out_.SignedField(2, failure.time.ns);
    if (failure.step != 0) out_.VarintField(3, failure.step);
    if (!failure.task.empty()) out_.BytesField(4, failure.task);
    if (!failure.site.empty()) out_.BytesField(5, failure.site);
    out_.End(inner);
  }
  out_.Reserve(256);
  const size_t environment = out_.Begin(15);
  out_.SignedField(1, absl::ToUnixMillis(absl::Now()));
  char host[128] = "";
  if (::gethostname(host, sizeof(host) - 1) == 0 && host[0] != '\0') {
    out_.BytesField(2, host);
  }
  out_.Reserve(64);
  out_.VarintField(3, static_cast<uint64_t>(::getpid()));
  out_.End(environment);
  out_.End(begin);

  const uint32_t crc = Checksum();
  out_.Reserve(64);
  const size_t trailer = out_.Begin(kTrailer);
  if (crc != 0) out_.Fixed32Field(1, crc);
  out_.End(trailer);
  synced_ = out_.size();
  if (fd_ >= 0) {
    Drain();
    if (::close(std::exchange(fd_, -1)) != 0 && status_.ok()) {
      status_ = SystemError("cannot close the trace", path_);
    }
  }
  return status_;
}

void TraceWriter::Rescue(const std::string& path) {
  CloseChoiceBlock();
  const bool in_memory = fd_ < 0;
  if (in_memory) fd_ = OpenForWriting(path);
  if (fd_ < 0) return;
  Sync();
  synced_ = out_.size();
  Drain();
  if (in_memory) ::close(std::exchange(fd_, -1));
}

absl::Status WriteTraceFile(const std::string& path, absl::string_view bytes) {
  const int fd = OpenForWriting(path);
  if (fd < 0) return SystemError("cannot make the trace file", path);
  absl::Status status = WriteAll(fd, bytes, path);
  if (::close(fd) != 0 && status.ok()) {
    status = SystemError("cannot close the trace", path);
  }
  return status;
}

}  // namespace orrery
