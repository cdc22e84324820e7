// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Nemesis`: makes things go wrong in a world, by plan or at random. What can
// go wrong is said in mishap.h.
//
//   World world({.max_down = 1});
//   Network network(world);
//   ...
//   Nemesis nemesis(world, &network);
//   nemesis.At(absl::Seconds(5), mishap::PartitionHalves(), absl::Seconds(2));
//   nemesis.At(absl::Seconds(9), mishap::Crash("replica-1"));
//   nemesis.At(absl::Seconds(12), mishap::Heal());
//   co_await Sleep(absl::Seconds(20));
//
// At random:
//
//   RandomMishaps chaos;
//   chaos.duration = absl::Seconds(30);
//   co_await nemesis.Run(chaos);
//
// Each mishap is counted by a fault of its own name, and what it draws comes
// from a stream of that name: `Faults::Mask("net.partition")` skips partitions
// and changes nothing about the others. `Done` says what was done, with all
// that was drawn, as a plan that does it again without drawing anything. It
// stands in the notes of the run, too (`RunResult::notes`).
//
// Several mishaps may do the same at a time: a link that two of them cut is
// mended when both are over, and of two bursts the worse one counts. What a
// test does itself is not counted: what it cuts is mended with the rest.
//
// A nemesis acts from outside: it belongs to the test, not to a machine.

#ifndef ORRERY_SIM_CHAOS_NEMESIS_H_
#define ORRERY_SIM_CHAOS_NEMESIS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "orrery/base/ids.h"
#include "orrery/sim/chaos/agenda.h"
#include "orrery/sim/chaos/disk_damage.h"
#include "orrery/sim/chaos/link_damage.h"
#include "orrery/sim/chaos/mishap.h"
#include "orrery/sim/chaos/mishap_plan.h"
#include "orrery/sim/chaos/node_damage.h"
#include "orrery/sim/disk/disks.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/faults/latency_law.h"
#include "orrery/sim/net/network.h"
#include "orrery/sim/node/world.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/task.h"

namespace orrery {

// A mishap that may come, and how often compared to others.
struct WeightedMishap {
  Mishap what;
  uint32_t weight = 1;
};

// Returns what can go wrong between machines, with them, with their clocks and
// with their disks: all of mishap.h that need not be told what to hit, with
// chances and amounts that a careful program should survive.
std::vector<WeightedMishap> UsualMishaps();

struct RandomMishaps {
  absl::Duration duration = absl::Seconds(30);
  // How much time passes from one to the next, and how long one lasts.
  LatencyLaw interval = LatencyLaw::Exponential(
      absl::Milliseconds(1), absl::Seconds(1), absl::Seconds(20));
  LatencyLaw lasts = LatencyLaw::Exponential(
      absl::Milliseconds(10), absl::Seconds(2), absl::Seconds(30));
  // None: `UsualMishaps`. Those that need a network or disks are left out if
  // there are none.
  std::vector<WeightedMishap> mishaps = {};
  // Which machines may be drawn. None: all.
  std::vector<std::string> among = {};
  // Whether any number of machines may be down at a time. If not, what would
  // go beyond `WorldOptions::max_down` is left out. Without a limit a program
  // can only be expected to keep what it has promised, not to make progress.
  bool unlimited = false;
  // Whether everything is undone in the end.
  bool heal_at_end = true;
};

class Nemesis {
 public:
  using OwnMishap = std::function<void(const std::vector<Node*>&)>;

  // All must outlive it. Null: there is no network, there are no disks.
  explicit Nemesis(World& world, Network* network = nullptr,
                   Disks* disks = nullptr);
  Nemesis(const Nemesis&) = delete;
  Nemesis& operator=(const Nemesis&) = delete;
  // What is broken stays so.
  ~Nemesis();

  // ---- By plan --------------------------------------------------------------

  // Makes it happen `at` so much simulated time since the run began, as traces
  // count it; if that has passed, as soon as possible. It is undone after
  // `lasts`; infinite: by `Heal`. If it cannot be done, because there is no
  // such machine, the run fails.
  Nemesis& At(absl::Duration at, Mishap what,
              absl::Duration lasts = absl::InfiniteDuration());
  // The same, `delay` from now.
  Nemesis& After(absl::Duration delay, Mishap what,
                 absl::Duration lasts = absl::InfiniteDuration());
  // Does all that a plan says.
  void Follow(const std::vector<PlannedMishap>& plan);
  // The same for the text of one.
  //
  // Errors:
  //   kInvalidArgument  it is no plan, and nothing is done
  absl::Status Follow(absl::string_view plan);

  // Makes it happen now. Returns whether it did: not if it is masked, or if
  // nothing would change, since all that it would take down are down.
  //
  // Errors:
  //   kNotFound            there is no machine, or no zone, of that name; no
  //                        own mishap; no network, or no disks
  //   kFailedPrecondition  there are too few machines for it
  absl::StatusOr<bool> Do(const Mishap& what,
                          absl::Duration lasts = absl::InfiniteDuration());

  // Makes `name`, "app.flip_leader", a mishap of your own, which then may be
  // planned and drawn as any other: mishap::Own(name). `begin` and `end`, which
  // may be null, are called with the machines that it names. The name is that
  // of a fault, which counts it and can be masked.
  void Define(absl::string_view name, OwnMishap begin, OwnMishap end = nullptr);

  // ---- At random ------------------------------------------------------------

  // Lets things go wrong for a while. Returns when that is over, or when `Stop`
  // was called. Of each mishap it is drawn when it comes, which one it is, with
  // 0 for none, how long it lasts, and then, from the stream of its own name,
  // what it hits.
  //
  // With g++ 12, `random` must be a variable: docs/compilers.md.
  Task<> Run(const RandomMishaps& random);

  // ---- Both -----------------------------------------------------------------

  // Undoes all that was done, in the order in which it was.
  void Heal();
  // Lets all be as it is: nothing more goes wrong by plan or at random, and
  // nothing is undone but by `Heal`.
  void Stop();
  // Returns how many mishaps are going on.
  size_t CountOngoing() const { return ongoing_.size(); }
  // Returns what was done, in order, with nothing left open. `lasts` is how
  // long it was to last: a heal, which stands there too, ends it sooner.
  const std::vector<PlannedMishap>& Done() const { return done_; }

 private:
  struct Own {
    std::string name;
    OwnMishap begin;
    OwnMishap end;
  };
  struct Ongoing {
    uint64_t id = 0;
    Mishap what;
    Fault* fault;
    std::vector<LinkDamage::Link> links = {};
    std::vector<HitNode> nodes = {};
    std::vector<Node*> clogged = {};  // by a swizzle
  };

  absl::Status CheckKnown(const Mishap& what) const;
  const Own* FindOwn(absl::string_view name) const;
  absl::StatusOr<Mishap> Cast(const Mishap& open, Fault& fault,
                              const std::vector<std::string>& among) const;
  size_t CountTakenDown(const Mishap& what) const;
  bool Begin(const Mishap& what, Fault* fault, absl::Duration lasts);
  bool BeginOn(Ongoing& it);
  std::vector<Node*> NodesOf(const Mishap& what) const;
  void Note(PlannedMishap done);
  void BeginSwizzle(uint64_t id, const Mishap& what, absl::Duration lasts);
  void TurnSwizzle(uint64_t id, Node* node, bool clog);
  void End(uint64_t id);
  void Undo(const Ongoing& it);
  Task<> RunRandom(RandomMishaps random);
  void DoAtRandom(const RandomMishaps& random, uint64_t sum);
  Ongoing* Find(uint64_t id);

  World& world_;
  std::unique_ptr<LinkDamage> links_;  // null: there is no network
  std::unique_ptr<DiskDamage> disks_;
  NodeDamage nodes_;
  std::vector<Own> own_;
  std::vector<Ongoing> ongoing_;  // in the order in which they began
  std::vector<PlannedMishap> done_;
  uint64_t last_id_ = 0;
  uint64_t stops_ = 0;  // how often it was stopped
  Agenda agenda_;
};

// All of a run.
class Nemeses final : public Attachment {
 public:
  static Nemeses& Current() {
    return Simulation::Current("Nemeses").Attached<Nemeses>();
  }

  // Stops each.
  void StopAll();
  void AddNotes(std::string& notes) const override;

 private:
  friend Nemesis;

  std::vector<Nemesis*> living_;
  std::vector<PlannedMishap> done_;  // by those that are gone
};

}  // namespace orrery

#endif  // ORRERY_SIM_CHAOS_NEMESIS_H_
