// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/chaos/liveness.h"

#include <algorithm>
#include <cstdint>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "orrery/base/check.h"
#include "orrery/base/choice.h"
#include "orrery/base/ids.h"
#include "orrery/base/sim_time.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/chaos/nemesis.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/node_control.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"

namespace orrery {
namespace {

using Names = std::vector<std::string>;

bool Has(const Names& names, absl::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

uint64_t Draw(uint64_t n) {
  Simulation& simulation = Simulation::Current("CheckLiveness");
  return simulation.nodes().RunOn(NodeId(), [&] {
    return simulation.Draw(ChoiceKind::kFault, n, "liveness: core");
  });
}

// ---- The core ---------------------------------------------------------------

absl::Status CheckNames(const World& world, const Names& names) {
  for (const std::string& name : names) {
    if (world.FindNode(name) != nullptr) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("there is no machine ", name));
  }
  return absl::OkStatus();
}

absl::StatusOr<Names> ChooseCore(const World& world,
                                 const LivenessOptions& options) {
  for (const Names* names : {&options.core, &options.among, &options.always}) {
    if (absl::Status known = CheckNames(world, *names); !known.ok()) {
      return known;
    }
  }
  Names core = options.core;
  if (core.empty()) {
    Names among = options.among;
    if (among.empty()) {
      for (const auto& node : world.nodes()) {
        if (!Has(options.always, node->name())) among.push_back(node->name());
      }
    }
    const size_t least =
        options.core_size != 0 ? options.core_size : among.size() / 2 + 1;
    if (least > among.size()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "a core of ", least, " machines, of which there are ", among.size()));
    }
    const size_t size = least + Draw(among.size() - least + 1);
    for (size_t i = 0; i < size; ++i) {
      std::swap(among[i], among[i + Draw(among.size() - i)]);
      core.push_back(among[i]);
    }
    std::sort(core.begin(), core.end());
  }
  for (const std::string& name : options.always) {
    if (!Has(core, name)) core.push_back(name);
  }
  return core;
}

void HealCore(World& world, Network* network, const Names& core) {
  std::vector<const Node*> nodes = {nullptr};
  for (const std::string& name : core) nodes.push_back(&world.node(name));
  if (network != nullptr) network->HealAmong(nodes);
  for (const std::string& name : core) {
    Node& node = world.node(name);
    node.ThawClock();
    node.SetClockDrift(0);
    if (!node.up()) node.Boot();
    node.Resume();
  }
}

// ---- What is still broken ---------------------------------------------------

absl::string_view StateText(NodeState state) {
  switch (state) {
    case NodeState::kUp:
      return "up";
    case NodeState::kPaused:
      return "paused";
    case NodeState::kStopped:
      return "stopped";
    case NodeState::kKilled:
      return "killed";
    case NodeState::kCrashed:
      return "crashed";
  }
  return "";
}

// Adds "cut: a > b, b > c" to `parts`, for those links of which `is` is true.
template <typename Is>
void AddLinks(const World& world, const Network& network,
              absl::string_view what, Is is, Names& parts) {
  constexpr size_t kMost = 20;
  std::vector<const Node*> nodes = {nullptr};
  for (const auto& node : world.nodes()) nodes.push_back(node.get());
  auto name = [](const Node* node) {
    return node != nullptr ? absl::string_view(node->name()) : "@test";
  };
  Names links;
  size_t more = 0;
  for (const Node* from : nodes) {
    for (const Node* to : nodes) {
      if (from == to || !is(network.StateOf(from, to))) continue;
      if (links.size() == kMost) {
        ++more;
      } else {
        links.push_back(absl::StrCat(name(from), " > ", name(to)));
      }
    }
  }
  if (links.empty()) return;
  if (more != 0) links.push_back(absl::StrCat(more, " more"));
  parts.push_back(absl::StrCat(what, ": ", absl::StrJoin(links, ", ")));
}

std::string StillBroken(const World& world, const Network* network) {
  Names parts;
  const NodeControl& control = Simulation::Current("CheckLiveness").nodes();
  for (const auto& node : world.nodes()) {
    if (node->state() != NodeState::kUp) {
      parts.push_back(
          absl::StrCat(node->name(), " is ", StateText(node->state())));
    }
    if (control.clock(node->id()).frozen()) {
      parts.push_back(
          absl::StrCat("the clock of ", node->name(), " is frozen"));
    }
  }
  if (network != nullptr) {
    AddLinks(world, *network, "cut", [](auto s) { return s.cut; }, parts);
    AddLinks(world, *network, "held", [](auto s) { return s.held; }, parts);
    AddLinks(
        world, *network, "clogged", [](auto s) { return s.clogged; }, parts);
  }
  return parts.empty() ? "nothing" : absl::StrJoin(parts, "; ");
}

Task<absl::StatusOr<LivenessReport>> Converge(World* world, Network* network,
                                              LivenessOptions options) {
  ORRERY_CHECK(options.converged,
               "LivenessOptions::converged says what is to be reached");
  ORRERY_CHECK(options.every > absl::ZeroDuration(),
               "time passes from one question to the next");
  const absl::StatusOr<Names> core = ChooseCore(*world, options);
  if (!core.ok()) co_return core.status();
  Simulation& simulation = Simulation::Current("CheckLiveness");
  const std::string chosen =
      absl::StrCat("liveness: the core is ", absl::StrJoin(*core, ", "));
  simulation.Record(event::Faulted{chosen, NodeId()});
  simulation.AddNote(chosen);
  Nemeses::Current().StopAll();
  Faults::Current().Freeze();
  HealCore(*world, network, *core);
  const SimTime begin = simulation.now();
  const SimTime end = After(begin, ToNanoseconds(options.within));
  absl::Status last = options.converged();
  while (!last.ok() && simulation.now() < end) {
    const absl::Duration left = ToDuration(end) - ToDuration(simulation.now());
    co_await Sleep(std::min(options.every, left));
    last = options.converged();
  }
  LivenessReport report = {
      *core, ToDuration(simulation.now()) - ToDuration(begin), ""};
  if (last.ok()) co_return report;
  if (options.excuse != nullptr) report.excuse = options.excuse();
  if (!report.excuse.empty()) {
    simulation.AddNote(
        absl::StrCat("liveness: it need not converge: ", report.excuse));
    co_return report;
  }
  co_return absl::DeadlineExceededError(absl::StrCat(
      "the system has not converged within ",
      FormatSimTime(SimTime(ToNanoseconds(options.within))), ": ",
      last.message(),
      "\n  the core, which is healed: ", absl::StrJoin(*core, ", "),
      "\n  still broken: ", StillBroken(*world, network)));
}

Task<> Check(World* world, Network* network, LivenessOptions options,
             SourceSite site) {
  Task<absl::StatusOr<LivenessReport>> converge =
      Converge(world, network, std::move(options));
  const absl::StatusOr<LivenessReport> report = co_await std::move(converge);
  if (report.ok()) co_return;
  Simulation::Current("CheckLiveness")
      .Fail(std::string(report.status().message()), site);
}

}  // namespace

Task<absl::StatusOr<LivenessReport>> TryLiveness(
    World& world, Network* network, const LivenessOptions& options) {
  return Converge(&world, network, options);
}

Task<> CheckLiveness(World& world, Network* network,
                     const LivenessOptions& options, SourceSite site) {
  return Check(&world, network, options, site);
}

}  // namespace orrery
