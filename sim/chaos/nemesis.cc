// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/chaos/nemesis.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "orrery/base/check.h"
#include "orrery/base/choice.h"
#include "orrery/base/sim_time.h"
#include "orrery/base/source_site.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/chaos/casting.h"
#include "orrery/sim/node_control.h"
#include "orrery/sim/sleep.h"

namespace orrery {
namespace {

SimTime Now() { return Simulation::Current("Nemesis").now(); }

bool IsOfLinks(MishapKind kind) { return kind <= MishapKind::kCorruption; }
bool IsOfDisks(MishapKind kind) {
  return kind >= MishapKind::kDiskFull && kind <= MishapKind::kDiskStalls;
}
// Whether it only makes something likely, which is counted when it happens.
bool IsOnlyLikely(MishapKind kind) {
  return IsOfDisks(kind) ||
         (kind >= MishapKind::kLoss && kind <= MishapKind::kCorruption);
}

}  // namespace

Nemesis::Nemesis(World& world, Network* network, Disks* disks) : world_(world) {
  if (network != nullptr) {
    links_ = std::make_unique<LinkDamage>(world, *network);
  }
  if (disks != nullptr) disks_ = std::make_unique<DiskDamage>(*disks);
  Nemeses::Current().living_.push_back(this);
}

Nemesis::~Nemesis() {
  Nemeses* all = nullptr;
  if (Simulation* simulation = Simulation::CurrentOrNull()) {
    all = simulation->FindAttached<Nemeses>();
  }
  if (all == nullptr) return;
  all->living_.erase(
      std::remove(all->living_.begin(), all->living_.end(), this),
      all->living_.end());
  all->done_.insert(all->done_.end(), done_.begin(), done_.end());
}

// ---- By plan ----------------------------------------------------------------

Nemesis& Nemesis::At(absl::Duration at, Mishap what, absl::Duration lasts) {
  agenda_.Add(SimTime(ToNanoseconds(at)),
              [this, what = std::move(what), lasts] {
                const absl::StatusOr<bool> done = Do(what, lasts);
                if (done.ok()) return;
                Simulation::Current("Nemesis").Fail(
                    absl::StrCat("the nemesis cannot do \"", what.ToString(),
                                 "\": ", done.status().message()),
                    SourceSite());
              });
  return *this;
}

Nemesis& Nemesis::After(absl::Duration delay, Mishap what,
                        absl::Duration lasts) {
  return At(ToDuration(Now()) + delay, std::move(what), lasts);
}

void Nemesis::Follow(const std::vector<PlannedMishap>& plan) {
  for (const PlannedMishap& planned : plan) {
    At(planned.at, planned.what, planned.lasts);
  }
}

absl::Status Nemesis::Follow(absl::string_view plan) {
  const absl::StatusOr<std::vector<PlannedMishap>> read = FromPlan(plan);
  if (!read.ok()) return read.status();
  Follow(*read);
  return absl::OkStatus();
}

absl::StatusOr<bool> Nemesis::Do(const Mishap& what, absl::Duration lasts) {
  ORRERY_CHECK(!Simulation::Current("Nemesis").current_node(),
               "a nemesis acts from outside of the machines of its world");
  if (const absl::Status known = CheckKnown(what); !known.ok()) return known;
  if (what.kind() == MishapKind::kHeal) {
    Heal();
    return true;
  }
  Fault& fault = Faults::Current().Get(what.fault());
  if (fault.off()) return false;
  const absl::StatusOr<Mishap> cast = Cast(what, fault, {});
  if (!cast.ok()) return cast.status();
  return Begin(*cast, &fault, lasts);
}

void Nemesis::Define(absl::string_view name, OwnMishap begin, OwnMishap end) {
  const absl::StatusOr<Mishap> read = Mishap::Parse(name);
  ORRERY_CHECK(read.ok() && *read == mishap::Own(name),
               absl::StrCat("\"", name, "\" is no name for a mishap"));
  ORRERY_CHECK(FindOwn(name) == nullptr,
               absl::StrCat("there is a mishap ", name, " already"));
  own_.push_back({std::string(name), std::move(begin), std::move(end)});
}

const Nemesis::Own* Nemesis::FindOwn(absl::string_view name) const {
  for (const Own& own : own_) {
    if (own.name == name) return &own;
  }
  return nullptr;
}

absl::Status Nemesis::CheckKnown(const Mishap& what) const {
  if (IsOfLinks(what.kind()) && links_ == nullptr) {
    return absl::NotFoundError("there is no network");
  }
  if (IsOfDisks(what.kind()) && disks_ == nullptr) {
    return absl::NotFoundError("there are no disks");
  }
  if (what.kind() == MishapKind::kOwn && FindOwn(what.verb()) == nullptr) {
    return absl::NotFoundError(
        absl::StrCat("there is no mishap ", what.verb()));
  }
  return absl::OkStatus();
}

absl::StatusOr<Mishap> Nemesis::Cast(
    const Mishap& open, Fault& fault,
    const std::vector<std::string>& among) const {
  return Casting(world_, among).Cast(open, [&fault](uint64_t n) {
    return fault.Pick(n);
  });
}

// ---- Beginning and end ------------------------------------------------------

std::vector<Node*> Nemesis::NodesOf(const Mishap& what) const {
  std::vector<Node*> nodes;
  if (what.groups().empty()) return nodes;
  for (const std::string& name : what.groups()[0]) {
    nodes.push_back(&world_.node(name));
  }
  return nodes;
}

size_t Nemesis::CountTakenDown(const Mishap& what) const {
  if (what.kind() < MishapKind::kKill || what.kind() > MishapKind::kPause) {
    return 0;
  }
  const std::vector<Node*> nodes = NodesOf(what);
  return static_cast<size_t>(std::count_if(
      nodes.begin(), nodes.end(),
      [](const Node* node) { return node->state() == NodeState::kUp; }));
}

bool Nemesis::Begin(const Mishap& what, Fault* fault, absl::Duration lasts) {
  const bool restart = what.kind() == MishapKind::kRestart;
  if (restart) lasts = absl::InfiniteDuration();
  const uint64_t id = ++last_id_;
  Ongoing it{id, what, fault};
  if (!BeginOn(it)) return false;
  Note({ToDuration(Now()), what, lasts});
  if (restart) return true;  // it is over
  ongoing_.push_back(std::move(it));
  if (what.kind() == MishapKind::kSwizzle) BeginSwizzle(id, what, lasts);
  agenda_.Add(orrery::After(Now(), ToNanoseconds(lasts)),
              [this, id] { End(id); });
  return true;
}

void Nemesis::Note(PlannedMishap done) {
  Simulation::Current("Nemesis").Record(
      event::Faulted{ToString(done), NodeId()});
  done_.push_back(std::move(done));
}

bool Nemesis::BeginOn(Ongoing& it) {
  const MishapKind kind = it.what.kind();
  Fault& fault = *it.fault;
  if (IsOfLinks(kind)) {
    if (!(IsOnlyLikely(kind) ? fault.Arm() : fault.Reach(NodeId()))) {
      return false;
    }
    it.links = links_->LinksOf(it.what);
    links_->Do(it.what, it.id, it.links, fault);
    return true;
  }
  if (kind == MishapKind::kOwn) {
    if (!fault.Reach(NodeId())) return false;
    FindOwn(it.what.verb())->begin(NodesOf(it.what));
    fault.HadEffect();
    return true;
  }
  if (fault.off()) return false;
  for (Node* node : NodesOf(it.what)) {
    if (!NodeDamage::CanHit(kind, *node)) continue;
    it.nodes.push_back({node, node->incarnation(), node->up()});
  }
  if (IsOnlyLikely(kind) || it.nodes.empty()) fault.Arm();
  for (const HitNode& hit : it.nodes) {
    if (IsOfDisks(kind)) {
      disks_->Do(it.what, it.id, *hit.node);
      continue;
    }
    fault.Reach(hit.node->id());
    nodes_.Do(it.what, it.id, *hit.node);
    if (hit.noticed) fault.HadEffect();
  }
  return !it.nodes.empty();
}

Nemesis::Ongoing* Nemesis::Find(uint64_t id) {
  for (Ongoing& it : ongoing_) {
    if (it.id == id) return &it;
  }
  return nullptr;
}

void Nemesis::End(uint64_t id) {
  const Ongoing* found = Find(id);
  if (found == nullptr) return;  // it was healed
  const Ongoing it = *found;
  ongoing_.erase(ongoing_.begin() + (found - ongoing_.data()));
  Simulation::Current("Nemesis").Record(
      event::Faulted{absl::StrCat("over: ", it.what.ToString()), NodeId()});
  Undo(it);
}

void Nemesis::Undo(const Ongoing& it) {
  if (IsOfLinks(it.what.kind())) links_->Undo(it.what, it.id, it.links);
  for (const Node* node : it.clogged) links_->UnclogAll(node->id());
  if (it.what.kind() == MishapKind::kOwn) {
    const Own& own = *FindOwn(it.what.verb());
    if (own.end != nullptr) own.end(NodesOf(it.what));
  }
  for (const HitNode& hit : it.nodes) {
    if (IsOfDisks(it.what.kind())) {
      disks_->Undo(it.what, it.id, *hit.node);
      continue;
    }
    nodes_.Undo(it.what, it.id, hit);
    // It was down when its clock went wrong, and has booted since.
    if (!hit.noticed && hit.node->up()) it.fault->HadEffect();
  }
}

void Nemesis::Heal() {
  if (ongoing_.empty()) return;
  Note({ToDuration(Now()), mishap::Heal()});
  while (!ongoing_.empty()) End(ongoing_.front().id);
}

void Nemesis::Stop() {
  ++stops_;
  agenda_.Clear();
}

// ---- Swizzle ----------------------------------------------------------------

// In its first half machines are clogged one by one, and in its second half
// they come free.
void Nemesis::BeginSwizzle(uint64_t id, const Mishap& what,
                           absl::Duration lasts) {
  const auto& [clogged, freed] = std::pair(what.groups()[0], what.groups()[1]);
  const absl::Duration half =
      lasts == absl::InfiniteDuration() ? absl::ZeroDuration() : lasts / 2;
  const auto count = static_cast<int64_t>(clogged.size());
  auto turn = [&](absl::Duration in, const std::string& name, bool clog) {
    Node* node = &world_.node(name);
    agenda_.Add(orrery::After(Now(), ToNanoseconds(in)),
                [this, id, node, clog] { TurnSwizzle(id, node, clog); });
  };
  for (int64_t i = 0; i < count; ++i) {
    const std::string& name = clogged[static_cast<size_t>(i)];
    if (i == 0) {
      TurnSwizzle(id, &world_.node(name), true);
    } else {
      turn(half * i / count, name, true);
    }
  }
  if (half == absl::ZeroDuration()) return;
  for (int64_t i = 0; i + 1 < count; ++i) {
    turn(half + half * (i + 1) / count, freed[static_cast<size_t>(i)], false);
  }
}

void Nemesis::TurnSwizzle(uint64_t id, Node* node, bool clog) {
  Ongoing* it = Find(id);
  if (it == nullptr) return;
  const auto found = std::find(it->clogged.begin(), it->clogged.end(), node);
  if (clog) {
    it->clogged.push_back(node);
    links_->ClogAll(*it->fault, node->id());
  } else if (found != it->clogged.end()) {
    it->clogged.erase(found);
    links_->UnclogAll(node->id());
  }
}

// ---- At random --------------------------------------------------------------

Task<> Nemesis::Run(const RandomMishaps& random) { return RunRandom(random); }

Task<> Nemesis::RunRandom(RandomMishaps random) {
  if (random.mishaps.empty()) random.mishaps = UsualMishaps();
  for (const std::string& name : random.among) world_.node(name);
  uint64_t sum = 0;
  for (const WeightedMishap& one : random.mishaps) sum += one.weight;
  ORRERY_CHECK(random.interval.most() > 0,
               "time passes from one mishap to the next");
  Simulation& simulation = Simulation::Current("Nemesis::Run");
  const SimTime end =
      orrery::After(simulation.now(), ToNanoseconds(random.duration));
  const uint64_t stops = stops_;
  while (stops_ == stops) {
    const int64_t wait = random.interval.Draw(simulation, "nemesis: interval",
                                              ChoiceKind::kFault);
    const int64_t left = end.ns - simulation.now().ns;
    co_await Sleep(absl::Nanoseconds(std::min(wait, left)));
    if (stops_ != stops || wait >= left) break;
    DoAtRandom(random, sum);
  }
  if (stops_ == stops && random.heal_at_end) Heal();
}

void Nemesis::DoAtRandom(const RandomMishaps& random, uint64_t sum) {
  Simulation& simulation = Simulation::Current("Nemesis::Run");
  // Both are drawn whatever comes, so that what is masked changes no draw.
  uint64_t which =
      simulation.Draw(ChoiceKind::kFault, sum + 1, "nemesis: which");
  const int64_t lasts =
      random.lasts.Draw(simulation, "nemesis: lasts", ChoiceKind::kFault);
  if (which == 0) return;
  const WeightedMishap* chosen = random.mishaps.data();
  for (--which; which >= chosen->weight; ++chosen) which -= chosen->weight;
  const Mishap& open = chosen->what;
  if (!CheckKnown(open).ok()) return;
  if (open.kind() == MishapKind::kHeal) {
    Heal();
    return;
  }
  Fault& fault = Faults::Current().Get(open.fault());
  if (fault.off()) return;
  const absl::StatusOr<Mishap> cast = Cast(open, fault, random.among);
  if (!cast.ok()) return;  // there are too few machines, or no zones
  if (const size_t down = CountTakenDown(*cast);
      down != 0 && !random.unlimited && !world_.MayTakeDown(down)) {
    return;
  }
  Begin(*cast, &fault, absl::Nanoseconds(lasts));
}

// ---- All of a run -----------------------------------------------------------

void Nemeses::StopAll() {
  for (Nemesis* nemesis : living_) nemesis->Stop();
}

void Nemeses::AddNotes(std::string& notes) const {
  constexpr size_t kMost = 100;
  std::vector<PlannedMishap> done = done_;
  for (const Nemesis* nemesis : living_) {
    done.insert(done.end(), nemesis->Done().begin(), nemesis->Done().end());
  }
  if (done.empty()) return;
  if (!notes.empty() && notes.back() != '\n') notes += '\n';
  absl::StrAppend(&notes, "what the nemesis did:\n");
  const size_t left = done.size() - std::min(done.size(), kMost);
  done.resize(done.size() - left, done[0]);
  for (const PlannedMishap& one : done) {
    absl::StrAppend(&notes, "  ", ToString(one), "\n");
  }
  if (left != 0) absl::StrAppend(&notes, "  and ", left, " more\n");
}

}  // namespace orrery
