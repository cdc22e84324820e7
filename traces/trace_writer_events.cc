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

// By address first: most texts are constants. Not all are, so what stands at
// the address has to be the same still.
uint32_t TraceWriter::InternText(absl::string_view text) {
  const auto address = reinterpret_cast<uintptr_t>(text.data());
  KnownText& known = recent_texts_[(address ^ address >> 5) % kRecentTexts];
  if (known.id == 0 || known.data != text.data() || known.text != text) {
    known = {text.data(), std::string(text), InternTextByContent(text)};
  }
  return known.id;
}

uint32_t TraceWriter::InternTextByContent(absl::string_view text) {
  const auto found = texts_.find(text);
  if (found != texts_.end()) return found->second;
  const uint32_t id = ++last_id_;
  texts_.emplace(std::string(text), id);
  out_.Reserve(64);
  const size_t begin = out_.BeginRecord();
  out_.VarintField(1, id);
  out_.OptionalBytesField(2, text);
  EndRecord(begin, TraceRecord::kIntern);
  return id;
}

// The same way.
uint32_t TraceWriter::InternSite(const SiteText& site) {
  if (site.line == 0) return 0;
  const SiteKey key = {site.file.data(), site.function.data(), site.line};
  KnownSite*& recent =
      recent_sites_[(site.line ^ reinterpret_cast<uintptr_t>(key.file)) %
                    kRecentSites];
  if (recent == nullptr || !(recent->key == key)) {
    std::unique_ptr<KnownSite>& known = sites_[key];
    if (known == nullptr) known = std::make_unique<KnownSite>();
    recent = known.get();
  }
  if (recent->id == 0 || site.file != recent->file ||
      site.function != recent->function) {
    *recent = {key, std::string(site.file), std::string(site.function),
               InternSiteByContent(site)};
  }
  return recent->id;
}

uint32_t TraceWriter::InternSiteByContent(const SiteText& site) {
  const uint32_t file = InternText(CleanFile(site.file));
  const uint32_t function = InternText(CleanFunction(site.function));
  uint32_t& id = places_[{file, function, site.line}];
  if (id != 0) return id;
  id = ++last_id_;
  out_.Reserve(64);
  const size_t begin = out_.BeginRecord();
  out_.VarintField(1, id);
  const size_t inner = out_.Begin(3);
  out_.VarintField(1, file);
  out_.VarintField(2, function);
  out_.VarintField(3, site.line);
  out_.End(inner);
  EndRecord(begin, TraceRecord::kIntern);
  return id;
}

// ---- Events -----------------------------------------------------------------

void TraceWriter::OnEvent(const TraceEvent& event) {
  if (file_->is_off()) [[unlikely]]
    return;
  std::visit(
      [&](const auto& what) {
        using What = std::decay_t<decltype(what)>;
        // Texts come before the event that uses them.
        if constexpr (requires { what.site; }) site_ = InternSite(what.site);
        if constexpr (std::is_same_v<What, event::Spawned>) {
          if (!what.name.empty()) text_ = InternText(what.name);
        } else if constexpr (std::is_same_v<What, event::ObjectMade>) {
          text_ = InternText(what.type);
          if (!what.name.empty()) text2_ = InternText(what.name);
        } else if constexpr (std::is_same_v<What, event::Chosen>) {
          const absl::string_view label = what.choice.site;
          if (!label.empty()) text_ = InternText(label);
        } else if constexpr (std::is_same_v<What, event::SpanBegun>) {
          text_ = InternText(what.label);
        } else if constexpr (std::is_same_v<What, event::Faulted>) {
          text_ = InternText(what.what);
        } else if constexpr (std::is_same_v<What, event::Failed>) {
          if (!failed_event_.has_value()) failed_event_ = events_;
        } else if constexpr (std::is_same_v<What, event::MessageSent>) {
          text_ = InternText(what.type);
        } else if constexpr (std::is_same_v<What, event::MessageDropped>) {
          text_ = InternText(what.why);
        } else if constexpr (std::is_same_v<What, event::NodeMade>) {
          text_ = InternText(what.name);
        } else if constexpr (std::is_same_v<What, event::FileAccessed>) {
          text_ = InternText(what.operation);
          text2_ = InternText(what.file);
        } else if constexpr (std::is_same_v<What, event::StateDigested>) {
          text_ = InternText(what.label);
        }
        out_.Reserve(kEventReserve);
        const size_t begin = out_.BeginRecord();
        if (event.time != now_) {
          out_.VarintField(1, Difference(now_, event.time));
          now_ = event.time;
        }
        if (event.task != task_) {
          out_.OptionalVarintField(2, event.task.value);
          task_ = event.task;
        }
        Pack(what);
        EndRecord(begin, TraceRecord::kEvent);
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
  out_.VarintField(4, site_);
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
  if (!e.choice.site.empty()) out_.VarintField(4, text_);
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
  if (!e.name.empty()) out_.VarintField(5, text_);
  out_.VarintField(6, site_);
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
  out_.VarintField(3, text_);
  if (!e.name.empty()) out_.VarintField(4, text2_);
  out_.VarintField(5, site_);
  out_.End(begin);
}

void TraceWriter::Pack(const event::Logged& e) {
  const size_t begin = out_.Begin(11);
  out_.BytesField(1, e.text);
  out_.Reserve(32);
  out_.VarintField(2, site_);
  out_.End(begin);
}

void TraceWriter::Pack(const event::Failed& e) {
  const size_t begin = out_.Begin(12);
  out_.BytesField(1, e.message);
  out_.Reserve(32);
  out_.VarintField(2, site_);
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
  out_.VarintField(2, site_);
  out_.End(begin);
}

void TraceWriter::Pack(const event::Faulted& e) {
  const size_t begin = out_.Begin(15);
  out_.VarintField(1, text_);
  out_.VarintField(2, e.node.value);
  out_.End(begin);
}

void TraceWriter::Pack(const event::SpanBegun& e) {
  const size_t begin = out_.Begin(16);
  out_.VarintField(1, e.id.value);
  out_.VarintField(2, e.parent.value);
  out_.VarintField(3, text_);
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
  out_.VarintField(4, text_);
  out_.VarintField(5, e.size);
  out_.Fixed64Field(6, e.payload);
  out_.VarintField(7, site_);
  out_.End(begin);
}

void TraceWriter::Pack(const event::MessageDelivered& e) {
  const size_t begin = out_.Begin(21);
  out_.VarintField(1, e.id.value);
  out_.VarintField(2, site_);
  out_.End(begin);
}

void TraceWriter::Pack(const event::MessageDropped& e) {
  const size_t begin = out_.Begin(22);
  out_.VarintField(1, e.id.value);
  out_.VarintField(2, text_);
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
  out_.VarintField(2, text_);
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
  out_.VarintField(2, text_);
  out_.VarintField(3, text2_);
  out_.VarintField(4, e.offset);
  out_.VarintField(5, e.size);
  out_.Fixed64Field(6, e.payload);
  out_.VarintField(7, e.failed ? 1 : 0);
  out_.End(begin);
}

void TraceWriter::Pack(const event::StateDigested& e) {
  const size_t begin = out_.Begin(27);
  out_.VarintField(1, text_);
  out_.Fixed64Field(2, e.digest);
  out_.End(begin);
}

}  // namespace orrery
