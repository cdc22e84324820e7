// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The part of `TraceWriter` that packs events.

#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "orrery/base/source_site.h"
#include "orrery/traces/trace_writer.h"

namespace orrery {
namespace {

// What an event takes at most, apart from the texts and lists in it.
constexpr size_t kEventReserve = 256;

// Returns the way from `from` to `to`; a way back wraps around, and so does the
// reader.
uint64_t Difference(SimTime from, SimTime to) {
  return static_cast<uint64_t>(to.ns) - static_cast<uint64_t>(from.ns);
}

}  // namespace

// ---- Texts and places -------------------------------------------------------

uint32_t TraceWriter::InternText(absl::string_view text) {
  const auto found = texts_.find(text);
  if (found != texts_.end()) return found->second;
  const uint32_t id = ++last_id_;
  texts_.emplace(std::string(text), id);
  out_.Reserve(64);
  const size_t begin = BeginRecord(TraceRecord::kIntern);
  out_.VarintField(1, id);
  out_.OptionalBytesField(2, text);
  out_.End(begin);
  return id;
}

uint32_t TraceWriter::InternSite(const SiteText& site) {
  if (site.line == 0) return 0;
  // By address first: most places are constants. Not all are, so what stands at
  // the address has to be the same still.
  const SiteKey key = {site.file.data(), site.function.data(), site.line};
  if (recent_site_ == nullptr || !(recent_site_->key == key)) {
    std::unique_ptr<KnownSite>& known = sites_[key];
    if (known == nullptr) known = std::make_unique<KnownSite>();
    recent_site_ = known.get();
  }
  KnownSite& known = *recent_site_;
  if (known.id == 0 || site.file != known.file ||
      site.function != known.function) {
    known = {key, std::string(site.file), std::string(site.function),
             InternSiteByContent(site)};
  }
  return known.id;
}

// So that the bytes do not depend on which copies of a constant the linker has
// merged.
uint32_t TraceWriter::InternSiteByContent(const SiteText& site) {
  const uint32_t file = InternText(CleanFile(site.file));
  const uint32_t function = InternText(CleanFunction(site.function));
  uint32_t& id = places_[{file, function, site.line}];
  if (id != 0) return id;
  id = ++last_id_;
  out_.Reserve(64);
  const size_t begin = BeginRecord(TraceRecord::kIntern);
  out_.VarintField(1, id);
  const size_t inner = out_.Begin(3);
  out_.VarintField(1, file);
  out_.VarintField(2, function);
  out_.VarintField(3, site.line);
  out_.End(inner);
  out_.End(begin);
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
        } else if constexpr (std::is_same_v<What, event::Failed>) {
          if (!failed_event_.has_value()) failed_event_ = events_;
        } else if constexpr (std::is_same_v<What, event::MessageSent>) {
          InternText(what.type);
        } else if constexpr (std::is_same_v<What, event::MessageDropped>) {
          InternText(what.why);
        } else if constexpr (std::is_same_v<What, event::NodeMade>) {
          InternText(what.name);
        } else if constexpr (std::is_same_v<What, event::FileAccessed>) {
          InternText(what.operation);
          InternText(what.file);
        }
        out_.Reserve(kEventReserve);
        const size_t begin = BeginRecord(TraceRecord::kEvent);
        if (event.time != now_) {
          out_.VarintField(1, Difference(now_, event.time));
          now_ = event.time;
        }
        if (event.task != task_) {
          out_.OptionalVarintField(2, event.task.value);
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
  out_.VarintField(2, e.object);
  if (e.wait == WaitKind::kSleep) {
    out_.VarintField(3, Difference(now_, e.due));
  }
  out_.VarintField(4, InternSite(e.site));
  out_.End(begin);
}

void TraceWriter::Pack(const event::Woken& e) {
  const size_t begin = out_.Begin(5);
  out_.VarintField(1, e.task.value);
  out_.End(begin);
}

void TraceWriter::Pack(const event::Chosen& e) {
  ++choices_;
  const size_t begin = out_.Begin(6);
  out_.VarintField(1, static_cast<uint64_t>(e.choice.kind));
  out_.VarintField(2, e.choice.n);
  out_.VarintField(3, e.choice.chosen);
  if (!e.choice.site.empty()) out_.VarintField(4, InternText(e.choice.site));
  out_.VarintField(5, e.choice.span.value);
  if (!e.candidates.empty()) {
    out_.Reserve(kEventReserve + 5 * e.candidates.size());
    const size_t list = out_.Begin(6);
    for (TaskId id : e.candidates) out_.Varint(id.value);
    out_.End(list);
  }
  out_.End(begin);
}

void TraceWriter::Pack(const event::Accessed& e) {
  const size_t begin = out_.Begin(7);
  out_.VarintField(1, e.object.value);
  out_.VarintField(2, static_cast<uint64_t>(e.kind));
  out_.End(begin);
}

void TraceWriter::Pack(const event::Spawned& e) {
  const size_t begin = out_.Begin(8);
  out_.VarintField(1, e.id.value);
  out_.Fixed64Field(2, e.entity.value);
  out_.VarintField(3, static_cast<uint64_t>(e.kind));
  out_.VarintField(4, e.node.value);
  if (!e.name.empty()) out_.VarintField(5, InternText(e.name));
  out_.VarintField(6, InternSite(e.site));
  if (e.kind == EntityKind::kTimer) out_.OptionalSignedField(7, e.due.ns);
  out_.End(begin);
}

void TraceWriter::Pack(const event::Finished& e) {
  const size_t begin = out_.Begin(9);
  out_.VarintField(1, e.failed ? 1 : 0);
  out_.VarintField(2, e.cancelled ? 1 : 0);
  out_.End(begin);
}

void TraceWriter::Pack(const event::ObjectMade& e) {
  const size_t begin = out_.Begin(10);
  out_.VarintField(1, e.id.value);
  out_.Fixed64Field(2, e.key.value);
  out_.VarintField(3, InternText(e.type));
  if (!e.name.empty()) out_.VarintField(4, InternText(e.name));
  out_.VarintField(5, InternSite(e.site));
  out_.End(begin);
}

void TraceWriter::Pack(const event::Logged& e) {
  const size_t begin = out_.Begin(11);
  out_.BytesField(1, e.text);
  out_.Reserve(32);
  out_.VarintField(2, InternSite(e.site));
  out_.End(begin);
}

void TraceWriter::Pack(const event::Failed& e) {
  const size_t begin = out_.Begin(12);
  out_.BytesField(1, e.message);
  out_.Reserve(32);
  out_.VarintField(2, InternSite(e.site));
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
  out_.VarintField(2, InternSite(e.site));
  out_.End(begin);
}

void TraceWriter::Pack(const event::Faulted& e) {
  const size_t begin = out_.Begin(15);
  out_.VarintField(1, InternText(e.what));
  out_.VarintField(2, e.node.value);
  out_.End(begin);
}

void TraceWriter::Pack(const event::SpanBegun& e) {
  const size_t begin = out_.Begin(16);
  out_.VarintField(1, e.id.value);
  out_.VarintField(2, e.parent.value);
  out_.VarintField(3, InternText(e.label));
  out_.End(begin);
}

void TraceWriter::Pack(const event::SpanEnded& e) {
  const size_t begin = out_.Begin(17);
  out_.VarintField(1, e.id.value);
  out_.End(begin);
}

void TraceWriter::Pack(const event::CancelRequested& e) {
  const size_t begin = out_.Begin(18);
  out_.VarintField(1, e.task.value);
  out_.End(begin);
}

void TraceWriter::Pack(const event::FutureEnded& e) {
  const size_t begin = out_.Begin(19);
  out_.VarintField(1, e.future.value);
  out_.VarintField(2, e.failed ? 1 : 0);
  out_.VarintField(3, e.cancelled ? 1 : 0);
  out_.End(begin);
}

void TraceWriter::Pack(const event::MessageSent& e) {
  const size_t begin = out_.Begin(20);
  out_.VarintField(1, e.id.value);
  out_.VarintField(2, e.from.value);
  out_.VarintField(3, e.to.value);
  out_.VarintField(4, InternText(e.type));
  out_.VarintField(5, e.size);
  out_.Fixed64Field(6, e.payload);
  out_.VarintField(7, InternSite(e.site));
  out_.End(begin);
}

void TraceWriter::Pack(const event::MessageDelivered& e) {
  const size_t begin = out_.Begin(21);
  out_.VarintField(1, e.id.value);
  out_.VarintField(2, InternSite(e.site));
  out_.End(begin);
}

void TraceWriter::Pack(const event::MessageDropped& e) {
  const size_t begin = out_.Begin(22);
  out_.VarintField(1, e.id.value);
  out_.VarintField(2, InternText(e.why));
  out_.End(begin);
}

void TraceWriter::Pack(const event::MessageCopied& e) {
  const size_t begin = out_.Begin(23);
  out_.VarintField(1, e.id.value);
  out_.VarintField(2, e.copy.value);
  out_.End(begin);
}

void TraceWriter::Pack(const event::NodeMade& e) {
  const size_t begin = out_.Begin(24);
  out_.VarintField(1, e.id.value);
  out_.VarintField(2, InternText(e.name));
  out_.End(begin);
}

void TraceWriter::Pack(const event::NodeChanged& e) {
  const size_t begin = out_.Begin(25);
  out_.VarintField(1, e.node.value);
  out_.VarintField(2, static_cast<uint64_t>(e.state));
  out_.VarintField(3, e.incarnation);
  out_.End(begin);
}

void TraceWriter::Pack(const event::FileAccessed& e) {
  const size_t begin = out_.Begin(26);
  out_.VarintField(1, e.node.value);
  out_.VarintField(2, InternText(e.operation));
  out_.VarintField(3, InternText(e.file));
  out_.VarintField(4, e.offset);
  out_.VarintField(5, e.size);
  out_.Fixed64Field(6, e.payload);
  out_.VarintField(7, e.failed ? 1 : 0);
  out_.End(begin);
}

}  // namespace orrery
