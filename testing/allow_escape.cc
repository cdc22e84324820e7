// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/allow_escape.h"

#include <utility>

#include "orrery/sim/simulation.h"

namespace orrery {
namespace {

constinit thread_local int scopes = 0;
constinit thread_local const AllowedEscapes* allowed = nullptr;

// Returns the simulation whose step is under way, or null.
Simulation* InStep() {
  Simulation* simulation = Simulation::CurrentOrNull();
  return simulation != nullptr && simulation->current_task_id() &&
                 !simulation->closing()
             ? simulation
             : nullptr;
}

struct Note {
  uint32_t simulation = 0;
  std::string text;
};

Note& LatestNote() {
  thread_local Note note;
  return note;
}

}  // namespace

AllowEscape::AllowEscape(absl::string_view, SourceSite site) : site_(site) {
  ++scopes;
  if (const Simulation* simulation = InStep()) {
    simulation_ = simulation->serial();
    step_ = simulation->steps();
  }
}

AllowEscape::~AllowEscape() {
  --scopes;
  Simulation* simulation = InStep();
  if (simulation != nullptr && simulation->serial() == simulation_ &&
      simulation->steps() != step_) {
    simulation->Fail(
        "an AllowEscape was held over a `co_await`, so that it spoke for all "
        "other tasks too; put what it is for into a function of its own",
        site_);
  }
}

bool AllowEscape::Any() { return scopes != 0; }

AllowedEscapes::AllowedEscapes(EscapeSet set)
    : set_(std::move(set)), outer_(std::exchange(allowed, this)) {}

AllowedEscapes::~AllowedEscapes() { allowed = outer_; }

bool AllowedEscapes::Has(absl::string_view name, EscapeKind kind) {
  for (const AllowedEscapes* a = allowed; a != nullptr; a = a->outer_) {
    if (a->set_.Has(name, kind)) return true;
  }
  return false;
}

void NoteEscape(const Simulation& simulation, const std::string& text) {
  LatestNote() = {simulation.serial(), text};
}

std::string NotedEscape(const Simulation& simulation) {
  const Note& note = LatestNote();
  return note.simulation == simulation.serial() ? note.text : "";
}

}  // namespace orrery
