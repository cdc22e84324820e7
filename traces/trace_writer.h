// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `TraceWriter`: takes a run down as a trace, in memory or into a file. The
// same run gives the same bytes, on every machine, up to the footer's
// environment.

#ifndef ORRERY_TRACES_TRACE_WRITER_H_
#define ORRERY_TRACES_TRACE_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "orrery/base/task_report.h"
#include "orrery/base/trace_sink.h"
#include "orrery/traces/dropped_events.h"
#include "orrery/traces/format.h"
#include "orrery/traces/mapped_file.h"
#include "orrery/traces/packer.h"

namespace orrery {

// Example:
//   TraceWriter writer;
//   writer.Begin(header);
//   ... {.trace = &writer} ...
//   absl::Status status = writer.Finish(footer);
//   status = WriteTraceFile(path, writer.bytes());  // traces/trace_file.h
//
// A writer may be used for one run after another; its memory is kept.
class TraceWriter final : public TraceSink {
 public:
  TraceWriter() = default;
  TraceWriter(const TraceWriter&) = delete;
  TraceWriter& operator=(const TraceWriter&) = delete;
  ~TraceWriter() override;

  // Starts a trace in memory. What was written before is gone.
  void Begin(const TraceHeader& header);

  // Starts a trace in a file, which is made or replaced. Each event is in it as
  // soon as it has happened, and so are choices as soon as they are handed
  // over: whatever ends the process, they are there. (A pipe gets all of it at
  // the end.)
  //
  // If the events take more than `max_event_bytes`, the older ones are dropped,
  // and of them their choices are kept, which is enough to replay the run.
  //
  // A child that is forked from this process does not write into the file, and
  // is told so by `Finish`.
  //
  // Errors:
  //   kNotFound, kPermissionDenied, ...  as the operating system says, with the
  //                                      path
  absl::Status BeginFile(const std::string& path, const TraceHeader& header,
                         uint64_t max_event_bytes = kDefaultMaxEventBytes);

  TraceLevel level() const override { return level_; }
  void OnChoices(absl::Span<const Choice> choices,
                 const DigestPair& digests) override;
  void OnEvent(const TraceEvent& event) override;

  // Ends the trace; in a file, writes what is left and closes it. `not_done` is
  // what the tasks were up to that were not done.
  //
  // Errors: the first one that writing met, a full disk for example, with the
  // path. The run itself was not disturbed by it, and what had been written by
  // then can be read.
  absl::Status Finish(TraceFooter footer,
                      absl::Span<const TaskReport> not_done = {});

  // Writes a trace in memory to `path` as far as it goes, without an end; adds
  // `not_done` to it, or to a trace in a file, which has the rest already. For
  // a process that is about to die; if it lives on, so does the trace. Before
  // `Begin` and after `Finish` it does nothing. May be called twice, first
  // without `not_done`: to find out may kill the process.
  void Rescue(const std::string& path,
              absl::Span<const TaskReport> not_done = {});

  // The trace in memory: complete after `Finish`. Of one in a file, nothing.
  absl::string_view bytes() const {
    if (file_->is_mapped()) return {};
    return {out_.data(), out_.size()};
  }

 private:
  struct SiteKey {
    const char* file;
    const char* function;
    uint32_t line;
    friend bool operator==(const SiteKey&, const SiteKey&) = default;
    template <typename H>
    friend H AbslHashValue(H h, const SiteKey& key) {
      return H::combine(std::move(h), key.file, key.function, key.line);
    }
  };

  // A place that came up already, as it was given.
  struct KnownSite {
    SiteKey key = {};
    std::string file;
    std::string function;
    uint32_t id = 0;
  };

  // The first byte and the end of a Sync.
  struct SyncPlace {
    size_t begin = 0;
    size_t end = 0;
  };

  // A text that came up already, as it was given.
  struct KnownText {
    const char* data = nullptr;
    std::string text;
    uint32_t id = 0;
  };

  void WriteHeader(const TraceHeader& header);
  void EndRecord(size_t begin, TraceRecord record) {
    out_.EndRecord(begin, static_cast<uint32_t>(record));
    // What did not reach the file is not part of the trace.
    if (!file_->is_off()) [[likely]]
      committed_ = out_.size();
  }
  uint32_t InternText(absl::string_view text);
  uint32_t InternTextByContent(absl::string_view text);
  uint32_t InternSite(const SiteText& site);
  uint32_t InternSiteByContent(const SiteText& site);
  char* PackLabeled(char* at, const Choice& choice);
  void MaybeSync() {
    if (out_.size() - last_sync_ >= kSyncInterval) [[unlikely]]
      SyncAndStayWithinBudget();
  }
  void SyncAndStayWithinBudget();
  void Sync();
  void Seal();
  static void PutChecksum(char* data, size_t synced, const SyncPlace& sync);
  void DropOldEvents();
  absl::Status RewriteInto(MappedFile* next);
  void WriteToPipe();
  void WriteNotDone(absl::Span<const TaskReport> not_done);

  void Pack(const event::Spawned& e);
  void Pack(const event::ObjectMade& e);
  void Pack(const event::Chosen& e);
  void Pack(const event::Resumed& e);
  void Pack(const event::Suspended& e);
  void Pack(const event::Woken& e);
  void Pack(const event::Accessed& e);
  void Pack(const event::Finished& e);
  void Pack(const event::TimerCancelled& e);
  void Pack(const event::CancelRequested& e);
  void Pack(const event::FutureEnded& e);
  void Pack(const event::Logged& e);
  void Pack(const event::Failed& e);
  void Pack(const event::TimePassed& e);
  void Pack(const event::Faulted& e);
  void Pack(const event::SpanBegun& e);
  void Pack(const event::SpanEnded& e);
  void Pack(const event::MessageSent& e);
  void Pack(const event::MessageDelivered& e);
  void Pack(const event::MessageDropped& e);
  void Pack(const event::MessageCopied& e);
  void Pack(const event::NodeMade& e);
  void Pack(const event::NodeChanged& e);
  void Pack(const event::FileAccessed& e);
  void Pack(const event::StateDigested& e);

  TraceLevel level_ = TraceLevel::kOff;
  Packer out_;
  Packer block_;  // for choices, as they are packed
  uint64_t choices_ = 0;
  uint64_t events_ = 0;
  std::optional<uint64_t> failed_event_;  // the first event::Failed
  SimTime now_;
  TaskId task_;
  bool open_ = false;     // begun and not finished
  bool in_file_ = false;  // it was begun in a file
  bool has_not_done_ = false;
  size_t committed_ = 0;  // everything before this byte is whole records
  // Each Sync; in a file, since `events_begin_`.
  std::vector<SyncPlace> syncs_;
  size_t sealed_ = 0;     // so many of them have their checksum
  size_t synced_ = 0;     // everything before this byte has a checksum
  size_t last_sync_ = 0;  // where the last Sync begins

  // A trace in a file is written through `file_`. Where it becomes too large,
  // the other one takes its place.
  MappedFile files_[2];
  MappedFile* file_ = &files_[0];
  uint64_t max_event_bytes_ = 0;
  // Where what is never dropped ends, and behind it the Truncated, if any.
  size_t front_end_ = 0;
  size_t events_begin_ = 0;
  DroppedEvents dropped_;
  int pipe_ = -1;  // what gets all at the end
  size_t piped_ = 0;
  std::string path_;
  absl::Status status_;

  // Texts and places are numbered together.
  uint32_t last_id_ = 0;
  absl::flat_hash_map<std::string, uint32_t> texts_;
  // By file, function and line.
  absl::flat_hash_map<std::tuple<uint32_t, uint32_t, uint32_t>, uint32_t>
      places_;
  absl::flat_hash_map<SiteKey, std::unique_ptr<KnownSite>> sites_;
  absl::string_view recent_label_;
  uint32_t recent_label_id_ = 0;
  // What came up last, by where it stands.
  static constexpr size_t kRecentTexts = 32;
  static constexpr size_t kRecentSites = 256;
  KnownText recent_texts_[kRecentTexts];
  KnownSite* recent_sites_[kRecentSites] = {};
  // Of the event that is being packed.
  uint32_t site_ = 0;
  uint32_t text_ = 0;
  uint32_t text2_ = 0;
};

}  // namespace orrery

#endif  // ORRERY_TRACES_TRACE_WRITER_H_
