// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/chaos/mishap.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "orrery/base/check.h"
#include "orrery/base/sim_time.h"

namespace orrery {
namespace {

enum class Unit : uint8_t { kNone, kChance, kDrift, kTime };

// How a kind is written.
struct KindInfo {
  MishapKind kind;
  absl::string_view verb;
  absl::string_view fault;
  size_t groups;                   // at least
  size_t groups_max;               // at most
  absl::string_view between = "";  // what stands between them
  Unit unit = Unit::kNone;
};

constexpr size_t kMany = 1000;

// In the order of the enumerators.
constexpr auto kKinds = std::to_array<KindInfo>({
    {MishapKind::kPartition, "partition", "net.partition", 2, kMany, "|"},
    {MishapKind::kCut, "cut", "net.cut", 2, 2, ">"},
    {MishapKind::kRing, "ring", "net.partition", 1, 1},
    {MishapKind::kBridge, "bridge", "net.partition", 3, 3, "|"},
    {MishapKind::kBlackHole, "black-hole", "net.black_hole", 1, 1},
    {MishapKind::kClog, "clog", "net.clog", 2, 2, ">"},
    {MishapKind::kClogIn, "clog-in", "net.clog", 1, 1},
    {MishapKind::kClogOut, "clog-out", "net.clog", 1, 1},
    {MishapKind::kSwizzle, "swizzle", "net.swizzle", 1, 2, "|"},
    {MishapKind::kHold, "hold", "net.hold", 2, 2, ">"},
    {MishapKind::kLoss, "loss", "net.loss", 1, 1, "", Unit::kChance},
    {MishapKind::kDuplication, "duplication", "net.duplication", 1, 1, "",
     Unit::kChance},
    {MishapKind::kReordering, "reordering", "net.reordering", 1, 1, "",
     Unit::kChance},
    {MishapKind::kCorruption, "corruption", "net.corruption", 1, 1, "",
     Unit::kChance},
    {MishapKind::kKill, "kill", "node.kill", 1, 1},
    {MishapKind::kCrash, "crash", "node.crash", 1, 1},
    {MishapKind::kRestart, "restart", "node.restart", 1, 1},
    {MishapKind::kPause, "pause", "node.pause", 1, 1},
    {MishapKind::kClockDrift, "clock-drift", "clock.drift", 1, 1, "",
     Unit::kDrift},
    {MishapKind::kClockStep, "clock-step", "clock.step", 1, 1, "", Unit::kTime},
    {MishapKind::kClockFreeze, "clock-freeze", "clock.freeze", 1, 1},
    {MishapKind::kDiskFull, "disk-full", "disk.full", 1, 1},
    {MishapKind::kReadErrors, "read-errors", "disk.read_error", 1, 1, "",
     Unit::kChance},
    {MishapKind::kWriteErrors, "write-errors", "disk.write_error", 1, 1, "",
     Unit::kChance},
    {MishapKind::kSyncErrors, "sync-errors", "disk.sync_error", 1, 1, "",
     Unit::kChance},
    {MishapKind::kBitRot, "bit-rot", "disk.bit_rot", 1, 1, "", Unit::kChance},
    {MishapKind::kLostWrites, "lost-writes", "disk.lost_write", 1, 1, "",
     Unit::kChance},
    {MishapKind::kDiskStalls, "disk-stalls", "disk.stall", 1, 1, "",
     Unit::kChance},
    {MishapKind::kHeal, "heal", "", 0, 0},
    {MishapKind::kOwn, "", "", 0, 1},
});

const KindInfo& InfoOf(MishapKind kind) {
  const KindInfo& info = kKinds[static_cast<size_t>(kind)];
  ORRERY_CHECK(info.kind == kind, "kinds of mishaps are in order");
  return info;
}

// ---- Words ------------------------------------------------------------------

// What follows it in a plan is how long a mishap lasts.
constexpr absl::string_view kFor = "for";

bool IsPlain(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
         absl::StrContains("_-.:/@+#", absl::string_view(&c, 1));
}

std::string Quoted(const std::string& name) {
  const bool plain = std::all_of(name.begin(), name.end(), IsPlain);
  if (!name.empty() && plain && name != kFor) return name;
  std::string text = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + '"';
}

struct Word {
  std::string text;
  bool quoted = false;
};

// Takes the next word off `text`, which is not empty; none if a quote is open.
std::optional<Word> TakeWord(absl::string_view& text) {
  Word word;
  if (text[0] != '"') {
    const size_t end = std::min(text.find_first_of(" \t"), text.size());
    word.text = std::string(text.substr(0, end));
    text.remove_prefix(end);
    return word;
  }
  word.quoted = true;
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      text.remove_prefix(i + 1);
      return word;
    }
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    word.text += text[i];
  }
  return std::nullopt;
}

absl::Status Invalid(absl::string_view text, absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("no mishap: \"", text, "\": ", why));
}

std::string AmountText(Unit unit, int64_t amount) {
  return unit == Unit::kTime ? FormatSimTime(SimTime(amount))
                             : absl::StrCat(amount, "ppm");
}

std::optional<int64_t> ReadAmount(Unit unit, absl::string_view text) {
  if (unit == Unit::kTime) {
    absl::Duration time;
    if (!absl::ParseDuration(text, &time)) return std::nullopt;
    return ToNanoseconds(time);
  }
  int64_t parts = 0;
  if (!absl::ConsumeSuffix(&text, "ppm") || !absl::SimpleAtoi(text, &parts)) {
    return std::nullopt;
  }
  const bool fits =
      unit == Unit::kChance
          ? parts >= 0 && parts <= int64_t{Chance::kMillion}
          : parts >= -mishap::kMaxDriftPpm && parts <= mishap::kMaxDriftPpm;
  if (!fits) return std::nullopt;
  return parts;
}

Mishap Of(MishapKind kind, const MachineNames& nodes, int64_t amount = 0) {
  Mishap::Groups groups;
  groups.push_back(nodes.names());
  return Mishap(kind, std::move(groups), amount);
}

Mishap Likely(MishapKind kind, Chance chance, const MachineNames& nodes) {
  return Of(kind, nodes, chance.per_million());
}

}  // namespace

// ---- Reading and writing ----------------------------------------------------

class MishapParser {
 public:
  explicit MishapParser(absl::string_view text) : text_(text) {}

  absl::StatusOr<Mishap> Parse() {
    std::vector<Word> words;
    absl::string_view left = absl::StripAsciiWhitespace(text_);
    while (!left.empty()) {
      std::optional<Word> word = TakeWord(left);
      if (!word.has_value()) return Invalid(text_, "a quote is open");
      words.push_back(*std::move(word));
      left = absl::StripLeadingAsciiWhitespace(left);
    }
    if (words.empty()) return Invalid(text_, "it is empty");
    const KindInfo& info = Find(words[0]);
    Mishap mishap(info.kind, {});
    if (info.kind == MishapKind::kOwn) mishap.own_ = words[0].text;
    size_t next = 1;
    if (info.unit != Unit::kNone) {
      if (next == words.size()) return Invalid(text_, "it has no amount");
      absl::string_view amount = words[next++].text;
      mishap.up_to_ = absl::ConsumePrefix(&amount, "<=");
      const std::optional<int64_t> read = ReadAmount(info.unit, amount);
      if (!read.has_value()) {
        return Invalid(text_, absl::StrCat("\"", amount, "\" is no amount"));
      }
      if (mishap.up_to_ && *read <= 0) {
        return Invalid(text_, "what is drawn is more than 0 at most");
      }
      mishap.amount_ = *read;
    }
    for (bool starts = true; next < words.size(); ++next) {
      Word& word = words[next];
      if (!word.quoted && !info.between.empty() && word.text == info.between) {
        starts = true;
        continue;
      }
      if (!word.quoted && word.text == kFor) {
        return Invalid(text_, "a machine called \"for\" stands in quotes");
      }
      if (starts) mishap.groups_.emplace_back();
      starts = false;
      mishap.groups_.back().push_back(std::move(word.text));
    }
    if (mishap.groups_.size() < info.groups ||
        mishap.groups_.size() > info.groups_max) {
      return Invalid(text_, "it has too many machines, or too few");
    }
    return mishap;
  }

 private:
  static const KindInfo& Find(const Word& verb) {
    for (const KindInfo& info : kKinds) {
      if (!verb.quoted && !verb.text.empty() && info.verb == verb.text) {
        return info;
      }
    }
    return InfoOf(MishapKind::kOwn);
  }

  absl::string_view text_;
};

absl::StatusOr<Mishap> Mishap::Parse(absl::string_view text) {
  return MishapParser(text).Parse();
}

std::string Mishap::ToString() const {
  const KindInfo& info = InfoOf(kind_);
  std::string text =
      kind_ == MishapKind::kOwn ? Quoted(own_) : std::string(info.verb);
  if (info.unit != Unit::kNone) {
    absl::StrAppend(&text, " ", up_to_ ? "<=" : "",
                    AmountText(info.unit, amount_));
  }
  for (size_t i = 0; i < groups_.size(); ++i) {
    if (i != 0) absl::StrAppend(&text, " ", info.between);
    for (const std::string& name : groups_[i]) {
      absl::StrAppend(&text, " ", Quoted(name));
    }
  }
  return text;
}

Mishap Mishap::UpToIt() const {
  ORRERY_CHECK(InfoOf(kind_).unit != Unit::kNone && amount_ != 0,
               absl::StrCat("\"", ToString(), "\" has no amount to draw"));
  Mishap mishap = *this;
  mishap.up_to_ = true;
  mishap.amount_ = std::abs(amount_);
  return mishap;
}

absl::string_view Mishap::verb() const {
  return kind_ == MishapKind::kOwn ? own_ : InfoOf(kind_).verb;
}

absl::string_view Mishap::fault() const {
  return kind_ == MishapKind::kOwn ? own_ : InfoOf(kind_).fault;
}

bool Mishap::IsOpen() const {
  if (up_to_) return true;
  for (const std::vector<std::string>& group : groups_) {
    for (const std::string& name : group) {
      if (absl::StartsWith(name, "@") && name != "@test") return true;
    }
  }
  return false;
}

// ---- The vocabulary ---------------------------------------------------------

namespace mishap {

Mishap Partition(Mishap::Groups sides) {
  return Mishap(MishapKind::kPartition, std::move(sides));
}
Mishap PartitionHalves() { return Partition({{"@half"}, {"@rest"}}); }
Mishap Isolate(absl::string_view node) {
  return Partition({{std::string(node)}, {"@rest"}});
}
Mishap Cut(MachineNames from, MachineNames to) {
  return Mishap(MishapKind::kCut, {from.names(), to.names()});
}
Mishap CutOneWay() { return Cut("@some", "@rest"); }
Mishap Ring(MachineNames nodes) { return Of(MishapKind::kRing, nodes); }
Mishap Bridge(MachineNames one, MachineNames between, MachineNames other) {
  return Mishap(MishapKind::kBridge,
                {one.names(), between.names(), other.names()});
}
Mishap Bridge() { return Bridge("@half", "@any", "@rest"); }
Mishap BlackHole(MachineNames nodes) {
  return Of(MishapKind::kBlackHole, nodes);
}
Mishap Clog(MachineNames from, MachineNames to) {
  return Mishap(MishapKind::kClog, {from.names(), to.names()});
}
Mishap ClogIn(MachineNames nodes) { return Of(MishapKind::kClogIn, nodes); }
Mishap ClogOut(MachineNames nodes) { return Of(MishapKind::kClogOut, nodes); }
Mishap Swizzle(MachineNames nodes) { return Of(MishapKind::kSwizzle, nodes); }
Mishap Hold(MachineNames from, MachineNames to) {
  return Mishap(MishapKind::kHold, {from.names(), to.names()});
}
Mishap Loss(Chance chance, MachineNames nodes) {
  return Likely(MishapKind::kLoss, chance, nodes);
}
Mishap Duplication(Chance chance, MachineNames nodes) {
  return Likely(MishapKind::kDuplication, chance, nodes);
}
Mishap Reordering(Chance chance, MachineNames nodes) {
  return Likely(MishapKind::kReordering, chance, nodes);
}
Mishap Corruption(Chance chance, MachineNames nodes) {
  return Likely(MishapKind::kCorruption, chance, nodes);
}

Mishap Kill(MachineNames nodes) { return Of(MishapKind::kKill, nodes); }
Mishap Crash(MachineNames nodes) { return Of(MishapKind::kCrash, nodes); }
Mishap Restart(MachineNames nodes) { return Of(MishapKind::kRestart, nodes); }
Mishap Pause(MachineNames nodes) { return Of(MishapKind::kPause, nodes); }

Mishap ClockDrift(int64_t ppm, MachineNames nodes) {
  ORRERY_CHECK(ppm >= -mishap::kMaxDriftPpm && ppm <= mishap::kMaxDriftPpm,
               "a clock gains or loses half of the time at most");
  return Of(MishapKind::kClockDrift, nodes, ppm);
}
Mishap ClockStep(absl::Duration by, MachineNames nodes) {
  return Of(MishapKind::kClockStep, nodes, ToNanoseconds(by));
}
Mishap ClockFreeze(MachineNames nodes) {
  return Of(MishapKind::kClockFreeze, nodes);
}

Mishap DiskFull(MachineNames nodes) { return Of(MishapKind::kDiskFull, nodes); }
Mishap ReadErrors(Chance chance, MachineNames nodes) {
  return Likely(MishapKind::kReadErrors, chance, nodes);
}
Mishap WriteErrors(Chance chance, MachineNames nodes) {
  return Likely(MishapKind::kWriteErrors, chance, nodes);
}
Mishap SyncErrors(Chance chance, MachineNames nodes) {
  return Likely(MishapKind::kSyncErrors, chance, nodes);
}
Mishap BitRot(Chance chance, MachineNames nodes) {
  return Likely(MishapKind::kBitRot, chance, nodes);
}
Mishap LostWrites(Chance chance, MachineNames nodes) {
  return Likely(MishapKind::kLostWrites, chance, nodes);
}
Mishap DiskStalls(Chance chance, MachineNames nodes) {
  return Likely(MishapKind::kDiskStalls, chance, nodes);
}

Mishap UpTo(const Mishap& mishap) { return mishap.UpToIt(); }

Mishap Heal() { return Mishap(MishapKind::kHeal, {}); }
Mishap Own(absl::string_view name, MachineNames nodes) {
  ORRERY_CHECK(!name.empty(), "a mishap has a name");
  Mishap::Groups groups;
  if (!nodes.names().empty()) groups.push_back(nodes.names());
  return Mishap(std::string(name), std::move(groups));
}

}  // namespace mishap
}  // namespace orrery
