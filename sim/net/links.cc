// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/net/links.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "orrery/base/choice.h"
#include "orrery/sim/posted_callback.h"

namespace orrery {

Links::Links(World& world, NetworkOptions options)
    : simulation_(Simulation::Current("Network")),
      world_(world),
      options_(std::move(options)),
      cut_(Faults::Current().Get("net.cut")),
      partition_(Faults::Current().Get("net.partition")),
      black_hole_(Faults::Current().Get("net.black_hole")),
      clog_(Faults::Current().Get("net.clog")),
      hold_(Faults::Current().Get("net.hold")),
      bandwidth_(Faults::Current().Get("net.bandwidth")) {
  for (const std::unique_ptr<Node>& node : world.nodes()) {
    Booted(node->id(), node->incarnation());
  }
}

Links::~Links() {
  while (!in_flight_.empty()) {
    Parcel* parcel = Of(in_flight_.front());
    Cancel(parcel);
    Take(parcel);
  }
}

Links::Host& Links::HostAt(NodeId node) {
  if (node.value >= hosts_.size()) hosts_.resize(node.value + size_t{1});
  return hosts_[node.value];
}

Links::Link& Links::LinkOf(NodeId from, NodeId to) {
  std::vector<std::unique_ptr<Link>>& links = HostAt(from).to;
  if (to.value >= links.size()) links.resize(to.value + size_t{1});
  std::unique_ptr<Link>& link = links[to.value];
  if (link == nullptr) link = std::make_unique<Link>();
  return *link;
}

LinkOptions& Links::link(const Node* from, const Node* to) {
  Link& link = LinkOf(IdOf(from), IdOf(to));
  if (!link.options.has_value()) link.options = options_.link;
  return *link.options;
}

// ---- Cuts -------------------------------------------------------------------

void Links::MarkCut(Fault& fault, NodeId from, NodeId to) {
  if (from == to) return;
  LinkOf(from, to).cut = &fault;
  disturbed_ = true;
}

void Links::CutBy(Fault& fault, NodeId from, NodeId to) {
  MarkCut(fault, from, to);
  LoseWhatIsCut();
}

void Links::Cut(const Node* from, const Node* to) {
  if (cut_.Reach(IdOf(from))) CutBy(cut_, IdOf(from), IdOf(to));
}

void Links::Mend(const Node* from, const Node* to) {
  if (Link* link = FindLink(IdOf(from), IdOf(to))) link->cut = nullptr;
}

void Links::Partition(const std::vector<const Node*>& one,
                      const std::vector<const Node*>& other) {
  if (!partition_.Reach()) return;
  for (const Node* a : one) {
    for (const Node* b : other) {
      MarkCut(partition_, IdOf(a), IdOf(b));
      MarkCut(partition_, IdOf(b), IdOf(a));
    }
  }
  LoseWhatIsCut();
}

void Links::PartitionOneWay(const std::vector<const Node*>& one,
                            const std::vector<const Node*>& other) {
  if (!partition_.Reach()) return;
  for (const Node* a : one) {
    for (const Node* b : other) MarkCut(partition_, IdOf(a), IdOf(b));
  }
  LoseWhatIsCut();
}

void Links::BlackHole(const Node* node) {
  const NodeId hole = IdOf(node);
  if (!black_hole_.Reach(hole)) return;
  for (const std::unique_ptr<Node>& other : world_.nodes()) {
    MarkCut(black_hole_, hole, other->id());
    MarkCut(black_hole_, other->id(), hole);
  }
  MarkCut(black_hole_, hole, NodeId());
  MarkCut(black_hole_, NodeId(), hole);
  LoseWhatIsCut();
}

void Links::LoseWhatIsCut() {
  for (Parcel* parcel : FindInFlight([this](const Parcel& p) {
         const Link* link = FindLink(p.from_node_, p.to_node_);
         return link != nullptr && link->cut != nullptr;
       })) {
    FindLink(parcel->from_node_, parcel->to_node_)->cut->HadEffect();
    Lose(parcel, Loss::kCut);
  }
}

// ---- Clogs and holds --------------------------------------------------------

void Links::Extend(Jam& jam, Fault& fault, absl::Duration duration) {
  const SimTime until =
      After(simulation_.now(), std::max<int64_t>(0, ToNanoseconds(duration)));
  if (until > jam.until) jam = {until, &fault};
  disturbed_ = true;
}

void Links::ClogBy(Fault& fault, NodeId from, NodeId to,
                   absl::Duration duration) {
  Extend(LinkOf(from, to).jam, fault, duration);
}

void Links::ClogInBy(Fault& fault, NodeId node, absl::Duration duration) {
  Extend(HostAt(node).in, fault, duration);
}

void Links::ClogOutBy(Fault& fault, NodeId node, absl::Duration duration) {
  Extend(HostAt(node).out, fault, duration);
}

void Links::UnclogBy(Fault& fault, NodeId node) {
  Host& host = HostAt(node);
  if (host.in.fault == &fault) host.in = {};
  if (host.out.fault == &fault) host.out = {};
  Restart();
}

void Links::Clog(const Node* from, const Node* to, absl::Duration duration) {
  if (clog_.Reach(IdOf(from))) ClogBy(clog_, IdOf(from), IdOf(to), duration);
}

void Links::ClogPair(const Node* one, const Node* other,
                     absl::Duration duration) {
  if (!clog_.Reach(IdOf(one))) return;
  ClogBy(clog_, IdOf(one), IdOf(other), duration);
  ClogBy(clog_, IdOf(other), IdOf(one), duration);
}

void Links::ClogIn(const Node* node, absl::Duration duration) {
  if (clog_.Reach(IdOf(node))) ClogInBy(clog_, IdOf(node), duration);
}

void Links::ClogOut(const Node* node, absl::Duration duration) {
  if (clog_.Reach(IdOf(node))) ClogOutBy(clog_, IdOf(node), duration);
}

void Links::Unclog(const Node* from, const Node* to) {
  LinkOf(IdOf(from), IdOf(to)).jam = {};
  Restart();
}

void Links::UnclogIn(const Node* node) {
  HostAt(IdOf(node)).in = {};
  Restart();
}

void Links::UnclogOut(const Node* node) {
  HostAt(IdOf(node)).out = {};
  Restart();
}

void Links::HoldBy(Fault& fault, NodeId from, NodeId to) {
  LinkOf(from, to).held = &fault;
  disturbed_ = true;
}

void Links::Hold(const Node* from, const Node* to) {
  if (hold_.Reach(IdOf(from))) HoldBy(hold_, IdOf(from), IdOf(to));
}

void Links::Release(const Node* from, const Node* to) {
  LinkOf(IdOf(from), IdOf(to)).held = nullptr;
  Restart();
}

LinkState Links::StateOf(NodeId from, NodeId to) const {
  const Link* link = FindLink(from, to);
  return {.cut = link != nullptr && link->cut != nullptr,
          .held = link != nullptr && link->held != nullptr,
          .clogged = JamOn(from, to).fault != nullptr};
}

void Links::Heal() {
  for (Host& host : hosts_) {
    host.in = host.out = {};
    for (const std::unique_ptr<Link>& link : host.to) {
      if (link != nullptr) Free(*link);
    }
  }
  Restart();
  disturbed_ = false;
}

void Links::HealAmong(const std::vector<const Node*>& nodes) {
  for (const Node* a : nodes) {
    Host& host = HostAt(IdOf(a));
    host.in = host.out = {};
    for (const Node* b : nodes) {
      if (Link* link = FindLink(IdOf(a), IdOf(b))) Free(*link);
    }
  }
  Restart();
}

void Links::Free(Link& link) {
  link.cut = link.held = nullptr;
  link.jam = {};
}

Links::Jam Links::JamOn(NodeId from, NodeId to) const {
  Jam worst = {simulation_.now(), nullptr};
  if (from == to) return worst;
  auto consider = [&worst](const Jam& jam) {
    if (jam.until > worst.until) worst = jam;
  };
  if (const Link* link = FindLink(from, to)) consider(link->jam);
  if (from.value < hosts_.size()) consider(hosts_[from.value].out);
  if (to.value < hosts_.size()) consider(hosts_[to.value].in);
  return worst;
}

Links::Jam Links::ObstacleOn(NodeId from, NodeId to) const {
  const Link* link = FindLink(from, to);
  if (link != nullptr && link->held != nullptr) {
    return {SimTime::Infinite(), link->held};
  }
  return JamOn(from, to);
}

void Links::Stop(Parcel* parcel, const Jam& obstacle) {
  if (obstacle.until == SimTime::Infinite()) {
    parcel->state_ = Parcel::State::kHeld;
  } else {
    parcel->state_ = Parcel::State::kStopped;
    Schedule(parcel, obstacle.until);
  }
}

void Links::Restart() {
  if (simulation_.closing()) return;
  for (Parcel* parcel : FindInFlight([](const Parcel& p) {
         return p.state_ != Parcel::State::kMoving;
       })) {
    const Jam obstacle = ObstacleOn(parcel->from_node_, parcel->to_node_);
    if (parcel->state_ == Parcel::State::kStopped &&
        obstacle.until == parcel->due_) {
      continue;
    }
    Cancel(parcel);
    if (obstacle.fault != nullptr) {
      Stop(parcel, obstacle);
    } else {
      parcel->state_ = Parcel::State::kMoving;
      Schedule(parcel, simulation_.now());
    }
  }
}

// ---- What is on its way -----------------------------------------------------

template <typename F>
std::vector<Parcel*> Links::FindInFlight(F which) const {
  std::vector<Parcel*> found;
  for (ParcelHook* hook = in_flight_.front(); hook != nullptr;
       hook = in_flight_.after(hook)) {
    if (which(*Of(hook))) found.push_back(Of(hook));
  }
  return found;
}

void Links::Carry(ParcelPtr parcel, NodeId from, NodeId to, int64_t more) {
  if (CutsOff(from, to)) {
    parcel->from_node_ = from;
    parcel->to_node_ = to;
    Parcel* lost = parcel.get();
    lost->GetLost(std::move(parcel), Loss::kCut);
    return;
  }
  const int64_t line = StandInLine(from, to, parcel->bytes().size());
  const int64_t latency = DrawLatency(from, to);
  Launch(std::move(parcel), from, to, line + latency + more);
}

int64_t Links::StandInLine(Link& link, uint64_t bandwidth, size_t bytes) {
  const SimTime now = simulation_.now();
  const auto takes = static_cast<int64_t>(
      static_cast<unsigned __int128>(bytes) * 1'000'000'000 / bandwidth);
  if (link.free_at <= now) {
    bandwidth_.Arm();
  } else if (bandwidth_.Reach()) {
    bandwidth_.HadEffect();
  }
  link.free_at = After(std::max(link.free_at, now), takes);
  return link.free_at.ns - now.ns;
}

int64_t Links::DistanceOf(NodeId one, NodeId other) {
  const NodeId first = std::min(one, other);
  const NodeId second = std::max(one, other);
  int64_t& distance = LinkOf(first, second).distance;
  if (distance == kUnknown) {
    auto name = [&](NodeId node) {
      return node ? simulation_.nodes().name(node) : "the test";
    };
    const absl::string_view label = simulation_.KeepLabel(
        absl::StrCat("distance from ", name(first), " to ", name(second)));
    distance = simulation_.nodes().RunOn(NodeId(), [&] {
      return options_.distance.Draw(simulation_, label, ChoiceKind::kFault);
    });
  }
  return distance;
}

void Links::Launch(ParcelPtr parcel, NodeId from, NodeId to,
                   int64_t nanoseconds) {
  if (simulation_.closing()) return;
  Parcel* p = parcel.release();
  p->from_node_ = from;
  p->to_node_ = to;
  p->state_ = Parcel::State::kMoving;
  p->incarnation_ = IncarnationOf(to);
  p->links_ = this;
  p->run = &Run;
  in_flight_.PushBack(p);
  Schedule(p, After(simulation_.now(), nanoseconds));
}

void Links::Schedule(Parcel* parcel, SimTime due) {
  parcel->due_ = due;
  parcel->id = simulation_.NewEntity();
  simulation_.nodes().RunOn(NodeId(), [&] {
    simulation_.PostCallback(parcel, EntityKind::kTimer, due, SourceSite());
  });
}

void Links::Cancel(Parcel* parcel) {
  if (parcel->owner != nullptr) parcel->owner->CancelCallback(parcel);
}

void Links::Run(PostedCallback* due) {
  Parcel* parcel = static_cast<Parcel*>(due);
  parcel->links_->Due(parcel);
}

void Links::Due(Parcel* parcel) {
  if (disturbed_) [[unlikely]] {
    if (CutsOff(parcel->from_node_, parcel->to_node_)) {
      Lose(parcel, Loss::kCut);
      return;
    }
    if (const Jam obstacle = ObstacleOn(parcel->from_node_, parcel->to_node_);
        obstacle.fault != nullptr) {
      obstacle.fault->HadEffect();
      Stop(parcel, obstacle);
      return;
    }
  }
  if (IncarnationOf(parcel->to_node_) != parcel->incarnation_) {
    Lose(parcel, Loss::kAnotherIncarnation);
    return;
  }
  parcel->Arrive(Take(parcel));
}

ParcelPtr Links::Take(Parcel* parcel) {
  in_flight_.Remove(parcel);
  return ParcelPtr(parcel);
}

void Links::Lose(Parcel* parcel, Loss why) {
  ParcelPtr lost = Take(parcel);
  Cancel(parcel);
  parcel->GetLost(std::move(lost), why);
}

std::vector<ParcelInFlight> Links::InFlight() const {
  std::vector<ParcelInFlight> all;
  for (const Parcel* p : FindInFlight([](const Parcel&) { return true; })) {
    if (!p->message()) continue;
    all.push_back({p->message(), p->kind(), p->from(), p->to(), p->bytes(),
                   p->due(), p->held()});
  }
  return all;
}

bool Links::Drop(MessageId id) {
  const std::vector<Parcel*> found = FindInFlight(
      [id](const Parcel& parcel) { return parcel.message() == id; });
  if (found.empty()) return false;
  Lose(found.front(), Loss::kDropped);
  return true;
}

}  // namespace orrery
