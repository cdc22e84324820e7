// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Mishap`: one thing that goes wrong in a world, as a value. A `Nemesis` makes
// it happen, and undoes it (nemesis.h). `mishap::` has a function for each:
//
//   mishap::Crash("replica-1")
//   mishap::Partition({{"a", "b"}, {"c"}})
//   mishap::PartitionHalves()  // which halves: drawn when it happens
//
// It can be written as text, and read:
//
//   crash replica-1
//   partition a b | c
//   partition @half | @rest
//
// In place of the name of a machine may stand
//
//   @any       one that is drawn
//   @half      half of the machines, rounded down, drawn
//   @some      any number of them, but neither none nor all, drawn
//   @shuffled  all of them, in an order that is drawn
//   @zone      those of a zone that is drawn; @rack: of a rack
//   @zone:east @rack:r1  those of that zone, of that rack
//   @all       all of them
//   @rest      those that the mishap has not named so far
//   @test      what runs on no machine; has links, and nothing else
//
// and no machine is drawn twice for one mishap. So names of machines must not
// begin with "@".

#ifndef ORRERY_SIM_CHAOS_MISHAP_H_
#define ORRERY_SIM_CHAOS_MISHAP_H_

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "orrery/sim/faults/chance.h"

namespace orrery {

// What can go wrong. What each does is said at the function that makes it.
enum class MishapKind : uint8_t {
  kPartition,
  kCut,
  kRing,
  kBridge,
  kBlackHole,
  kClog,
  kClogIn,
  kClogOut,
  kSwizzle,
  kHold,
  kLoss,
  kDuplication,
  kReordering,
  kCorruption,
  kKill,
  kCrash,
  kRestart,
  kPause,
  kClockDrift,
  kClockStep,
  kClockFreeze,
  kDiskFull,
  kReadErrors,
  kWriteErrors,
  kSyncErrors,
  kBitRot,
  kLostWrites,
  kDiskStalls,
  kHeal,
  kOwn,
};

// Names of machines: one, or several.
class MachineNames {
 public:
  MachineNames() = default;                                            // none
  MachineNames(const char* name) : names_{name} {}                     // NOLINT
  MachineNames(absl::string_view name) : names_{std::string(name)} {}  // NOLINT
  MachineNames(std::string name) : names_{std::move(name)} {}          // NOLINT
  MachineNames(std::vector<std::string> names)                         // NOLINT
      : names_(std::move(names)) {}
  MachineNames(std::initializer_list<absl::string_view> names)
      : names_(names.begin(), names.end()) {}

  const std::vector<std::string>& names() const { return names_; }

 private:
  std::vector<std::string> names_;
};

class Mishap {
 public:
  using Groups = std::vector<std::vector<std::string>>;

  Mishap(MishapKind kind, Groups groups, int64_t amount = 0)
      : kind_(kind), groups_(std::move(groups)), amount_(amount) {}
  // One of the user's own.
  Mishap(std::string own, Groups groups)
      : kind_(MishapKind::kOwn),
        groups_(std::move(groups)),
        own_(std::move(own)) {}

  // Reads what `ToString` writes. Verbs that are not known are those of the
  // user's own mishaps (Nemesis::Define).
  //
  // Errors:
  //   kInvalidArgument  it is none; the message says what is wrong with it
  static absl::StatusOr<Mishap> Parse(absl::string_view text);

  MishapKind kind() const { return kind_; }
  // Its first word: "crash".
  absl::string_view verb() const;
  // The name of the fault that counts it, and that masks it: "node.crash". Of
  // the user's own it is the verb; of `Heal`, which is none, empty.
  absl::string_view fault() const;
  // Machines, in the groups in which it is written: the sides of a partition.
  const Groups& groups() const { return groups_; }
  // Parts in a million, or nanoseconds; 0 where there is no amount.
  int64_t amount() const { return amount_; }
  // Whether the amount is drawn, up to that.
  bool up_to() const { return up_to_; }
  Mishap UpToIt() const;  // mishap::UpTo
  // Whether it still has to be drawn which machines it means, or how much.
  bool IsOpen() const;

  std::string ToString() const;

  friend bool operator==(const Mishap&, const Mishap&) = default;

 private:
  friend class MishapParser;
  friend class Casting;

  MishapKind kind_;
  bool up_to_ = false;
  Groups groups_;
  int64_t amount_ = 0;
  std::string own_;  // the verb of one of the user's own
};

namespace mishap {

// ---- Links ------------------------------------------------------------------
//
// They go wrong between machines; what runs on none keeps its links to all,
// unless it is named ("@test").

// No side hears another one.
Mishap Partition(Mishap::Groups sides);
Mishap PartitionHalves();
// One machine and all others do not hear each other.
Mishap Isolate(absl::string_view node = "@any");
// What `from` sends to `to` gets lost, and not the other way.
Mishap Cut(MachineNames from, MachineNames to);
// Drawn: some machines do not hear the others, which hear them.
Mishap CutOneWay();
// Each machine hears a majority, and no two the same one. Takes three at least.
Mishap Ring(MachineNames nodes = "@shuffled");
// Two sides do not hear each other; those between hear both and are heard.
Mishap Bridge(MachineNames one, MachineNames between, MachineNames other);
Mishap Bridge();  // between: one machine
// What a machine sends, and what is sent to it, gets lost, from and to what is
// on no machine as well.
Mishap BlackHole(MachineNames nodes = "@any");
// Nothing arrives over the links from `from` to `to` while it lasts, and then
// all does; over all links to a machine; from it.
Mishap Clog(MachineNames from = "@any", MachineNames to = "@any");
Mishap ClogIn(MachineNames nodes = "@any");
Mishap ClogOut(MachineNames nodes = "@any");
// Clogs all links of one machine after the other, and unclogs them in another
// order. It begins at once, and is over when what it lasts is.
Mishap Swizzle(MachineNames nodes = "@some");
// What is sent from `from` to `to` is held, and arrives when it is over.
Mishap Hold(MachineNames from = "@any", MachineNames to = "@any");
// So likely is it, over the links of the machines, that a packet gets lost;
// arrives twice; is overtaken; has a bit flipped. Less likely it does not get.
Mishap Loss(Chance chance, MachineNames nodes = "@all");
Mishap Duplication(Chance chance, MachineNames nodes = "@all");
Mishap Reordering(Chance chance, MachineNames nodes = "@all");
Mishap Corruption(Chance chance, MachineNames nodes = "@all");

// ---- Machines ---------------------------------------------------------------

// Machines go down, and boot when it is over. Several go down together, or none
// does: "@zone".
Mishap Kill(MachineNames nodes = "@any");
Mishap Crash(MachineNames nodes = "@any");
// Kills machines, and boots them at once. It lasts no time.
Mishap Restart(MachineNames nodes = "@any");
// They hang while it lasts.
Mishap Pause(MachineNames nodes = "@any");

// ---- Clocks -----------------------------------------------------------------
//
// They run true again when it is over; what they have gained or lost by then,
// they keep. A step is taken back.

// They gain `ppm` microseconds a second; lose, if negative. At most half of the
// time.
inline constexpr int64_t kMaxDriftPpm = 500'000;
Mishap ClockDrift(int64_t ppm, MachineNames nodes = "@any");
// The wall clocks are set forward or, if negative, back.
Mishap ClockStep(absl::Duration by, MachineNames nodes = "@any");
// They stand still, and so do timers.
Mishap ClockFreeze(MachineNames nodes = "@any");

// ---- Disks ------------------------------------------------------------------
//
// No disk has room for more; or so likely does a read, a write or a sync fail;
// does a bit of what is on the disk flip; is a write lost though it is said to
// be done; does an operation stall. Less likely it does not get.

Mishap DiskFull(MachineNames nodes = "@any");
Mishap ReadErrors(Chance chance, MachineNames nodes = "@any");
Mishap WriteErrors(Chance chance, MachineNames nodes = "@any");
Mishap SyncErrors(Chance chance, MachineNames nodes = "@any");
Mishap BitRot(Chance chance, MachineNames nodes = "@any");
Mishap LostWrites(Chance chance, MachineNames nodes = "@any");
Mishap DiskStalls(Chance chance, MachineNames nodes = "@any");

// ---- The others -------------------------------------------------------------

// Ends all mishaps that are going on.
Mishap Heal();
// One of the user's own, by the name under which `Nemesis::Define` knows it.
Mishap Own(absl::string_view name, MachineNames nodes = MachineNames());

// The same, with an amount that is drawn: from one in a million, or one
// nanosecond, up to that of `mishap`, which has one. Drifts and steps of clocks
// go either way.
Mishap UpTo(const Mishap& mishap);

}  // namespace mishap
}  // namespace orrery

#endif  // ORRERY_SIM_CHAOS_MISHAP_H_
